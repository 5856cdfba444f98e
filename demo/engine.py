"""The script engine: every case has a script, and all of them run in the order of time.

A script is a generator. It gives the moment of its next act and takes that act, by calls to the
API, when it is resumed. Scripts that need nothing of each other can be one script by ``merge``.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from heapq import merge

__all__ = ["Script", "Tell", "merge", "run", "silently"]

Script = Iterator[datetime]

Tell = Callable[[], object]
"""Called before each step, to report progress."""


def silently() -> None:
    """Report nothing."""


def run(
    scripts: Iterable[Script],
    tell: Tell = silently,
    day_begins: Callable[[date], None] | None = None,
) -> None:
    """Run all scripts together; ``day_begins`` is told of each day before its first act."""
    today = None
    for at in merge(*scripts):
        tell()
        if day_begins is not None and at.date() != today:
            today = at.date()
            day_begins(today)
