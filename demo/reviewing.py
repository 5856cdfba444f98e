"""Review in rounds, and what the committee decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo import key_topics
from demo.case import Case
from demo.case_plan import Outcome
from demo.engine import Script
from demo.letters import Note, not_filed_notice, review_opinion
from demo.scenario import Deviation
from members.enums import Role
from proposals.enums import ReviewOutcome

REVIEW_OUTCOMES = {
    Outcome.FILED: ReviewOutcome.FILE,
    Outcome.MERGED: ReviewOutcome.MERGE,
    Outcome.NOT_FILED: ReviewOutcome.NOT_FILE,
}


def examine(case: Case, start: datetime, host: Case | None) -> Script:
    """All rounds of review that the rulebook asks for, from ``start`` on."""
    yield case.until(start)
    for number in range(len(case.scenario.rules.review.rounds)):
        yield case.until(case.later(case.at, 1, 3) if number else case.later(case.at, 0, 4))
        review(case, number, case.at, host)


def review(case: Case, number: int, at: datetime, host: Case | None = None) -> None:
    """One round of review, the first being 0, by the first of those whom the rulebook names."""
    round_ = case.scenario.rules.review.rounds[number]
    reviewer = case.people.office(round_.roles[0])
    reviewer.post(f"{case.path}/review/", at, **_opinion(case, host))


def decide(case: Case, host: Case | None = None) -> Script:
    """File it, merge it into a filed one, or do not file it; from now on."""
    match case.plan.outcome:
        case Outcome.FILED:
            _file(case, case.at)
            if case.plan.has(Deviation.KEY):
                yield from key_topics.choose(case)
        case Outcome.MERGED if host is not None:
            yield case.until(case.later(case.at, 1, 2))
            while not host.is_filed:
                yield case.until(case.at + timedelta(days=1))
            _merge(case, host, case.at)
        case Outcome.NOT_FILED:
            _not_file(case, case.at)


def withdraw(case: Case) -> Script:
    """The proposer asks in writing, the committee agrees."""
    yield case.until(case.plan.received_at + timedelta(hours=30))
    ask_to_withdraw(case, case.at)
    yield case.until(case.later(case.at, 1, 3))
    case.people.office(Role.COMMITTEE_DIRECTOR).post(
        f"{case.path}/withdraw/", case.at, note=case.write(Note.WITHDRAWAL_CONSENT)
    )


def ask_to_withdraw(case: Case, at: datetime) -> None:
    """The proposer asks in writing."""
    case.proposer.post(f"{case.path}/request-withdrawal/", at, reason=case.write(Note.WITHDRAWAL))


def _category(case: Case) -> str:
    return case.scenario.category_codes[case.plan.category]


def _opinion(case: Case, host: Case | None) -> dict[str, Any]:
    plan, outcome = case.plan, REVIEW_OUTCOMES[case.plan.outcome]
    units = case.people.units
    return {
        "outcome": outcome.value,
        "opinion": review_opinion(case.rng, case.text, outcome),
        "category": _category(case),
        "units": [{"unit": units[task.unit].pk, "role": task.role} for task in plan.tasks],
        "ground": plan.ground,
        "disposition": plan.disposition,
        "duplicates": [host.id] if host is not None else [],
    }


def _file(case: Case, at: datetime) -> None:
    director = case.people.office(Role.COMMITTEE_DIRECTOR)
    director.post(
        f"{case.path}/file/",
        at,
        category=_category(case),
        meeting="提案委员会全体会议",
        urgent=case.plan.has(Deviation.URGENT),
    )
    case.is_filed = True


def _merge(case: Case, host: Case, at: datetime) -> None:
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/merge/",
        at,
        into=host.id,
        consent_way="phone",
        consent_at=at - timedelta(hours=1),
        note=case.write(Note.MERGE_CONSENT)[:500],
    )
    host.merged.append(case)


def _not_file(case: Case, at: datetime) -> None:
    plan = case.plan
    entry = next(e for e in case.scenario.rules.review.dispositions if e.code == plan.disposition)
    sent_to = "上一级政协提案委员会" if entry.needs_destination else ""
    case.people.office(Role.COMMITTEE_DIRECTOR).post(
        f"{case.path}/not-file/",
        at,
        ground=plan.ground,
        disposition=plan.disposition,
        destination=sent_to,
        notice=not_filed_notice(
            case.rng,
            case.text,
            ground=plan.ground,
            disposition=plan.disposition,
            sent_to=sent_to,
        ),
        category=_category(case),
    )
