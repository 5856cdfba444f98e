"""Working days, with the official holidays and make-up days (调休)."""

from collections.abc import Mapping
from datetime import date, timedelta

import chinese_calendar

Exceptions = Mapping[date, bool]
"""Days that the administrator declared: True works, False is off. They come first."""


def is_working(day: date, exceptions: Exceptions) -> bool:
    """Whether people work on ``day``: by declaration, by the published calendar, by weekday.

    The published calendar knows only years whose arrangement has been announced; a later year
    is judged by the weekday until the administrator or a new release knows better.
    """
    if day in exceptions:
        return exceptions[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(start: date, count: int, exceptions: Exceptions) -> date:
    """The ``count``-th working day after ``start``; ``start`` itself for a count of zero."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day, exceptions)
    return day


def working_days_between(start: date, end: date, exceptions: Exceptions) -> int:
    """How many working days lie after ``start`` up to and including ``end``; 0 if none."""
    span = (end - start).days
    return sum(is_working(start + timedelta(days=n), exceptions) for n in range(1, span + 1))
