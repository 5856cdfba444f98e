"""Working days, against the published arrangements of the State Council's office."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.calendar import add_working_days, is_working, working_days_between

NO_EXCEPTIONS: dict[date, bool] = {}

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

    assert [day for day in off if is_working(day, NO_EXCEPTIONS)] == []
    worked = [date.fromisoformat(day) for day in make_up]
    assert [day for day in worked if is_working(day, NO_EXCEPTIONS)] == worked
    assert all(day.weekday() >= 5 for day in worked), "only weekends need making up"
    assert is_working(off[-1] + timedelta(days=1), NO_EXCEPTIONS) or off[-1].weekday() in (4, 5)


def test_what_the_administrator_declared_comes_first() -> None:
    holiday, make_up, monday = date(2024, 2, 12), date(2024, 2, 18), date(2024, 3, 4)
    declared = {holiday: True, make_up: False, monday: False}

    assert [is_working(day, NO_EXCEPTIONS) for day in declared] == [False, True, True]
    assert [is_working(day, declared) for day in declared] == [True, False, False]


def test_year_whose_arrangement_is_not_known_goes_by_the_weekday() -> None:
    monday = date(2099, 1, 5)
    week = [monday + timedelta(days=n) for n in range(7)]

    assert [is_working(day, NO_EXCEPTIONS) for day in week] == [True] * 5 + [False] * 2
    assert is_working(date(2099, 1, 3), {date(2099, 1, 3): True})
    assert add_working_days(monday, 5, NO_EXCEPTIONS) == date(2099, 1, 12)


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
    found = add_working_days(date.fromisoformat(start), count, NO_EXCEPTIONS)

    assert found == date.fromisoformat(end)


days = st.dates(date(2020, 1, 1), date(2031, 12, 31))
declared_days = st.dictionaries(st.dates(date(2024, 1, 1), date(2024, 3, 31)), st.booleans())


@given(days, st.integers(1, 40), declared_days)
def test_nth_working_day_is_the_nth_and_is_worked(
    start: date, count: int, declared: dict[date, bool]
) -> None:
    end = add_working_days(start, count, declared)

    assert is_working(end, declared)
    assert working_days_between(start, end, declared) == count
    assert add_working_days(start, count - 1, declared) < end
    assert add_working_days(start, count, declared) <= add_working_days(
        start + timedelta(days=1), count, declared
    )


@given(days, days, days)
def test_working_days_add_up(a: date, b: date, c: date) -> None:
    a, b, c = sorted([a, b, c])[:3]
    c = min(c, b + timedelta(days=200))
    a = max(a, b - timedelta(days=200))

    both = working_days_between(a, b, {}) + working_days_between(b, c, {})

    assert working_days_between(a, c, {}) == both
    assert working_days_between(c, a, {}) == 0 or a == c
