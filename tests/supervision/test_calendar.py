"""Working days, against the published arrangements of the State Council's office."""

from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from members.enums import CountFrom, TimeUnit
from members.rules import DeadlineRule
from supervision import deadlines
from supervision.calendar import Calendar, DayKind, Declared, YearStatus
from supervision.deadlines import Pause, Terms

PLAIN = Calendar()

# Days off, first to last, and the weekends that people work instead.
ARRANGEMENTS = {
    "Spring Festival 2022": ("2022-01-31", "2022-02-06", ["2022-01-29", "2022-01-30"]),
    "National Day 2022": ("2022-10-01", "2022-10-07", ["2022-10-08", "2022-10-09"]),
    "Spring Festival 2023": ("2023-01-21", "2023-01-27", ["2023-01-28", "2023-01-29"]),
    "National Day 2023": ("2023-09-29", "2023-10-06", ["2023-10-07", "2023-10-08"]),
    "Spring Festival 2024": ("2024-02-10", "2024-02-17", ["2024-02-04", "2024-02-18"]),
    "National Day 2024": ("2024-10-01", "2024-10-07", ["2024-09-29", "2024-10-12"]),
    "Spring Festival 2025": ("2025-01-28", "2025-02-04", ["2025-01-26", "2025-02-08"]),
    "National Day 2025": ("2025-10-01", "2025-10-08", ["2025-09-28", "2025-10-11"]),
}


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_published_holidays_are_off_and_their_make_up_days_are_worked(name: str) -> None:
    first, last, make_up = ARRANGEMENTS[name]
    span = (date.fromisoformat(last) - date.fromisoformat(first)).days
    off = [date.fromisoformat(first) + timedelta(days=n) for n in range(span + 1)]

    assert [day for day in off if PLAIN.is_working(day)] == []
    worked = [date.fromisoformat(day) for day in make_up]
    assert [day for day in worked if PLAIN.is_working(day)] == worked
    assert all(day.weekday() >= 5 for day in worked), "only weekends need making up"
    assert PLAIN.is_working(off[-1] + timedelta(days=1)) or off[-1].weekday() in (4, 5)


def test_what_the_administrator_declared_comes_first() -> None:
    holiday, make_up, monday = date(2024, 2, 12), date(2024, 2, 18), date(2024, 3, 4)
    declared = {holiday: True, make_up: False, monday: False}
    said = {day: Declared(works) for day, works in declared.items()}

    assert [PLAIN.is_working(day) for day in declared] == [False, True, True]
    assert [Calendar(said).is_working(day) for day in said] == [True, False, False]


def test_year_whose_arrangement_is_not_known_goes_by_the_weekday() -> None:
    monday = date(2099, 1, 5)
    week = [monday + timedelta(days=n) for n in range(7)]

    assert [PLAIN.is_working(day) for day in week] == [True] * 5 + [False] * 2
    assert Calendar({date(2099, 1, 3): Declared(True)}).is_working(date(2099, 1, 3))
    assert PLAIN.add(monday, 5) == date(2099, 1, 12)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2024-02-09", 1, "2024-02-18"),  # the eve; the next working day is a Sunday
        ("2024-02-09", 3, "2024-02-20"),
        ("2024-02-03", 1, "2024-02-04"),  # a Saturday before a working Sunday
        ("2024-09-27", 3, "2024-10-08"),  # over National Day, with 29 and 30 September
        ("2023-12-29", 1, "2024-01-02"),  # over the year's end
        ("2024-03-02", 0, "2024-03-02"),  # no day at all stays on a Saturday
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    found = PLAIN.add(date.fromisoformat(start), count)

    assert found == date.fromisoformat(end)


days = st.dates(date(2020, 1, 1), date(2031, 12, 31))
declared_days = st.dictionaries(
    st.dates(date(2024, 1, 1), date(2024, 3, 31)), st.builds(Declared, st.booleans())
)


