"""Proposals are written, co-signed, handed in, sent back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from demo import reviewing, texts
from demo.api_user import ApiUser, CallRefused, Receipt
from demo.case import Case
from demo.case_plan import Outcome
from demo.engine import Script
from demo.letters import Note, review_opinion
from demo.scenario import Deviation
from members.enums import Channel, ProposerKind, Role
from members.models import Member
from proposals.enums import ReviewOutcome

EDITED_EVERY = 17
"""Of the filed ones the office polishes about every 17th, with the proposer's consent."""

ALIKE = "alike"
"""The code of the question why a proposal is not the same as another."""

CLOSED_EVERY = 12
"""About every 12th proposer does not want publication."""


def propose(case: Case) -> Script:
    """Submit it; before the review some are rewritten, edited or withdrawn."""
    yield from hand_in(case)
    if case.plan.has(Deviation.REVISED):
        yield from revise(case)
    if case.plan.outcome == Outcome.FILED and case.plan.text_seed % EDITED_EVERY == 0:
        yield case.until(case.plan.received_at + timedelta(days=1, hours=6))
        _polish(case)
    if case.plan.outcome == Outcome.WITHDRAWN:
        yield from reviewing.withdraw(case)


def hand_in(case: Case) -> Script:
    """Submit it, on paper or online; online it is written and co-signed first."""
    plan = case.plan
    if plan.channel == Channel.PAPER:
        yield case.until(plan.received_at)
        _enter(case)
        return
    yield case.until(plan.received_at - timedelta(hours=2))
    draft(case, texts.draft_of(case.text) if plan.has(Deviation.REVISED) else case.text)
    if plan.kind == ProposerKind.JOINT:
        yield from _cosign(case)
    yield case.until(plan.received_at)
    _hand_over(case.proposer, f"{case.path}/submit/", case.at, one_matter=True)


def draft(case: Case, text: texts.ProposalText) -> None:
    """Its proposer begins a draft."""
    written = {**content(case, text), "committee": case.people.committee.pk}
    if case.body is not None:
        written["body"] = case.body.pk
    case.id = case.proposer.post("proposals/draft/", case.at, **written).id


def choose_proposer(case: Case) -> None:
    """Somebody other than the proposers of what it is merged with."""
    plan, people = case.plan, case.people
    if plan.body_kind is not None:
        case.body = case.rng.choice(people.bodies[plan.body_kind])
    else:
        case.lead = case.rng.choice(people.members)


def send_back(case: Case, at: datetime) -> None:
    """The office sends it back to be rewritten."""
    reason = review_opinion(case.rng, case.text, ReviewOutcome.RETURN)
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    clerk.post(f"{case.path}/return-for-revision/", at, reason=reason)


def rewrite(case: Case) -> None:
    """The proposer rewrites it and hands it in again."""
    case.text = texts.revised(case.rng, case.text)
    case.proposer.post(f"{case.path}/edit/", case.at, **content(case, case.text))
    at = case.at + timedelta(minutes=5)
    _hand_over(case.proposer, f"{case.path}/resubmit/", at, one_matter=True)


def revise(case: Case) -> Script:
    """Sent back, rewritten and handed in again."""
    yield case.until(case.plan.received_at + timedelta(hours=3))
    send_back(case, case.at)
    yield case.until(case.plan.received_at + timedelta(hours=23))
    rewrite(case)


def _polish(case: Case) -> None:
    """The office edits the wording, and records the proposer's consent."""
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/edit-by-office/",
        case.at,
        situation=f"{case.text.situation}\n",
        consent_way="phone",
        consent_at=case.at - timedelta(hours=1),
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
    closed = case.plan.text_seed % CLOSED_EVERY == 0 and not case.plan.has(Deviation.PUBLISHED)
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


def _cosign(case: Case) -> Script:
    """Invite; some agree, some decline, and who does not answer is dropped."""
    plan = case.plan
    start = plan.received_at - timedelta(minutes=100)
    invited = _cosigners(case, plan.agreeing + plan.declining + plan.unanswered)
    yield case.until(start)
    signatures = invite(case, invited)
    answers = ["agree"] * plan.agreeing + ["decline"] * plan.declining
    minutes = sorted(case.rng.randint(5, 80) for _answer in answers)
    for member, signature, answer, minute in zip(
        invited, signatures, answers, minutes, strict=False
    ):
        yield case.until(start + timedelta(minutes=minute))
        sign(case, member, signature, answer)
    for signature in signatures[len(answers) :]:
        yield case.until(start + timedelta(minutes=90))
        case.proposer.post(f"cosignatures/{signature}/drop/", case.at)


def invite(case: Case, members: Sequence[Member]) -> list[int]:
    """Ask members to join; returns the keys of their signatures."""
    keys = [member.pk for member in members]
    receipt = case.proposer.post(f"{case.path}/invite/", case.at, members=keys)
    return receipt.ids("cosignature", "ask")


def sign(case: Case, member: Member, signature: int, answer: str = "agree") -> None:
    """A member who was asked joins, or declines."""
    remark = case.write(Note.AGREEMENT if answer == "agree" else Note.DECLINE)[:100]
    case.people.member(member.pk).post(
        f"cosignatures/{signature}/{answer}/", case.at, remark=remark
    )


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
