"""The editor: the text on the left; what it lacks, and what is like it, on the right."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Member
from members.pages.form_data import data_of
from members.pages.forms import ADD, Choice, Field
from members.pages.list_position import carried
from members.punctuation import aside
from members.reader import Reader, reader_of
from members.visibility import visible, visible_row
from proposals.enums import STANDING_SIGNATURES
from proposals.inputs.drafting import BeginInput
from proposals.machine.step import Step, declared_step
from proposals.models import Clue, Event, Proposal
from proposals.pages.proposing import clues
from proposals.pages.proposing.checklist import checklist, total
from proposals.pages.proposing.similar import near
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.steps import StepForm, committee_of
from proposals.pages.subjects import key_in, page_of, row_or_404

EDITOR = "proposals/editor.html"

LOOK = "look"
"""Asked for without scripts: what is like the text, without saving it."""

PARTS = ("title", "situation", "analysis", "suggestions")
"""The fields that the editor counts."""


def _next_form(request: HttpRequest, event: Event) -> str:
    """The form that hands the text in, where the proposer asked for it; else nothing."""
    if request.POST.get("then") != "submit":
        return ""
    proposal = cast(Proposal, event.subject)
    address = page_of(proposal).step_url(proposal, _handing_in(proposal))
    position = carried(request)
    return f"{address}?{position}" if position else address


def _prompted(request: HttpRequest) -> dict[str, Any]:
    """What a new text begins with: the clue that the address names, and where it comes from."""
    clue = visible_row(reader_of(request), Clue.objects.all(), key_in(request.GET, "clue"))
    if clue is None:
        return {}
    said = _("提案线索《%(topic)s》（%(source)s）：%(text)s") % {
        "topic": clue.topic,
        "source": clue.source,
        "text": clue.text,
    }
    return {"clue": clue.pk, "background": said}


def _handing_in(proposal: Proposal) -> Step:
    return declared_step(Proposal.submit if proposal.received_at is None else Proposal.resubmit)


def _beside(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """What stands beside the form: checks of what is typed, or of what there is."""
    committee = form.subject.committee
    rules = form.reader.rules(committee)
    text: Mapping[str, Any] = form.now if form.data is None else form.data
    asked = request.POST.get(ADD) == LOOK
    of = cast(Proposal, form.subject) if form.subject.pk else None
    return {
        "parts": _parts(form),
        "limits": rules.texts,
        "checks": checklist(rules, text),
        "total": total(text),
        "asked": asked,
        "look": LOOK,
        "similar": near(text, committee, form.reader, of=of) if asked else [],
    }


def _parts(form: StepForm) -> dict[str, Field]:
    """The fields by name; whom the proposer suggests is told from who handles it."""
    parts = {field.name: field for field in form.fields}
    parts["suggested_units"].label, parts["suggested_units"].help = _("建议承办单位"), ""
    return parts


@require_POST
def beside(request: HttpRequest) -> HttpResponse:
    """The panel for the text as it is typed at this moment; nothing of it is kept."""
    reader = reader_of(request)
    of = _named(request, reader)
    committee = of.committee if of is not None else committee_of(request)
    text = data_of(BeginInput(), request.POST)
    rules = reader.rules(committee)
    context = {
        "checks": checklist(rules, text),
        "total": total(text),
        "limits": rules.texts,
        "asked": True,
        "similar": near(text, committee, reader, of=of),
    }
    return TemplateResponse(request, "proposals/_beside.html", context)


def _named(request: HttpRequest, reader: Reader) -> Proposal | None:
    """The draft whose text it is, as the address names it."""
    if not request.GET.get("of"):
        return None
    rows = Proposal.objects.select_related("committee")
    return row_or_404(reader, rows, key_in(request.GET, "of"))


WRITTEN: dict[str, Callable[[Proposal, Reader], Any]] = {
    "title": attribute("title"),
    "situation": attribute("situation"),
    "analysis": attribute("analysis"),
    "suggestions": lambda row, _reader: list(row.suggestions.values_list("text", flat=True)),
    "suggested_units": lambda row, _reader: list(row.suggested_units.values_list("pk", flat=True)),
    "publicity_wish": attribute("publicity_wish"),
    "publicity_reason": attribute("publicity_reason"),
    "background": attribute("background"),
}
"""What a proposer writes: the field to how it is read from the proposal as it stands."""


def text_of(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """Everything that its proposer writes, as it stands."""
    return {name: read(proposal, reader) for name, read in WRITTEN.items()}


def _own_bodies(proposal: Any, reader: Reader) -> list[Choice]:
    """The bodies that the reader is the contact of."""
    posts = reader.posts
    bodies = [post.body for post in posts if post.body is not None]
    return [
        Choice(str(body.pk), body.name)
        for body in bodies
        if body.committee_id == proposal.committee_id
    ]


def _invitable(proposal: Proposal, reader: Reader) -> list[Choice]:
    """Members who can be asked to co-sign: neither its initiator nor asked already."""
    asked = proposal.cosignatures.filter(state__in=STANDING_SIGNATURES)
    rows = Member.objects.filter(committee=proposal.committee_id).select_related("sector")
    left = rows.exclude(pk=proposal.lead_id).exclude(pk__in=asked.values("member"))
    return [Choice(str(row.pk), aside(row.name, row.sector)) for row in left.order_by("name", "id")]


def _removable(proposal: Proposal, reader: Reader) -> list[Choice]:
    files = visible(reader, proposal.attachments.beside_texts())
    return [Choice(str(row.pk), row.name) for row in files]


STEP_PAGES = (
    StepPage(
        Proposal.draft,
        template=EDITOR,
        context=_beside,
        target=_next_form,
        from_address=_prompted,
        choices={"body": _own_bodies, "clue": clues.published},
        full_page=True,
    ),
    StepPage(
        Proposal.edit,
        template=EDITOR,
        context=_beside,
        target=_next_form,
        initial=WRITTEN,
        full_page=True,
    ),
    StepPage(Proposal.edit_by_office, initial={name: WRITTEN[name] for name in PARTS}),
    StepPage(Proposal.invite, choices={"members": _invitable}),
    StepPage(Proposal.detach, choices={"attachment": _removable}),
)
