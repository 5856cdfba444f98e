"""Second act of a played year: review in rounds, and what the committee decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo import supervising
from demo.letters import Note, not_filed_notice, review_opinion
from demo.life import Fate
from demo.scenario import Path
from demo.story import Story
from members.enums import Role
from proposals.enums import ReviewOutcome

OUTCOMES = {
    Fate.FILED: ReviewOutcome.FILE,
    Fate.MERGED: ReviewOutcome.MERGE,
    Fate.NOT_FILED: ReviewOutcome.NOT_FILE,
}


def examine(story: Story, at: datetime, host: Story | None) -> datetime:
    """All rounds of review that the rulebook asks for; returns when they are done."""
    moment = at
    for number in range(len(story.scenario.rules.review.rounds)):
        moment = story.later(moment, 1, 3) if number else story.later(moment, 0, 4)
        review(story, number, moment, host)
    return moment


def review(story: Story, number: int, at: datetime, host: Story | None = None) -> None:
    """One round of review, the first being 0, by the first of those whom the rulebook names."""
    round_ = story.scenario.rules.review.rounds[number]
    reviewer = story.company.office(round_.roles[0])
    reviewer.post(f"{story.path}/review/", at, **_opinion(story, host))


def decide(story: Story, at: datetime, host: Story | None) -> None:
    """File it, merge it, or do not file it."""
    match story.life.fate:
        case Fate.FILED:
            _file(story, at)
        case Fate.MERGED if host is not None:
            _merge(story, host, at)
        case Fate.NOT_FILED:
            _not_file(story, at)


def withdraw(story: Story) -> None:
    """The proposer asks in writing, the committee agrees."""
    at = story.life.received_at + timedelta(hours=30)
    ask_to_withdraw(story, at)
    story.company.office(Role.COMMITTEE_DIRECTOR).post(
        f"{story.path}/withdraw/",
        story.later(at, 1, 3),
        note=story.write(Note.WITHDRAWAL_CONSENT),
    )


def ask_to_withdraw(story: Story, at: datetime) -> None:
    """The proposer asks in writing."""
    story.proposer.post(
        f"{story.path}/request-withdrawal/", at, reason=story.write(Note.WITHDRAWAL)
    )


def _category(story: Story) -> str:
    return story.scenario.category_codes[story.life.category]


def _opinion(story: Story, host: Story | None) -> dict[str, Any]:
    life, outcome = story.life, OUTCOMES[story.life.fate]
    units = story.company.units
    return {
        "outcome": outcome.value,
        "opinion": review_opinion(story.rng, story.text, outcome),
        "category": _category(story),
        "units": [{"unit": units[task.unit].pk, "role": task.role} for task in life.tasks],
        "ground": life.ground,
        "disposition": life.disposition,
        "duplicates": [host.id] if host is not None else [],
    }


def _file(story: Story, at: datetime) -> None:
    director = story.company.office(Role.COMMITTEE_DIRECTOR)
    director.post(
        f"{story.path}/file/",
        at,
        category=_category(story),
        meeting="提案委员会全体会议",
        urgent=story.life.on(Path.URGENT),
    )
    if story.life.on(Path.KEY):
        supervising.choose(story, story.later(at, 1, 2))


def _merge(story: Story, host: Story, at: datetime) -> None:
    moment = story.later(at, 1, 2)
    story.company.office(Role.COMMITTEE_CLERK).post(
        f"{story.path}/merge/",
        moment,
        into=host.id,
        consent_way="phone",
        consent_at=moment - timedelta(hours=1),
        note=story.write(Note.MERGE_CONSENT)[:500],
    )
    host.merged.append(story)


def _not_file(story: Story, at: datetime) -> None:
    life = story.life
    entry = next(e for e in story.scenario.rules.review.dispositions if e.code == life.disposition)
    sent_to = "上一级政协提案委员会" if entry.needs_destination else ""
    story.company.office(Role.COMMITTEE_DIRECTOR).post(
        f"{story.path}/not-file/",
        at,
        ground=life.ground,
        disposition=life.disposition,
        destination=sent_to,
        notice=not_filed_notice(
            story.rng,
            story.text,
            ground=life.ground,
            disposition=life.disposition,
            sent_to=sent_to,
        ),
        category=_category(story),
    )
