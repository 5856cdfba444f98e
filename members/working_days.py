"""The next day on which people work.

The calendar is kept by an application above, which this one may not import: that one registers
its answer when it loads. Until then weekends are off, and nothing else.
"""

from collections.abc import Callable
from datetime import date, timedelta

SATURDAY = 5


def by_weekday(day: date) -> date:
    """``day`` itself, or the Monday after a weekend."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


_next_working: Callable[[date], date] = by_weekday


def register(next_working: Callable[[date], date]) -> None:
    """Ask ``next_working`` from now on."""
    global _next_working  # set once, while the applications load
    _next_working = next_working


def next_working(day: date) -> date:
    """``day`` itself if people work on it, else the next day on which they do."""
    return _next_working(day)
