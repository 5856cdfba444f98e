"""From a rule and a case to the second at which a duty is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from members.enums import (
    Anchor,
    AssignmentRole,
    DutyKind,
    PeriodKind,
    ProposerKind,
    ReassignmentClock,
    TimeUnit,
)
from members.presets import preset
from members.rules import DeadlineRule, Rules
from supervision import deadlines
from supervision.calendar import Calendar
from supervision.deadlines import Facts, Terms, carried_over, rule_for, terms


def local(text: str) -> datetime:
    """A moment in Shanghai."""
    return timezone.make_aware(datetime.fromisoformat(text))


PLAIN = Calendar()


def due_at(rule: DeadlineRule, facts: Facts) -> datetime:
    """When a duty of this case is due under the rule."""
    return deadlines.due_at(terms(rule, facts), PLAIN)


def a_rule(**values: Any) -> DeadlineRule:
    return DeadlineRule(**{"duty": DutyKind.REPLY, **values})


DAY = {"unit": TimeUnit.DAY}
WORKING = {"unit": TimeUnit.WORKING_DAY}
MONTH = {"unit": TimeUnit.MONTH}
HOUR = {"unit": TimeUnit.HOUR}


@pytest.mark.parametrize(
    ("rule", "opened", "due"),
    [
        # Hours run to the minute, over midnight and holidays alike.
        ({"amount": 3, **HOUR}, "2024-01-10 16:41:07", "2024-01-10 19:41:07"),
        ({"amount": 24, **HOUR}, "2024-02-09 23:30", "2024-02-10 23:30"),
        # Days run to the end of the last day, wherever they begin.
        ({"amount": 7, **DAY}, "2024-02-26 00:00:00", "2024-03-04 23:59:59"),
        ({"amount": 7, **DAY}, "2024-02-26 23:59:59", "2024-03-04 23:59:59"),
        ({"amount": 0, **DAY}, "2024-02-26 09:00", "2024-02-26 23:59:59"),
        # Working days pass over Spring Festival; make-up Sundays count.
        ({"amount": 3, **WORKING}, "2024-02-08 09:00", "2024-02-19 23:59:59"),
        # Months are calendar months and end with a shorter one.
        ({"amount": 1, **MONTH}, "2024-01-31 09:00", "2024-02-29 23:59:59"),
        ({"amount": 1, **MONTH}, "2023-01-31 09:00", "2023-02-28 23:59:59"),
        ({"amount": 3, **MONTH}, "2023-11-30 09:00", "2024-02-29 23:59:59"),
        ({"amount": 12, **MONTH}, "2024-02-29 09:00", "2025-02-28 23:59:59"),
        # A fixed day is the next one, never today.
        ({"anchor": "fixed", "fixed": "11-20"}, "2024-11-19 09:00", "2024-11-20 23:59:59"),
        ({"anchor": "fixed", "fixed": "11-20"}, "2024-11-20 09:00", "2025-11-20 23:59:59"),
        ({"anchor": "fixed", "fixed": "03-01"}, "2024-12-31 23:00", "2025-03-01 23:59:59"),
    ],
)
def test_due_from_the_moment_it_was_opened(rule: dict[str, Any], opened: str, due: str) -> None:
    assert due_at(a_rule(**rule), Facts(opened_at=local(opened))) == local(due)


CASE = Facts(
    opened_at=local("2024-03-01 10:00"),
    received_at=local("2024-01-10 15:30"),
    session_closes_on=date(2024, 1, 14),
    reply_due_at=local("2024-05-31 23:59:59"),
)


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ({"anchor": "receipt", "amount": 3, **MONTH}, "2024-04-10 23:59:59"),
        ({"anchor": "receipt", "amount": 2, **HOUR}, "2024-01-10 17:30"),
        ({"anchor": "session_close", "amount": 6, **MONTH}, "2024-07-14 23:59:59"),
        ({"anchor": "session_close", "amount": 10, **WORKING}, "2024-01-26 23:59:59"),
        # Before the reply is due: the amount is taken away.
        ({"anchor": "reply_due", "amount": 15, **DAY}, "2024-05-16 23:59:59"),
        ({"anchor": "reply_due", "amount": 1, **MONTH}, "2024-04-30 23:59:59"),
        ({"anchor": "reply_due", "amount": 10, **WORKING}, "2024-05-17 23:59:59"),
        ({"anchor": "reply_due", "amount": 48, **HOUR}, "2024-05-29 23:59:59"),
    ],
)
def test_due_from_another_moment_of_the_case(rule: dict[str, Any], due: str) -> None:
    assert due_at(a_rule(**rule), CASE) == local(due)


def test_moment_is_judged_by_the_local_day() -> None:
    late_in_shanghai = datetime(2024, 3, 1, 16, 30, tzinfo=UTC)  # half past midnight, the 2nd

    due = due_at(a_rule(amount=1, **DAY), Facts(opened_at=late_in_shanghai))

    assert due == local("2024-03-03 23:59:59")


def test_first_rule_that_fits_applies() -> None:
    rules = [
        a_rule(amount=1, urgent=True),
        a_rule(amount=2, key=True),
        a_rule(amount=3, period=PeriodKind.SESSION, proposer=ProposerKind.COLLECTIVE),
        a_rule(amount=4, role=AssignmentRole.SEPARATE),
        a_rule(amount=5, anchor=Anchor.REPLY_DUE),
        a_rule(amount=6, duty=DutyKind.ACKNOWLEDGE),
        a_rule(amount=7, urgent=False, period=PeriodKind.SESSION),
    ]
    session = {"opened_at": CASE.opened_at, "period": PeriodKind.SESSION}

    def amount(kind: DutyKind = DutyKind.REPLY, **facts: Any) -> int | None:
        found = rule_for(rules, kind, Facts(**{**session, **facts}))
        return found.amount if found else None

    assert amount(urgent=True, key=True) == 1
    assert amount(key=True) == 2
    assert amount(proposer=ProposerKind.COLLECTIVE) == 3
    assert amount(role=AssignmentRole.SEPARATE) == 4
    assert amount(reply_due_at=CASE.reply_due_at) == 5
    assert amount() == 7, "there is no reply to be due before"
    assert amount(DutyKind.ACKNOWLEDGE) == 6
    assert amount(period=PeriodKind.INTERSESSION) is None
    assert amount(DutyKind.FEEDBACK) is None


@pytest.mark.parametrize("place", ["county", "city", "province", "national"])
@pytest.mark.parametrize(
    "kind", [k for k in DutyKind if k != DutyKind.MILESTONE]
)  # the plan dates those
def test_presets_set_a_limit_that_lies_ahead_for_every_duty(place: str, kind: DutyKind) -> None:
    rules = Rules.read(preset(place)).deadlines
    opened = local("2024-01-12 10:00")
    facts = Facts(
        opened_at=opened,
        received_at=opened,
        session_closes_on=date(2024, 1, 14),
        reply_due_at=opened + timedelta(days=150),
        period=PeriodKind.SESSION,
        proposer=ProposerKind.INDIVIDUAL,
        role=AssignmentRole.SOLE,
    )

    rule = rule_for(rules, kind, facts)

    assert rule is not None
    assert rule.source
    assert due_at(rule, facts) > opened


# -- Properties ----------------------------------------------------------------------------

FIRST, LAST = date(2021, 1, 1), date(2027, 12, 31)
moments = st.builds(datetime.combine, st.dates(FIRST, LAST), st.times()).map(timezone.make_aware)
units = st.sampled_from(list(TimeUnit))


@given(moments, moments, units, st.integers(0, 200))
def test_later_opened_is_never_due_earlier(
    a: datetime, b: datetime, unit: TimeUnit, amount: int
) -> None:
    rule = a_rule(unit=unit, amount=amount)
    first, second = sorted([a, b])

    assert due_at(rule, Facts(first)) <= due_at(rule, Facts(second))
    assert due_at(rule, Facts(first)) >= first


@given(moments, units, st.integers(0, 200))
def test_more_time_is_never_due_earlier(opened: datetime, unit: TimeUnit, amount: int) -> None:
    less, more = (a_rule(unit=unit, amount=n) for n in (amount, amount + 1))

    assert due_at(less, Facts(opened)) < due_at(more, Facts(opened))


@given(moments, st.integers(1, 60))
def test_due_by_working_days_is_on_a_working_day(opened: datetime, amount: int) -> None:
    due = due_at(a_rule(amount=amount, **WORKING), Facts(opened))

    assert PLAIN.is_working(localdate(due))
    assert PLAIN.between(localdate(opened), localdate(due)) == amount


@given(moments, st.dates(date(2001, 1, 1), date(2001, 12, 31)))
def test_fixed_day_lies_within_a_year_ahead(opened: datetime, day: date) -> None:
    due = due_at(a_rule(anchor="fixed", fixed=f"{day:%m-%d}"), Facts(opened))

    assert timedelta(0) < due - opened <= timedelta(days=367)
    assert (localdate(due).month, localdate(due).day) == (day.month, day.day)


@given(moments, st.integers(0, 120), st.integers(0, 120), st.integers(0, 200))
def test_clocks_of_a_task_that_is_taken_over(
    asked: datetime, left: int, waited: int, full_days: int
) -> None:
    former = deadlines.end_of(localdate(asked) + timedelta(days=left))
    issued = asked + timedelta(days=waited)
    full = Terms(anchor_at=issued, rule=a_rule(amount=full_days))

    def due(clock: ReassignmentClock) -> datetime:
        carried = carried_over(
            clock,
            full,
            former_due_at=former,
            asked_at=asked,
            issued_at=issued,
            calendar=PLAIN,
        )
        return deadlines.due_at(carried, PLAIN)

    shifted = due(ReassignmentClock.SHIFT)
    remaining = PLAIN.between(localdate(asked), localdate(former))
    given_now = PLAIN.between(localdate(issued), localdate(shifted))
    assert due(ReassignmentClock.KEEP) == former
    assert due(ReassignmentClock.RESTART) == deadlines.due_at(full, PLAIN)
    assert shifted >= former
    assert given_now >= remaining
    assert waited or shifted == former, "nothing was lost, nothing is added"
