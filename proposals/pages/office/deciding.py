"""The reading desk: what the office decides of a proposal, in a panel beside its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from members.pages.forms import PREVIEW, Field
from members.pages.list_position import carried
from members.reader import Reader, reader_of
from members.rules import Rules
from proposals import notices
from proposals.enums import ReviewOutcome
from proposals.machine.step import declared_step
from proposals.machine.subject import Subject
from proposals.models import Proposal, ReviewOpinion, series
from proposals.pages.office.choices import doubles
from proposals.pages.office.labels import opinions_of, with_names
from proposals.pages.proposal import TEXT_TAB, Action, Panel
from proposals.pages.rulebooks import names
from proposals.pages.step_pages import ShownWhen, StepPage, attribute
from proposals.pages.steps import StepForm
from proposals.permissions import give_rules

CHOICE = "decide"
"""The parameter of the address that says which decision is open."""

MERGING = (Proposal.merge, Proposal.take_in)
"""What the merge desk does."""


@dataclass(frozen=True, eq=False)
class DecisionPage(StepPage):
    """How a decision looks at the reading desk.

    What ``is_written`` at length and not sent comes back; a decision that is not ``by_review``
    does not rest on the opinions of the rounds; one that ``tells_why`` shows its notice before
    it is taken.
    """

    template: str = "proposals/office/decide.html"
    is_written: bool = False
    by_review: bool = True
    tells_why: bool = False


# -- The panel --------------------------------------------------------------------------------


def panel(request: HttpRequest, proposal: Proposal, buttons: list[Action]) -> dict[str, Any] | None:
    """The panel for those who can decide something now; None for everybody else."""
    reader = reader_of(request)
    offered = {button.page: button for button in buttons}
    able = [one for one in DECISIONS if one in offered and not offered[one].refusal]
    if not able:
        return None
    chosen = _chosen(request, proposal, able)
    keys = {one.shortcut: one for one in reversed(able)}  # of two with one key, the first has it
    merging = [declared_step(step) for step in MERGING]
    return {
        "decisions": [
            {
                "action": offered[one],
                "key": one.shortcut if keys.get(one.shortcut, one) is one else "",
                "is_open": one is chosen,
            }
            for one in DECISIONS
            if one in offered and (one.by_review or not offered[one].refusal)
        ],
        "others": [one for one in buttons if one.page not in DECISIONS and one.step not in merging],
        "merge": _merge_url(request, proposal, buttons),
        "rounds": give_rules(proposal, reader).review.rounds,
        **(decision(_opened(proposal, chosen, reader)) if chosen else {}),
    }


def _opened(proposal: Proposal, page: DecisionPage, reader: Reader) -> StepForm:
    """The form of a decision with what was typed into it and not sent."""
    step = declared_step(page.step)
    form = StepForm(proposal, step, reader, drawn_elsewhere=frozenset(["duplicates"]))
    if page.is_written:
        form.restore()
    return form


def _chosen(
    request: HttpRequest, proposal: Proposal, able: Sequence[DecisionPage]
) -> DecisionPage | None:
    """The decision that is open: the one in the address, a request to withdraw, the next one.

    None beside another tab than the text: there one looks, and opens a decision to take it.
    """
    if request.GET.get("tab", TEXT_TAB.slug) != TEXT_TAB.slug:
        return None
    by_slug = {declared_step(one.step).slug: one for one in able}
    asked = by_slug.get(request.GET.get(CHOICE, ""))
    if asked is not None:
        return asked
    if proposal.withdrawal_requested_at is not None and WITHDRAWAL in able:
        return WITHDRAWAL
    return next((one for one in able if one.shortcut), able[0])


def _merge_url(request: HttpRequest, proposal: Proposal, buttons: list[Action]) -> str:
    """The merge desk with this proposal and the others of its group; empty: not for the reader."""
    merging = [declared_step(step) for step in MERGING]
    if not any(one.step in merging for one in buttons):
        return ""
    return f"{reverse('merge')}?of={proposal.pk}&{carried(request)}"


def decision(form: StepForm, *, counted: bool = False) -> dict[str, Any]:
    """What the form of a decision shows: its fields, earlier opinions, numbers, the notice."""
    proposal = cast(Proposal, form.subject)
    rules = give_rules(proposal, form.reader)
    prefetch_related_objects([proposal], "suggested_units")
    page = cast(DecisionPage, form.step_page)
    opinions = opinions_of(proposal) if page.by_review else []
    is_review = page.step is Proposal.review
    return {
        "form": form,
        "fields": [_shown(page, field, rules) for field in form.fields],
        "round": _round(proposal, rules) if is_review else "",
        "opinions": with_names(opinions, rules, _units_in(form)),
        "suggested": list(proposal.suggested_units.all()) if is_review else [],
        "number": series.next_case_no(proposal, rules) if page.step is Proposal.file else "",
        "notice": notice_preview(form, counted=counted) if page.tells_why else None,
    }


def _round(proposal: Proposal, rules: Rules) -> str:
    """The name of the round of review that comes now."""
    coming = rules.review.rounds[proposal.rounds_done :]
    return str(coming[0].name) if coming else ""


def _units_in(form: StepForm) -> dict[int, str]:
    """The names of the units that the form offers."""
    rows = next((field for field in form.fields if field.name == "units"), None)
    offered = [part for part in rows.blank if part.name.endswith("unit")] if rows else []
    return {int(choice.value): choice.label for part in offered for choice in part.choices}


def _shown(page: DecisionPage, field: Field, rules: Rules) -> dict[str, Any]:
    """A field and when it is shown: the name of another field, and its values for that."""
    when = page.shown_when.get(field.name)
    if when is None:
        return {"field": field}
    values = when.values(rules) if callable(when.values) else when.values
    return {"field": field, "on": when.field, "values": " ".join(values)}


def notice_preview(form: StepForm, *, counted: bool) -> dict[str, Any]:
    """The notice that the proposers would get, with what is typed so far, and its language.

    It is told to how many ``people`` once it is previewed.
    """
    data = form.now if form.data is None else form.data
    found: dict[str, Any] = {
        "news": notices.worded(form.subject, form.step, data),
        "language": settings.LANGUAGE_CODE,
        "people": None,
    }
    if counted:
        people = notices.audience(form.subject, form.step, form.reader.day)
        found["people"] = len(people - {form.reader.user.pk})
    return found


# -- The forms --------------------------------------------------------------------------------


def decide(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """What the form beside the text shows; the text too, where it is a page of its own.

    ``preview`` in what was sent shows the notice before it goes out.
    """
    proposal = cast(Proposal, form.subject)
    previewed = PREVIEW in request.POST
    if previewed:
        compose(form)
    found = {"part": decision(form, counted=previewed), "proposal": proposal, "subject": proposal}
    if request.htmx:  # type: ignore[attr-defined]  # of the middleware
        return found
    return {**found, **TEXT_TAB.context(proposal, form.reader)}


def compose(form: StepForm) -> None:
    """Begin the notice of a refusal, where none is written, from the chosen reasons."""
    is_refusal = form.step is declared_step(Proposal.not_file)
    if is_refusal and form.data is not None and not form.data.get("notice"):
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


# -- What the forms begin with ---------------------------------------------------------------


def _last_opinion(proposal: Proposal) -> ReviewOpinion | None:
    return next(reversed(opinions_of(proposal)), None)


def _last_units(proposal: Proposal, reader: Reader) -> list[Any]:
    """The units that the round before proposed."""
    last = _last_opinion(proposal)
    return list(last.units) if last is not None and proposal.rounds_done else []


def _last_refusal(proposal: Proposal, reader: Reader) -> tuple[str, str, str] | None:
    """The ground and disposition that the last round proposed, and the notice they make."""
    last = _last_opinion(proposal)
    if last is None or last.outcome != ReviewOutcome.NOT_FILE:
        return None
    rules = reader.rules(proposal.committee_id)
    notice = _notice(proposal, rules, ground=last.ground, disposition=last.disposition)
    return last.ground, last.disposition, notice


def _needing_destination(rules: Rules) -> list[str]:
    return [entry.code for entry in rules.review.dispositions if entry.needs_destination]


def _filed(event: Any, reader: Reader) -> str:
    """That it is filed, and the number that it got."""
    return _("已立案，案号 %(number)s：%(title)s") % {
        "number": event.subject.case_no,
        "title": event.subject.title,
    }


# -- The decisions -----------------------------------------------------------------------------

IF_FILED = ShownWhen("outcome", [ReviewOutcome.FILE, ReviewOutcome.MERGE])
IF_NOT_FILED = ShownWhen("outcome", [ReviewOutcome.NOT_FILE])
CATEGORY = attribute("category")

WITHDRAWAL = DecisionPage(Proposal.withdraw, context=decide, by_review=False)

DECISIONS = (
    DecisionPage(
        Proposal.review,
        context=decide,
        initial={"category": CATEGORY, "units": _last_units},
        choices={"duplicates": doubles},
        shown_when={
            "category": IF_FILED,
            "units": IF_FILED,
            "ground": IF_NOT_FILED,
            "disposition": IF_NOT_FILED,
        },
        shortcut="a",
        is_written=True,
    ),
    DecisionPage(
        Proposal.file,
        context=decide,
        initial={"category": CATEGORY, "urgent": attribute("urgent")},
        success=_filed,
        shortcut="a",
    ),
    DecisionPage(
        Proposal.return_for_revision, context=decide, shortcut="r", is_written=True, tells_why=True
    ),
    DecisionPage(
        Proposal.not_file,
        context=decide,
        initial={"category": CATEGORY, ("ground", "disposition", "notice"): _last_refusal},
        shown_when={"destination": ShownWhen("disposition", _needing_destination)},
        is_written=True,
        tells_why=True,
    ),
    WITHDRAWAL,
    DecisionPage(
        Proposal.refuse_withdrawal,
        context=decide,
        is_written=True,
        by_review=False,
        tells_why=True,
    ),
)
"""What is decided at the reading desk, in the order of the panel."""

PANEL = Panel("proposals/office/_panel.html", panel, below="proposals/office/_alike_below.html")
