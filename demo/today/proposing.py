"""Scripts of what is not decided yet: written, handed in, sent back, examined."""

from __future__ import annotations

from datetime import date, timedelta

from demo import proposing, reviewing, texts
from demo.case import Case
from demo.case_plan import Outcome
from demo.days import moment
from demo.engine import Script
from demo.letters import Note, review_opinion
from members.enums import ProposerKind, Role
from members.models import Member
from proposals.enums import ReviewOutcome

EVENING = 20
"""The hour at which members write."""


def drafted(case: Case, *invited: Member, answered: tuple[Member, ...] = ()) -> Script:
    """Being written; ``invited`` have not answered yet whether they join, ``answered`` have."""
    days = case.days
    evening = moment(days.ago(1), EVENING)
    yield case.until(evening - timedelta(days=2))
    _begin(case, texts.draft_of(case.text) if answered else case.text)
    if not (invited or answered):
        return
    yield case.until(evening)
    asked = [*answered, *invited]
    receipt = case.proposer.post(
        f"{case.path}/invite/", case.at, members=[member.pk for member in asked]
    )
    numbers = receipt.ids("cosignature", "ask")
    for member, number in zip(answered, numbers, strict=False):
        yield case.until(case.at + timedelta(minutes=20))
        case.people.member(member.pk).post(
            f"cosignatures/{number}/agree/", case.at, remark=case.write(Note.AGREEMENT)[:100]
        )


def handed_in(case: Case, day: date) -> Script:
    """Written, co-signed where it is joint, and handed in."""
    case.plan.received_at = case.on(day)
    yield case.at
    proposing.write(case)
    proposing.hand_in(case)


def returned(case: Case, day: date) -> Script:
    """Sent back to its proposer, who has not rewritten it yet."""
    good, case.text = case.text, texts.draft_of(case.text)
    yield from handed_in(case, day)
    yield case.on(case.days.since(day, 2))
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/return-for-revision/",
        case.at,
        reason=review_opinion(case.rng, case.text, ReviewOutcome.RETURN),
    )
    case.text = good


def resubmitted(case: Case, day: date) -> Script:
    """Sent back, rewritten, and handed in again; nobody has read it since."""
    yield from returned(case, day)
    yield case.on(case.days.last)
    case.text = texts.revised(case.rng, case.text)
    case.proposer.post(f"{case.path}/edit/", case.at, **proposing.content(case, case.text))
    case.proposer.post(f"{case.path}/resubmit/", case.at, one_matter=True)


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
    reviewing.decide(case, case.at, None)


def merged(case: Case, host: Case, day: date) -> Script:
    """Handed in on ``day``, and merged into one of the same matter that is filed by then."""
    case.plan.outcome = Outcome.MERGED
    yield from handed_in(case, day)
    for number in range(2):
        yield case.on(case.days.since(day, 2 * (number + 1)))
        reviewing.review(case, number, case.at, host)
    yield case.on(case.days.since(day, 8))
    reviewing.decide(case, case.at, host)


def withdrawn(case: Case, day: date) -> Script:
    """Given up by its proposer, with the committee's consent."""
    yield from handed_in(case, day)
    yield case.until(case.at + timedelta(hours=30))
    reviewing.withdraw(case)


def withdrawal_asked(case: Case, day: date) -> Script:
    """Its proposer wants to give it up; the committee has not answered."""
    yield from examined(case, day, rounds=1)
    yield case.on(case.days.last)
    reviewing.ask_to_withdraw(case, case.at)


def _begin(case: Case, text: texts.ProposalText) -> None:
    draft = {**proposing.content(case, text), "committee": case.people.committee.pk}
    if case.plan.kind == ProposerKind.COLLECTIVE and case.body is not None:
        draft["body"] = case.body.pk
    case.id = case.proposer.post("proposals/draft/", case.at, **draft).id
