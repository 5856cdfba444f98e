"""Scripts of what is not decided yet: written, handed in, sent back, examined."""

from __future__ import annotations

from datetime import date, timedelta

from demo import proposing, reviewing, texts
from demo.case import Case
from demo.case_plan import Outcome
from demo.days import moment
from demo.engine import Script
from members.models import Member

EVENING = 20
"""The hour at which members write."""


def drafted(case: Case, *invited: Member, answered: tuple[Member, ...] = ()) -> Script:
    """Being written; ``invited`` have not answered yet whether they join, ``answered`` have."""
    evening = moment(case.days.ago(1), EVENING)
    yield case.until(evening - timedelta(days=2))
    proposing.draft(case, texts.draft_of(case.text) if answered else case.text)
    if not (invited or answered):
        return
    yield case.until(evening)
    signatures = proposing.invite(case, [*answered, *invited])
    for member, signature in zip(answered, signatures, strict=False):
        yield case.until(case.at + timedelta(minutes=20))
        proposing.sign(case, member, signature)


def handed_in(case: Case, day: date) -> Script:
    """Written, co-signed where it is joint, and handed in."""
    case.plan.received_at = case.working_hour(moment(day, 9))
    yield from proposing.hand_in(case)


def returned(case: Case, day: date) -> Script:
    """Sent back to its proposer, who has not rewritten it yet."""
    good, case.text = case.text, texts.draft_of(case.text)
    yield from handed_in(case, day)
    yield case.on(case.days.since(day, 2))
    proposing.send_back(case, case.at)
    case.text = good


def resubmitted(case: Case, day: date) -> Script:
    """Sent back, rewritten, and handed in again; nobody has read it since."""
    yield from returned(case, day)
    yield case.on(case.days.last)
    proposing.rewrite(case)


def examined(case: Case, day: date, rounds: int = 2, outcome: Outcome = Outcome.FILED) -> Script:
    """Handed in on ``day``, with so many rounds of review behind it."""
    if outcome == Outcome.NOT_FILED:
        rules = case.scenario.rules.review
        case.plan.outcome, case.plan.ground = outcome, "VAGUE"
        case.plan.disposition = rules.dispositions[0].code
    yield from handed_in(case, day)
    for number in range(rounds):
        yield case.on(case.days.since(day, 2 * (number + 1)))
        reviewing.review(case, number, case.at)


def decided(case: Case, day: date, outcome: Outcome = Outcome.FILED) -> Script:
    """Filed, or not; handed in on ``day``, decided six working days later."""
    yield from examined(case, day, outcome=outcome)
    yield case.on(case.days.since(day, 6))
    yield from reviewing.decide(case)


def merged(case: Case, host: Case, day: date) -> Script:
    """Handed in on ``day``, and merged into one of the same matter that is filed by then."""
    case.plan.outcome = Outcome.MERGED
    yield from handed_in(case, day)
    for number in range(2):
        yield case.on(case.days.since(day, 2 * (number + 1)))
        reviewing.review(case, number, case.at, host)
    yield case.on(case.days.since(day, 8))
    yield from reviewing.decide(case, host)


def withdrawn(case: Case, day: date) -> Script:
    """Given up by its proposer, with the committee's consent."""
    yield from handed_in(case, day)
    yield from reviewing.withdraw(case)


def withdrawal_asked(case: Case, day: date) -> Script:
    """Its proposer wants to give it up; the committee has not answered."""
    yield from examined(case, day, rounds=1)
    yield case.on(case.days.last)
    reviewing.ask_to_withdraw(case, case.at)
