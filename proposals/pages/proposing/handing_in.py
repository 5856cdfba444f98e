"""Handing in: what is still missing, when it counts, and why it is not the same as another."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from members.reader import Reader
from members.selectors import NoSession, Placement, placement
from proposals.models import Event, Proposal
from proposals.pages.proposing.checklist import checklist, total
from proposals.pages.proposing.similar import Near, near
from proposals.pages.proposing.writing import text_of
from proposals.pages.step_pages import StepPage
from proposals.pages.steps import StepForm

HELD_UP = 3
"""Similar proposals that are held up to who is asked why theirs is another."""


def _looked_at(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """What the rulebook will look at when the proposal is handed in."""
    proposal = cast(Proposal, form.subject)
    rules = form.reader.rules(proposal.committee)
    text = text_of(proposal, form.reader)
    return {
        "proposal": proposal,
        "checks": checklist(rules, text),
        "total": total(text),
        "limits": rules.texts,
        "place": _place(proposal, form.reader),
        "parts": {field.name: field for field in form.fields},
        "similar": _held_up(proposal, form, text, rules.similarity.ask),
    }


def _held_up(proposal: Proposal, form: StepForm, text: Any, ask: float) -> list[Near]:
    """What it is very like, once the proposer has been asked why it is not the same."""
    if "distinct_because" not in form.errors:
        return []
    return near(text, proposal.committee, form.reader, of=proposal, above=ask, limit=HELD_UP)


def _place(proposal: Proposal, reader: Reader) -> Placement | str:
    """The session and period that it will count for, or why it cannot come in now."""
    if proposal.session is not None:
        return ""
    try:
        return placement(proposal.committee, reader.at)
    except NoSession as error:
        return str(error)


def _received(event: Event, reader: Reader) -> str:
    """Under which number it was received."""
    proposal = cast(Proposal, event.subject)
    return _("已提交，收件号 %(number)s") % {"number": proposal.receipt_no}


STEP_PAGES = tuple(
    StepPage(
        step,
        template="proposals/hand_in.html",
        context=_looked_at,
        full_page=True,
        success=_received,
    )
    for step in (Proposal.submit, Proposal.resubmit)
)
