"""Before the present session: what the years between have settled, and how it was opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from demo import feedback
from demo.case import Case
from demo.days import Days, back, moment
from demo.engine import Script
from demo.people import People
from demo.scenario import Rulebook, Scenario
from members.enums import DutyKind, Role
from members.models import Member, Session, Term
from members.reader import Reader
from members.services import adopt_rulebook
from proposals.enums import CommitmentState
from proposals.models import Commitment

BEGAN = 180
"""Days ago on which the collection began."""

CLOSED = 149
"""Days ago on which the plenary closed; the collection did the day before."""

ROUNDS = (
    {"name": "初审", "roles": [Role.COMMITTEE_CLERK.value, Role.COMMITTEE_REVIEWER.value]},
    {"name": "复审", "roles": [Role.COMMITTEE_REVIEWER.value, Role.COMMITTEE_DIRECTOR.value]},
)
"""The rounds of review by the new rules."""

COSIGN_DAYS = 5
"""Days that members have to join a proposal by the new rules."""


def begins_on(days: Days) -> date:
    """The first day of the session's collection."""
    return days.ago(BEGAN)


def open_session(people: People, scenario: Scenario, days: Days) -> tuple[People, Scenario]:
    """Set up the present session of the committee, with rules of its own.

    Returns the people and the scenario as they are from then on.
    """
    begins, committee = begins_on(days), people.committee
    term = _term(people, scenario, begins)
    last = term.sessions.order_by("number").last()
    number = max(begins.year - term.begins_on.year, last.number if last else 0) + 1
    session = Session.objects.create(
        committee=committee,
        term=term,
        number=number,
        opens_on=days.ago(CLOSED + 3),
        closes_on=days.ago(CLOSED),
        collection_opens_at=moment(begins, 0),
        collection_closes_at=moment(days.ago(CLOSED + 1), 18),
        rollover_at=moment(begins + timedelta(days=340), 0),
    )
    rules = _rules(scenario)
    adopt_rulebook(
        committee=committee,
        document=_document(scenario, rules),
        effective_from=begins,
        by=Reader(people.office(Role.COMMITTEE_ADMINISTRATOR).user, moment(back(begins, 5), 10)),
        note="自本次会议起实行两轮审查，确认联名的时限放宽",
    )
    changed = {**dict(scenario), "rulebook": rules}
    return replace(people, session=session), Scenario.model_construct(**changed)


def _term(people: People, scenario: Scenario, begins: date) -> Term:
    """The term of the session's first day; if it is a later one, all members sit in it too."""
    first, committee = scenario.term, people.committee
    length = first.ends_on.year - first.begins_on.year
    later = (begins.year - first.begins_on.year) // length
    starts = first.begins_on.replace(year=first.begins_on.year + later * length)
    ends = starts.replace(year=starts.year + length)
    term, is_new = Term.objects.get_or_create(
        committee=committee,
        number=first.number + later,
        defaults={"begins_on": starts, "ends_on": ends},
    )
    if is_new:
        joined = Member.terms.through
        joined.objects.bulk_create(
            joined(member_id=member.pk, term_id=term.pk) for member in people.members
        )
    return term


def _rules(scenario: Scenario) -> Rulebook:
    """The committee's rules with two rounds of review and more time to co-sign."""
    limits = [
        {**rule, "amount": COSIGN_DAYS, "unit": "day", "source": "本会规定"}
        if rule["duty"] == DutyKind.COSIGN
        else rule
        for rule in scenario.rules_document()["deadlines"]
    ]
    former = scenario.rulebook.overrides
    review = {**former.get("review", {}), "rounds": list(ROUNDS)}
    overrides = {**former, "review": review, "deadlines": limits}
    return Rulebook(preset=scenario.rulebook.preset, overrides=overrides)


def _document(scenario: Scenario, rules: Rulebook) -> dict[str, Any]:
    changed = {**dict(scenario), "rulebook": rules}
    return Scenario.model_construct(**changed).rules_document()


# -- What the years between have settled --------------------------------------------------------


def promises_kept(people: People, cases: list[Case]) -> list[Script]:
    """Every promise of the played year is kept before its day."""
    played = {case.id: case for case in cases}
    promises = Commitment.objects.filter(
        proposal__committee=people.committee, state=CommitmentState.OPEN, due_on__isnull=False
    )
    rows = promises.select_related("reply__assignment__unit").order_by("id")
    return [_kept(played[promise.proposal_id], promise) for promise in rows]


def _kept(case: Case, promise: Commitment) -> Script:
    if promise.due_on is not None:
        at = moment(back(promise.due_on, 6), 10)
        yield at
        feedback.keep(case, promise.reply.assignment.unit.name, promise.pk, at)


def followed_up(cases: list[Case], scenario: Scenario) -> list[Script]:
    """What the year's replies left open is looked at again in the next."""
    wanted = {c.code for c in scenario.rules.handling.result_classes if c.needs_follow_up}
    at = moment(date(scenario.session.closes_on.year + 1, 11, 10), 10)
    return [_followed_up(case, at) for case in cases if case.plan.result_class in wanted]


def _followed_up(case: Case, at: datetime) -> Script:
    yield at
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    if not clerk.get(f"{case.path}/", at)["follow_ups"]:
        feedback.follow_up(case, at)
