"""The one place that reads the clock.

Time is an argument everywhere below the edge. Views, tasks and commands ask here, so that a
year can be played in minutes: inside ``at(moment)`` the edge sees that moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware; the pretended one inside ``at``."""
    return _moment.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Pretend that it is ``moment`` (aware) in this thread or task."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def today() -> date:
    """The local day of ``now``."""
    return timezone.localtime(now()).date()