@given(days, st.integers(1, 40), declared_days)
def test_nth_working_day_is_the_nth_and_is_worked(
    start: date, count: int, declared: dict[date, Declared]
) -> None:
    calendar = Calendar(declared)
    end = calendar.add(start, count)

    assert calendar.is_working(end)
    assert calendar.between(start, end) == count
    assert calendar.add(start, count - 1) < end
    assert end <= calendar.add(start + timedelta(days=1), count)
    assert calendar.next_working(start) >= start >= calendar.last_working(start)


@given(days, days, days)
def test_working_days_add_up(a: date, b: date, c: date) -> None:
    a, b, c = sorted([a, b, c])[:3]
    c = min(c, b + timedelta(days=200))
    a = max(a, b - timedelta(days=200))

    both = PLAIN.between(a, b) + PLAIN.between(b, c)

    assert PLAIN.between(a, c) == both
    assert PLAIN.between(c, a) == 0 or a == c


# -- Years ---------------------------------------------------------------------------------


def test_year_is_announced_entered_or_assumed() -> None:
    entered = Calendar({date(2027, 1, 1): Declared(False, "元旦")}, {2027})

    assert PLAIN.status(2026) == YearStatus.ANNOUNCED
    assert PLAIN.status(2027) == YearStatus.ASSUMED
    assert entered.status(2027) == YearStatus.ENTERED
    assert entered.assumed(range(2026, 2029)) == [2028]


def test_day_tells_why_people_work_or_rest() -> None:
    shown = {
        "2026-02-17": (DayKind.HOLIDAY, "春节"),
        "2026-02-14": (DayKind.MAKE_UP, "春节"),
        "2026-03-07": (DayKind.WEEKEND, ""),
        "2026-03-09": (DayKind.WORKDAY, ""),
        "2027-01-01": (DayKind.WORKDAY, ""),  # not announced: a Friday like any other
    }

    found = {text: PLAIN.day(date.fromisoformat(text)) for text in shown}

    assert {text: (day.kind, day.name) for text, day in found.items()} == shown
    declared = Calendar({date(2027, 1, 1): Declared(False, "元旦")}).day(date(2027, 1, 1))
    assert (declared.kind, declared.name, declared.is_working) == (DayKind.HOLIDAY, "元旦", False)


def test_date_in_a_year_that_is_not_announced_is_computed_and_says_so() -> None:
    opened = timezone.make_aware(datetime.combine(date(2026, 12, 28), time(9)))
    working = Terms(anchor_at=opened, rule=a_rule(TimeUnit.WORKING_DAY, 5))
    plain = Terms(anchor_at=opened, rule=a_rule(TimeUnit.DAY, 5))

    due = deadlines.due_at(working, PLAIN)

    assert localdate(due) == date(2027, 1, 4)
    assert deadlines.assumed_years(working, due, PLAIN) == [2027]
    assert deadlines.assumed_years(working, due, Calendar({}, {2027})) == []
    assert deadlines.assumed_years(plain, deadlines.due_at(plain, PLAIN), PLAIN) == []


# -- Every start, unit and amount, against counting day by day ------------------------------

STARTS = [date(2024, 1, 1) + timedelta(days=n) for n in range(1096)]
MOST = 130


def a_rule(unit: TimeUnit, amount: int, **more: Any) -> DeadlineRule:
    return DeadlineRule(duty="reply", unit=unit, amount=amount, **more)


def works(day: date) -> bool:
    """From the announcements themselves: days off, days made up, and else the week."""
    if day in chinese_calendar.constants.holidays:
        return False
    return day in chinese_calendar.constants.workdays or day.weekday() < 5


def counted_out(start: date, unit: TimeUnit, *, same: bool) -> list[date]:
    """The last day of every amount from 0 to MOST, found by walking through the days."""
    if unit == TimeUnit.MONTH:
        ends = [start + relativedelta(months=n) for n in range(MOST + 1)]
        return [start] + [end - timedelta(days=same) for end in ends[1:]]
    found, day = [start], start - timedelta(days=same)
    while len(found) <= MOST:
        day += timedelta(days=1)
        if unit == TimeUnit.DAY or works(day):
            found.append(day)
    return found


