"""Handing in: what is still missing, when it counts, and why it is not the same as another."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from members import clock
from members.models import Session
from members.selectors import NoSession, Placement, placement, rules_for
from proposals.machine.subject import Step
from proposals.models import Event, Proposal
from proposals.pages.proposing.alike import Near, near, text_from
from proposals.pages.proposing.checklist import checklist, total
from proposals.pages.proposing.writing import text_of
from proposals.pages.steps import SAID, StepForm, taken
from proposals.pages.subjects import ALONE, FORMS

HELD_UP = 3
"""Similar proposals that are held up to who is asked why theirs is another."""


def hand_in(request: HttpRequest, proposal: Proposal, step: Step) -> HttpResponse:
    """The form that hands a proposal in, with what the rulebook will look at."""
    answer = taken(request, proposal, step, template="proposals/hand_in.html")
    if isinstance(answer, TemplateResponse):
        context = cast(dict[str, Any], answer.context_data)
        context |= _looked_at(proposal, context["form"])
    return answer


def _looked_at(proposal: Proposal, form: StepForm) -> dict[str, Any]:
    rules = rules_for(proposal.committee, clock.today())
    text = text_of(proposal)
    return {
        "proposal": proposal,
        "checks": checklist(rules, text),
        "total": total(text),
        "limits": rules.texts,
        "place": _place(proposal),
        "parts": {field.name: field for field in form.fields},
        "similar": _held_up(proposal, form, text, rules.similarity.ask),
    }


def _held_up(proposal: Proposal, form: StepForm, text: Any, ask: float) -> list[Near]:
    """What it is very like, once the proposer has been asked why it is not the same."""
    if "distinct_because" not in form.errors:
        return []
    written = text_from(text, proposal.committee)
    return near(
        written,
        proposal.committee,
        form.reader,
        of=proposal,
        above=ask,
        limit=HELD_UP,
    )


def _place(proposal: Proposal) -> Placement | str:
    """The session and period that it will count for, or why it cannot come in now."""
    session: Session | None = proposal.session
    if session is not None:
        return ""
    try:
        return placement(proposal.committee, clock.now())
    except NoSession as error:
        return str(error)


def _said(event: Event) -> str:
    """Under which number it was received."""
    proposal = cast(Proposal, event.subject)
    return _("已提交，收件号 %(number)s") % {"number": proposal.receipt_no}


for name in ("submit", "resubmit"):
    FORMS[Proposal, name] = hand_in
    ALONE.add((Proposal, name))
    SAID[Proposal, name] = _said
