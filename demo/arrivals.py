"""Moments at which proposals arrive: few before the session, most in its last hours."""

from datetime import datetime, timedelta
from random import Random

from demo.scenario import SessionPlan

# Shares of what comes in the window, in per cent: over the weeks, in the last three days,
# and in the last six hours (the load that systems have to bear).
_WEEKS, _DAYS, _HOURS = 25, 35, 40
_LAST_DAYS = timedelta(days=3)
_LAST_HOURS = timedelta(hours=6)
_SECOND = timedelta(seconds=1)


def in_window(rng: Random, session: SessionPlan, count: int) -> list[datetime]:
    """``count`` moments in the collection window, in order."""
    opens, closes = session.collection_opens_at, session.collection_closes_at
    moments = []
    for _ in range(count):
        share = rng.randrange(_WEEKS + _DAYS + _HOURS)
        if share < _HOURS:
            at = _between(rng, max(opens, closes - _LAST_HOURS), closes)
        elif share < _HOURS + _DAYS:
            at = _by_day(rng, max(opens, closes - _LAST_DAYS), closes)
        else:
            at = _by_day(rng, opens, closes)
        moments.append(at)
    return sorted(moments)


def between_sessions(rng: Random, session: SessionPlan, count: int) -> list[datetime]:
    """``count`` moments after the window, early enough to be concluded in the year."""
    start = session.collection_closes_at + timedelta(days=14)
    # Half of the time to the rollover leaves three months and more for handling.
    end = start + (session.rollover_at - start) / 2
    return sorted(_by_day(rng, start, end) for _ in range(count))


def after_rollover(rng: Random, session: SessionPlan, count: int) -> list[datetime]:
    """``count`` moments in the three weeks from which proposals count for the next session."""
    start = session.rollover_at
    return sorted(_by_day(rng, start, start + timedelta(days=21)) for _ in range(count))


def _by_day(rng: Random, start: datetime, end: datetime) -> datetime:
    """A moment from ``start`` until before ``end`` when people are awake (8 to 22 o'clock)."""
    while True:
        at = _between(rng, start, end)
        if 8 <= at.hour < 22 or end - start < timedelta(days=1):
            return at


def _between(rng: Random, start: datetime, end: datetime) -> datetime:
    return start + _SECOND * rng.randrange(int((end - start).total_seconds()))
