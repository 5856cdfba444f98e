"""The reading desk: what the office decides of a proposal, in a panel beside its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from members import clock
from members.pages.drafts import draft_of
from members.pages.drafts import fields_of as typed_in
from members.pages.forms import PREVIEW, Field, data_of
from members.pages.trail import carried
from members.reader import Reader, reader_of
from members.rules import Rules
from members.selectors import rules_for
from proposals import notices, numbering
from proposals.enums import ReviewOutcome
from proposals.machine.subject import News, Step, Subject
from proposals.models import Proposal, ReviewOpinion
from proposals.pages import proposal as page
from proposals.pages.inputs import FILLED
from proposals.pages.office.labels import names, opinions_of, tell
from proposals.pages.steps import SAID, StepForm, taken
from proposals.pages.subjects import FORMS
from proposals.permissions import give_rules

DECISIONS = ("review", "file", "return_for_revision", "not_file", "withdraw", "refuse_withdrawal")
"""What is decided at the reading desk, in the order of the panel."""

KEYS = {"review": "a", "file": "a", "return_for_revision": "r"}
"""The keys that open a decision."""

CHOICE = "decide"
"""The parameter of the address that says which decision is open."""

WRITTEN = ("review", "return_for_revision", "not_file", "refuse_withdrawal")
"""Decisions that somebody writes at length; what was typed and not sent comes back."""

UNREVIEWED = ("withdraw", "refuse_withdrawal")
"""Decisions that do not rest on the opinions of the review."""

TOLD = ("return_for_revision", "not_file", "refuse_withdrawal")
"""Decisions whose notice is shown before they are taken: it says why not."""


@dataclass(frozen=True)
class Decision:
    """One of the decisions in the panel; ``refusal`` says why it cannot be taken yet."""

    name: str
    label: str
    url: str
    slug: str
    refusal: str
    key: str
    is_open: bool


@dataclass(frozen=True)
class Shown:
    """A field and when it is shown: the name of another field, and its values for that."""

    field: Field
    on: str = ""
    values: str = ""


@dataclass(frozen=True)
class Told:
    """The notice that a decision brings about, and to how many once it is previewed."""

    news: News
    people: int | None
    language: str = settings.LANGUAGE_CODE
    """In which everybody gets it."""


# -- The panel --------------------------------------------------------------------------------


def panel(
    request: HttpRequest, proposal: Proposal, buttons: list[page.Action]
) -> dict[str, Any] | None:
    """The panel for who can decide something now; None: for everybody else."""
    reader = reader_of(request)
    offered = {one.name: one for one in buttons if one.name in DECISIONS}
    able = [name for name in DECISIONS if name in offered and not offered[name].refusal]
    if not able:
        return None
    chosen = _chosen(request, proposal, able)
    first = next((name for name in able if KEYS.get(name) == "a"), "")
    return {
        "decisions": [
            Decision(
                name=name,
                label=offered[name].label,
                url=offered[name].url,
                slug=proposal.all_steps()[name].slug,
                refusal=offered[name].refusal,
                key="" if KEYS.get(name) == "a" and name != first else KEYS.get(name, ""),
                is_open=name == chosen,
            )
            for name in DECISIONS
            if name in offered and not (name in UNREVIEWED and offered[name].refusal)
        ],
        "others": [one for one in buttons if one.name not in (*DECISIONS, "merge", "take_in")],
        "merge": _merge_url(request, proposal, buttons),
        "rounds": give_rules(proposal, reader).review.rounds,
        **(decision(_opened(proposal, chosen, reader)) if chosen else {}),
    }


def _opened(proposal: Proposal, name: str, reader: Reader) -> StepForm:
    """The form of a decision with what was typed into it and not sent."""
    step = proposal.all_steps()[name]
    form = StepForm(proposal, step, reader, drawn_elsewhere=frozenset(["duplicates"]))
    if name in WRITTEN:
        form.restored = draft_of(form.reader.user, form.url)
    if form.restored is not None:
        form.data = data_of(form.step.input(), typed_in(form.restored))
    return form


def _chosen(request: HttpRequest, proposal: Proposal, able: Sequence[str]) -> str:
    """The decision that is open: the one in the address, a request to withdraw, the next one.

    None beside another tab than the text: there one looks, and opens a decision to take it.
    """
    if request.GET.get("tab", page.TABS[0].slug) != page.TABS[0].slug:
        return ""
    asked = request.GET.get(CHOICE, "").replace("-", "_")
    if asked in able:
        return asked
    if proposal.withdrawal_requested_at is not None and "withdraw" in able:
        return "withdraw"
    return next((name for name in able if name in KEYS), able[0])


def _merge_url(request: HttpRequest, proposal: Proposal, buttons: list[page.Action]) -> str:
    """The merge desk with this proposal and the others of its group; empty: not for the reader."""
    if not any(one.name in ("merge", "take_in") for one in buttons):
        return ""
    return f"{reverse('merge')}?of={proposal.pk}&{carried(request)}"


def decision(form: StepForm, *, counted: bool = False) -> dict[str, Any]:
    """What the form of a decision shows: its fields, earlier opinions, numbers, the notice."""
    proposal = cast(Proposal, form.subject)
    rules = give_rules(proposal, form.reader)
    prefetch_related_objects([proposal], "suggested_units")
    opinions = [] if form.step.name in UNREVIEWED else opinions_of(proposal)
    return {
        "form": form,
        "fields": [_shown(form.step, field, rules) for field in form.fields],
        "rounds": rules.review.rounds,
        "opinions": tell(opinions, rules, _units_in(form)),
        "suggested": list(proposal.suggested_units.all()) if form.step.name == "review" else [],
        "number": numbering.next_case_no(proposal, rules) if form.step.name == "file" else "",
        "told": told(form, counted=counted) if form.step.name in TOLD else None,
    }


def _units_in(form: StepForm) -> dict[int, str]:
    """The names of the units that the form offers."""
    rows = next((field for field in form.fields if field.name == "units"), None)
    offered = [part for part in rows.blank if part.name.endswith("unit")] if rows else []
    return {int(choice.value): choice.label for part in offered for choice in part.choices}


WHEN: dict[tuple[str, str], tuple[str, Sequence[str]]] = {
    ("review", "category"): ("outcome", [ReviewOutcome.FILE, ReviewOutcome.MERGE]),
    ("review", "units"): ("outcome", [ReviewOutcome.FILE, ReviewOutcome.MERGE]),
    ("review", "ground"): ("outcome", [ReviewOutcome.NOT_FILE]),
    ("review", "disposition"): ("outcome", [ReviewOutcome.NOT_FILE]),
}
"""Step and field to the field, and its values, with which it is shown."""


def _shown(step: Step, field: Field, rules: Rules) -> Shown:
    if (step.name, field.name) == ("not_file", "destination"):
        needing = [entry.code for entry in rules.review.dispositions if entry.needs_destination]
        return Shown(field, "disposition", " ".join(needing))
    on, values = WHEN.get((step.name, field.name), ("", ()))
    return Shown(field, on, " ".join(values))


def told(form: StepForm, *, counted: bool) -> Told:
    """The notice that the proposers would get, with what is typed so far."""
    data = form.now if form.data is None else form.data
    news = notices.worded(form.subject, form.step, data)
    if not counted:
        return Told(news, None)
    people = notices.audience(form.subject, form.step, form.reader.day) - {form.reader.user.pk}
    return Told(news, len(people))


# -- The forms --------------------------------------------------------------------------------


def decide(request: HttpRequest, subject: Subject, step: Step) -> HttpResponse:
    """The form of a decision beside the text; ``preview`` shows the notice before it is sent."""
    return taken(
        request,
        subject,
        step,
        template="proposals/office/decide.html",
        extra=lambda form: _with_form(request, form),
    )


def _with_form(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """What the form shows; the text as well, where the form is a page of its own."""
    proposal = cast(Proposal, form.subject)
    previewed = PREVIEW in request.POST
    if previewed:
        compose(form)
    found = {"part": decision(form, counted=previewed), "proposal": proposal, "subject": proposal}
    if request.htmx:  # type: ignore[attr-defined]  # of the middleware
        return found
    return {**found, **page.TABS[0].context(proposal, form.reader)}


def compose(form: StepForm) -> None:
    """Begin the notice of a refusal, where none is written, from the chosen reasons."""
    if form.step.name == "not_file" and form.data is not None and not form.data.get("notice"):
        rules = give_rules(form.subject, form.reader)
        form.data = {**form.data, "notice": _notice(form.subject, rules, **_reasons(form.data))}


def _reasons(data: Any) -> dict[str, str]:
    return {name: str(data.get(name, "")) for name in ("ground", "disposition")}


def _notice(subject: Subject, rules: Rules, *, ground: str, disposition: str) -> str:
    """The notice that a ground and a disposition make."""
    grounds, dispositions = names(rules.review.grounds), names(rules.review.dispositions)
    if ground not in grounds:
        return ""
    text = _("您提出的《%(title)s》经审查不予立案，理由：%(ground)s。") % {
        "title": cast(Proposal, subject).title,
        "ground": grounds[ground],
    }
    if disposition not in dispositions:
        return text
    return text + _("处理方式：%(disposition)s。感谢您对工作的关心和支持。") % {
        "disposition": dispositions[disposition]
    }


for name in DECISIONS:
    FORMS[Proposal, name] = decide


# -- What the forms begin with ---------------------------------------------------------------


def _last_opinion(proposal: Proposal) -> ReviewOpinion | None:
    return next(reversed(opinions_of(proposal)), None)


def _for_review(proposal: Proposal) -> dict[str, Any]:
    """The category and units of the round before."""
    last = _last_opinion(proposal)
    return {
        "category": proposal.category,
        "units": list(last.units) if last is not None and proposal.rounds_done else [],
    }


def _for_filing(proposal: Proposal) -> dict[str, Any]:
    """The reviewed category."""
    return {"category": proposal.category, "urgent": proposal.urgent}


def _for_refusal(proposal: Proposal) -> dict[str, Any]:
    """The ground and disposition that the last round proposed, and the notice they make."""
    last = _last_opinion(proposal)
    if last is None or last.outcome != ReviewOutcome.NOT_FILE:
        return {"category": proposal.category}
    reasons = {"ground": last.ground, "disposition": last.disposition}
    rules = getattr(proposal, "rules", None) or rules_for(proposal.committee_id, clock.today())
    notice = _notice(proposal, rules, **reasons)
    return {"category": proposal.category, **reasons, "notice": notice}


FILLED[Proposal, "review"] = _for_review
FILLED[Proposal, "file"] = _for_filing
FILLED[Proposal, "not_file"] = _for_refusal


def _filed(event: Any) -> str:
    """That it is filed, and the number that it got."""
    return _("已立案，案号 %(number)s：%(title)s") % {
        "number": event.subject.case_no,
        "title": event.subject.title,
    }


SAID[Proposal, "file"] = _filed

page.PANELS.append(
    page.Panel("proposals/office/_panel.html", panel, below="proposals/office/_alike_below.html")
)
