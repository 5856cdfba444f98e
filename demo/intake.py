"""First act of a played year: proposals are written, co-signed, handed in, sent back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo import deciding, texts
from demo.caller import Caller, CallRefused, Receipt
from demo.letters import Note, review_opinion
from demo.life import Fate
from demo.scenario import Path
from demo.story import Story
from members.enums import Channel, ProposerKind, Role
from members.models import Member
from proposals.enums import ReviewOutcome

EDITED_EVERY = 17
"""Of the filed ones the office polishes about every 17th, with the proposer's consent."""

ALIKE = "alike"
"""The code of the question why a proposal is not the same as another."""

CLOSED_EVERY = 12
"""About every 12th proposer does not want publication."""


def write(story: Story) -> None:
    """Write it and sign it together, before it is handed in; nothing to do on paper."""
    life = story.life
    if life.channel == Channel.PAPER:
        return
    text = texts.draft_of(story.text) if life.on(Path.REVISED) else story.text
    drafted_at = life.received_at - timedelta(hours=2)
    draft = {**content(story, text), "committee": story.company.committee.pk}
    if story.body is not None:
        draft["body"] = story.body.pk
    story.id = story.proposer.post("proposals/draft/", drafted_at, **draft).id
    if life.kind == ProposerKind.JOINT:
        _cosign(story)


def hand_in(story: Story) -> None:
    """It comes in, on paper or online, and gets its receipt number."""
    if story.life.channel == Channel.PAPER:
        _enter(story)
    else:
        path = f"{story.path}/submit/"
        _hand_over(story.proposer, path, story.life.received_at, one_matter=True)


def look_after(story: Story) -> None:
    """What happens to some before the review: sent back and rewritten, polished, withdrawn."""
    if story.life.on(Path.REVISED):
        revise(story)
    polish(story)
    if story.life.fate == Fate.WITHDRAWN:
        deciding.withdraw(story)


def choose_proposer(story: Story) -> None:
    """Somebody other than the proposers of what it is merged with."""
    life, company = story.life, story.company
    if life.body_kind is not None:
        story.body = story.rng.choice(company.bodies[life.body_kind])
    else:
        story.lead = story.rng.choice(company.members)


def revise(story: Story) -> None:
    """The office sends it back, the proposer rewrites it and hands it in again."""
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    returned_at = story.life.received_at + timedelta(hours=3)
    reason = review_opinion(story.rng, story.text, ReviewOutcome.RETURN)
    clerk.post(f"{story.path}/return-for-revision/", returned_at, reason=reason)
    story.text = texts.revised(story.rng, story.text)
    rewritten_at = returned_at + timedelta(hours=20)
    story.proposer.post(f"{story.path}/edit/", rewritten_at, **content(story, story.text))
    handed_in_at = rewritten_at + timedelta(minutes=5)
    _hand_over(story.proposer, f"{story.path}/resubmit/", handed_in_at, one_matter=True)


def polish(story: Story) -> None:
    """The office edits the wording of some, and records the proposer's consent."""
    if story.life.fate != Fate.FILED or story.life.text_seed % EDITED_EVERY:
        return
    at = story.life.received_at + timedelta(days=1, hours=6)
    story.company.office(Role.COMMITTEE_CLERK).post(
        f"{story.path}/edit-by-office/",
        at,
        situation=f"{story.text.situation}\n",
        consent_way="phone",
        consent_at=at - timedelta(hours=1),
        note=story.write(Note.EDIT),
    )


def _hand_over(person: Caller, path: str, at: datetime, **data: Any) -> Receipt:
    """Hand in; where something very like it is on record, say why this is another matter."""
    try:
        return person.post(path, at, **data)
    except CallRefused as refusal:
        if refusal.codes != {ALIKE}:
            raise
    return person.post(path, at, **data, distinct_because="所涉地点和具体事项不同")


def content(story: Story, text: texts.ProposalText) -> dict[str, Any]:
    """A text as its proposer writes it into the form."""
    units = story.company.units
    closed = story.life.text_seed % CLOSED_EVERY == 0 and not story.life.on(Path.PUBLISHED)
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


def _cosigners(story: Story, count: int) -> list[Member]:
    others = [member for member in story.company.members if member != story.lead]
    return story.rng.sample(others, count)


def _cosign(story: Story) -> None:
    """Invite; some agree, some decline, and who does not answer is dropped."""
    life = story.life
    invited = _cosigners(story, life.agreeing + life.declining + life.unanswered)
    at = life.received_at - timedelta(minutes=100)
    receipt = story.proposer.post(
        f"{story.path}/invite/", at, members=[member.pk for member in invited]
    )
    answers = ["agree"] * life.agreeing + ["decline"] * life.declining + ["drop"] * life.unanswered
    remarks = {"agree": Note.AGREEMENT, "decline": Note.DECLINE}
    for member, signature, answer in zip(
        invited, receipt.ids("cosignature", "ask"), answers, strict=True
    ):
        path = f"cosignatures/{signature}/{answer}/"
        if answer == "drop":
            story.proposer.post(path, at + timedelta(minutes=90))
        else:
            remark = story.write(remarks[answer])[:100]
            minute = timedelta(minutes=story.rng.randint(5, 80))
            story.company.member(member.pk).post(path, at + minute, remark=remark)


def _enter(story: Story) -> None:
    """The office types in a paper proposal, with the signatures that it bears."""
    life = story.life
    proposal = {
        **content(story, story.text),
        "committee": story.company.committee.pk,
        "one_matter": True,
        "received_at": life.received_at,
    }
    if story.body is not None:
        proposal["body"] = story.body.pk
    elif story.lead is not None:
        proposal["proposer"] = story.lead.pk
        proposal["cosigners"] = [member.pk for member in _cosigners(story, life.agreeing)]
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    story.id = _hand_over(clerk, "proposals/enter/", life.received_at, **proposal).id
