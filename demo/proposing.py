"""Proposals are written, co-signed, handed in, sent back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo import reviewing, texts
from demo.api_user import ApiUser, CallRefused, Receipt
from demo.case import Case
from demo.case_plan import Outcome
from demo.letters import Note, review_opinion
from demo.scenario import Path
from members.enums import Channel, ProposerKind, Role
from members.models import Member
from proposals.enums import ReviewOutcome

EDITED_EVERY = 17
"""Of the filed ones the office polishes about every 17th, with the proposer's consent."""

ALIKE = "alike"
"""The code of the question why a proposal is not the same as another."""

CLOSED_EVERY = 12
"""About every 12th proposer does not want publication."""


def write(case: Case) -> None:
    """Write it and sign it together, before it is handed in; nothing to do on paper."""
    plan = case.plan
    if plan.channel == Channel.PAPER:
        return
    text = texts.draft_of(case.text) if plan.on(Path.REVISED) else case.text
    drafted_at = plan.received_at - timedelta(hours=2)
    draft = {**content(case, text), "committee": case.people.committee.pk}
    if case.body is not None:
        draft["body"] = case.body.pk
    case.id = case.proposer.post("proposals/draft/", drafted_at, **draft).id
    if plan.kind == ProposerKind.JOINT:
        _cosign(case)


def hand_in(case: Case) -> None:
    """It comes in, on paper or online, and gets its receipt number."""
    if case.plan.channel == Channel.PAPER:
        _enter(case)
    else:
        path = f"{case.path}/submit/"
        _hand_over(case.proposer, path, case.plan.received_at, one_matter=True)


def look_after(case: Case) -> None:
    """What happens to some before the review: sent back and rewritten, polished, withdrawn."""
    if case.plan.on(Path.REVISED):
        revise(case)
    polish(case)
    if case.plan.outcome == Outcome.WITHDRAWN:
        reviewing.withdraw(case)


def choose_proposer(case: Case) -> None:
    """Somebody other than the proposers of what it is merged with."""
    plan, people = case.plan, case.people
    if plan.body_kind is not None:
        case.body = case.rng.choice(people.bodies[plan.body_kind])
    else:
        case.lead = case.rng.choice(people.members)


def revise(case: Case) -> None:
    """The office sends it back, the proposer rewrites it and hands it in again."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    returned_at = case.plan.received_at + timedelta(hours=3)
    reason = review_opinion(case.rng, case.text, ReviewOutcome.RETURN)
    clerk.post(f"{case.path}/return-for-revision/", returned_at, reason=reason)
    case.text = texts.revised(case.rng, case.text)
    rewritten_at = returned_at + timedelta(hours=20)
    case.proposer.post(f"{case.path}/edit/", rewritten_at, **content(case, case.text))
    handed_in_at = rewritten_at + timedelta(minutes=5)
    _hand_over(case.proposer, f"{case.path}/resubmit/", handed_in_at, one_matter=True)


def polish(case: Case) -> None:
    """The office edits the wording of some, and records the proposer's consent."""
    if case.plan.outcome != Outcome.FILED or case.plan.text_seed % EDITED_EVERY:
        return
    at = case.plan.received_at + timedelta(days=1, hours=6)
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/edit-by-office/",
        at,
        situation=f"{case.text.situation}\n",
        consent_way="phone",
        consent_at=at - timedelta(hours=1),
        note=case.write(Note.EDIT),
    )


def _hand_over(person: ApiUser, path: str, at: datetime, **data: Any) -> Receipt:
    """Hand in; where something very like it is on record, say why this is another matter."""
    try:
        return person.post(path, at, **data)
    except CallRefused as refusal:
        if refusal.codes != {ALIKE}:
            raise
    return person.post(path, at, **data, distinct_because="所涉地点和具体事项不同")


def content(case: Case, text: texts.ProposalText) -> dict[str, Any]:
    """A text as its proposer writes it into the form."""
    units = case.people.units
    closed = case.plan.text_seed % CLOSED_EVERY == 0 and not case.plan.on(Path.PUBLISHED)
    return {
        "title": text.title,
        "situation": text.situation,
        "analysis": text.analysis,
        "suggestions": list(text.suggestions),
        "background": text.background,
        "suggested_units": [units[name].pk for name in text.unit_names[:3]],
        "publicity_wish": not closed,
        "publicity_reason": "涉及尚未公开的数据" if closed else "",
    }


def _cosigners(case: Case, count: int) -> list[Member]:
    others = [member for member in case.people.members if member != case.lead]
    return case.rng.sample(others, count)


def _cosign(case: Case) -> None:
    """Invite; some agree, some decline, and who does not answer is dropped."""
    plan = case.plan
    invited = _cosigners(case, plan.agreeing + plan.declining + plan.unanswered)
    at = plan.received_at - timedelta(minutes=100)
    receipt = case.proposer.post(
        f"{case.path}/invite/", at, members=[member.pk for member in invited]
    )
    answers = ["agree"] * plan.agreeing + ["decline"] * plan.declining + ["drop"] * plan.unanswered
    remarks = {"agree": Note.AGREEMENT, "decline": Note.DECLINE}
    for member, signature, answer in zip(
        invited, receipt.ids("cosignature", "ask"), answers, strict=True
    ):
        path = f"cosignatures/{signature}/{answer}/"
        if answer == "drop":
            case.proposer.post(path, at + timedelta(minutes=90))
        else:
            remark = case.write(remarks[answer])[:100]
            minute = timedelta(minutes=case.rng.randint(5, 80))
            case.people.member(member.pk).post(path, at + minute, remark=remark)


def _enter(case: Case) -> None:
    """The office types in a paper proposal, with the signatures that it bears."""
    plan = case.plan
    proposal = {
        **content(case, case.text),
        "committee": case.people.committee.pk,
        "one_matter": True,
        "received_at": plan.received_at,
    }
    if case.body is not None:
        proposal["body"] = case.body.pk
    elif case.lead is not None:
        proposal["proposer"] = case.lead.pk
        proposal["cosigners"] = [member.pk for member in _cosigners(case, plan.agreeing)]
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    case.id = _hand_over(clerk, "proposals/enter/", plan.received_at, **proposal).id