@pytest.mark.parametrize("same", [False, True], ids=["next", "same"])
@pytest.mark.parametrize(
    ("unit", "roll"),
    [
        (TimeUnit.DAY, False),
        (TimeUnit.DAY, True),
        (TimeUnit.MONTH, False),
        (TimeUnit.MONTH, True),
        (TimeUnit.WORKING_DAY, True),  # ends on a working day, so that nothing rolls
    ],
)
def test_every_date_is_the_one_counted_day_by_day(unit: TimeUnit, roll: bool, same: bool) -> None:
    first = CountFrom.SAME if same else CountFrom.NEXT
    rules = [a_rule(unit, n, count_from=first, roll=roll) for n in range(MOST + 1)]
    for number, start in enumerate(STARTS):
        opened = timezone.make_aware(datetime.combine(start, time(9)))
        # A third of the pairs has every start, every amount and every end among it.
        third = slice(number % 3, None, 3)
        ends = counted_out(start, unit, same=same)
        for rule, end in zip(rules[third], ends[third], strict=True):
            while roll and not works(end):
                end += timedelta(days=1)
            due = deadlines.due_at(Terms.model_construct(anchor_at=opened, rule=rule), PLAIN)
            assert localdate(due) == end, (start, rule)


# -- Pauses --------------------------------------------------------------------------------

starts = st.dates(date(2024, 1, 1), date(2026, 6, 30))


@given(
    starts,
    st.integers(1, 60),
    st.sampled_from([TimeUnit.DAY, TimeUnit.WORKING_DAY, TimeUnit.MONTH]),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=3),
)
def test_paused_days_are_not_counted(
    start: date, amount: int, unit: TimeUnit, gaps: list[tuple[int, int]]
) -> None:
    if unit == TimeUnit.MONTH:
        amount = min(amount, 6)
    opened = timezone.make_aware(datetime.combine(start, time(9)))
    terms = Terms(anchor_at=opened, rule=a_rule(unit, amount))
    pauses, day = [], start
    for before, length in gaps:
        day += timedelta(days=before)
        if day > localdate(deadlines.due_at(terms, PLAIN, pauses)):
            break  # a clock that has run out cannot be stopped
        pauses.append(Pause(day, day + timedelta(days=length)))
        day += timedelta(days=length)

    left = amount if unit != TimeUnit.MONTH else (start + relativedelta(months=amount) - start).days
    end = start
    while left:
        end += timedelta(days=1)
        stands = any(pause.start <= end < pause.end for pause in pauses)
        left -= not stands and (unit != TimeUnit.WORKING_DAY or works(end))

    assert localdate(deadlines.due_at(terms, PLAIN, pauses)) == end
    walked = deadlines.days(terms, PLAIN, pauses)
    assert walked[-1].day == end
    if unit != TimeUnit.MONTH:
        assert sum(step.counted for step in walked) == amount


@given(starts, st.integers(10, 60), st.integers(1, 9), st.integers(1, 30))
def test_pause_moves_the_date_by_exactly_the_paused_working_days(
    start: date, amount: int, after: int, length: int
) -> None:
    opened = timezone.make_aware(datetime.combine(start, time(9)))
    terms = Terms(anchor_at=opened, rule=a_rule(TimeUnit.WORKING_DAY, amount))
    pause = Pause(start + timedelta(days=after), start + timedelta(days=after + length))
    without = localdate(deadlines.due_at(terms, PLAIN))

    due = localdate(deadlines.due_at(terms, PLAIN, [pause]))

    stopped = sum(works(pause.start + timedelta(days=n)) for n in range(length))
    assert due == PLAIN.add(without, stopped)
