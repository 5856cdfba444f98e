"""The next day on which people work.

The calendar is kept by an application above, which this one may not import: that one gives
its answer when it loads. Until then weekends are off, and nothing else.
"""

from collections.abc import Callable
from datetime import date, timedelta

from members.provided import Provided

SATURDAY = 5


def by_weekday(day: date) -> date:
    """``day`` itself, or the Monday after a weekend."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


CALENDAR: Provided[Callable[[date], date]] = Provided(by_weekday)
"""Finds the next working day, ``day`` itself included."""


def next_working(day: date) -> date:
    """``day`` itself if people work on it, else the next day on which they do."""
    return CALENDAR.current(day)
