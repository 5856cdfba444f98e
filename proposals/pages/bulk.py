"""One step for many: who is affected and why not, asked before; the result of each, after."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rest_framework.exceptions import APIException

from members import clock
from members.enums import Channel
from members.models import Job, User
from members.pages.form_data import data_of
from members.pages.lists import listing_of
from members.pages.worklist import Listing
from members.punctuation import clauses, reasons
from members.reader import Reader
from members.services import job
from members.services.job import Tell
from proposals.api.actions import declared, own_steps
from proposals.audiences import Occasion, people
from proposals.door import perform
from proposals.ledger import model_of
from proposals.machine.step import Step, declared_step
from proposals.machine.subject import Subject
from proposals.pages.step_pages import step_page
from proposals.pages.steps import StepForm
from proposals.pages.subjects import keys_among
from proposals.permissions import give_rules, offers

BULK = "bulk"
"""The kind of job that takes a step on many."""

MOST = 500
"""How many are taken at once; beyond that a list is worked through in parts."""

AT_ONCE = 20
"""So many are done while the page waits; more are a job."""

TYPED_FROM = 50
"""From so many on, their number is typed in before they are all moved."""


def name_of(subject: Subject) -> str:
    """What a row is called where rows of many proposals stand together."""
    if subject.root_id is None or subject.root is subject:
        return str(subject)
    return f"{subject.root.named} {subject}"


@require_POST
def bulk(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who would be affected; once confirmed, take the step on each and tell the results."""
    listing = listing_of(request, slug, QueryDict(request.POST.get("in", "")))
    step = _step(listing, request.POST.get("step", ""))
    chosen = _chosen(listing, request.POST)
    if not chosen:
        return redirect(f"{listing.worklist.url}?{listing.query}")
    own = step_page(step).bulk
    if own is not None:
        return own(request, listing, chosen)
    affected = _affected_of(chosen, step, listing.reader)
    willing = [one["subject"] for one in affected if not one["refusal"]]
    # Of many, nobody's present values are everybody's: the form begins empty.
    form = StepForm(chosen[0] if not willing else willing[0], step, listing.reader, data={})
    keeps = own_values(form.subject, step, listing.reader)
    context: dict[str, Any] = {
        "listing": listing,
        "step": step,
        "form": form,
        "affected": affected,
        "willing": willing,
        "keeps": keeps,
        "typed_from": TYPED_FROM,
        "most": MOST,
        "recipients": recipients_of(willing, step, listing.reader.user, listing.reader.day),
    }
    if "confirmed" in request.POST and willing:
        form.data = data_of(step.input(), request.POST, request.FILES)
        form.refusals = _unsure(request.POST, len(willing))
        if not form.refusals:
            return _done(request, listing, form, willing)
    for field in form.fields:
        field.required = field.required and field.name not in keeps
    return TemplateResponse(request, "proposals/bulk.html", context)


def _done(
    request: HttpRequest, listing: Listing, form: StepForm, willing: Sequence[Subject]
) -> HttpResponse:
    """Do it: few while the page waits, many as a job; either way its page tells the results."""
    title = _("%(step)s：%(n)s 件") % {"step": form.step.label, "n": len(willing)}
    ordered = job.ask(
        kind=BULK,
        title=title,
        by=listing.reader,
        order={  # as it is now: also when more happens to the rows meanwhile
            "kind": form.subject.kind,
            "step": form.step.name,
            "data": declared(form.step.input(), form.data),
            "key": form.key,
            "rows": [[subject.pk, subject.version] for subject in willing],
            "language": get_language(),
        },
        total=len(willing),
        link=f"{listing.worklist.url}?{listing.query}",
    )
    if len(willing) <= AT_ONCE:
        job.run(ordered.pk, clock.now)
    return redirect("job", ordered.pk)


def _step(listing: Listing, slug: str) -> Step:
    for step in own_steps(cast(type[Subject], listing.base.model)):
        if step.slug == slug and step in map(declared_step, listing.worklist.bulk):
            return step
    raise Http404


def _chosen(listing: Listing, sent: QueryDict) -> list[Subject]:
    """The chosen rows, or all that the filters leave; at most ``MOST``."""
    if "all" in sent:
        return list(listing.rows[:MOST])
    keys = keys_among(sent.getlist("rows"))
    return list(listing.base.filter(pk__in=keys[:MOST]).order_by(*listing.order))


def _affected_of(subjects: Sequence[Subject], step: Step, reader: Reader) -> list[dict[str, Any]]:
    """Each with its name and the reason why not, if any; the rules are read once a committee."""
    for subject in subjects:
        give_rules(subject, reader)
    return [
        {"subject": subject, "name": name_of(subject), "refusal": _refusal(subject, step, reader)}
        for subject in subjects
    ]


def _refusal(subject: Subject, step: Step, reader: Reader) -> str:
    otherwise = _("当前状态或职责不允许“%(step)s”") % {"step": step.label}
    offered = (offer.refusal for offer in offers(reader, subject) if offer.step is step)
    return next(offered, otherwise)


def _unsure(sent: QueryDict, number: int) -> list[str]:
    if number < TYPED_FROM or sent.get("number", "").strip() == str(number):
        return []
    return [_("请输入将被办理的件数 %(number)s，以确认") % {"number": number}]


def take_all(ordered: Job, tell: Tell) -> dict[str, Any]:
    """Take a step on each row of an order, each in a transaction of its own.

    What is refused holds up nobody else; what was done before the worker was lost is not done
    twice. Returns ``{"results": [{"id", "name", "trouble"}], "done": number}``.
    """
    order = ordered.order
    model = cast(type[Subject], model_of(order["kind"]))
    rows: Any = model._default_manager
    results = []
    for number, (key, version) in enumerate(order["rows"], start=1):
        subject = rows.filter(pk=key).first()
        if subject is not None:
            trouble = _take(subject, version, ordered)
            results.append({"id": key, "name": name_of(subject), "trouble": trouble})
        tell(number, len(order["rows"]))
    return {"results": results, "done": sum(1 for row in results if not row["trouble"])}


def own_values(subject: Subject, step: Step, reader: Reader) -> dict[str, Any]:
    """What a step demands and the subject has already: each keeps its own if none is given."""
    demanded = {name for name, declared in step.input().fields.items() if declared.required}
    found = step_page(step).initial_of(subject, reader)
    return {name: found[name] for name in demanded if found.get(name)}


def _take(subject: Subject, version: int, ordered: Job) -> str:
    """Take the step on one row; returns why not, or nothing."""
    order = ordered.order
    step = subject.all_steps()[order["step"]]
    own = own_values(subject, step, Reader(ordered.owner, clock.now()))
    missing = {name: value for name, value in own.items() if not order["data"].get(name)}
    try:
        perform(
            subject,
            step,
            ordered.owner,
            {**order["data"], **missing},
            version=version,
            key=f"{order['key']}:{subject.pk}",
            channel=Channel.WEB,
        )
    except APIException as error:
        return clauses(reasons(error.detail))
    return ""


def recipients_of(
    subjects: Sequence[Subject], step: Step, by: User, day: date
) -> dict[str, Any] | None:
    """Who would get a notice of ``step`` on all ``subjects`` of one committee.

    None if the step sends no notices.

    ``count`` is how many people, each once; ``parts`` how many of each audience.
    """
    if not step.tells or not subjects:
        return None
    occasion = Occasion(subjects, day)
    everybody: set[int] = set()
    parts = []
    for audience in step.tells:
        found = people([audience], occasion) - {by.pk}
        everybody |= found
        if found:
            parts.append((audience.label, len(found)))
    return {"count": len(everybody), "parts": parts}
