"""The script engine: every case has a script, and all of them run in the order of time.

A script is a generator. It gives the moment of its next step and takes it, by calls to the
API, when it is resumed. Scripts that need nothing of each other can be one script by ``merge``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from heapq import merge
from multiprocessing import get_context
from multiprocessing.connection import Connection

from django.db import connections

Script = Iterator[datetime]

Tell = Callable[[], object]
"""Called before each step, to report progress."""

DayBegins = Callable[[date], None]
"""Called for each day on which there is a step, before the first of them."""


def silently() -> None:
    """Report nothing."""


def run(
    scripts: Iterable[Script], tell: Tell = silently, day_begins: DayBegins | None = None
) -> None:
    """Run all scripts together, in the order of time."""
    today = None
    for at in merge(*scripts):
        tell()
        if day_begins is not None and at.date() != today:
            today = at.date()
            day_begins(today)


def run_in_processes(shares: Sequence[Sequence[Script]], tell: Tell, day_begins: DayBegins) -> None:
    """Run each share of the scripts in a process of its own, all of them day by day.

    No process begins a day before every other has come to it. Meanwhile ``day_begins`` is
    called here, once a day, as when one process runs them all. Raises RuntimeError when a
    process breaks off.
    """
    connections.close_all()  # every process opens its own
    at_work = [_start(scripts) for scripts in shares]
    waiting: dict[Connection, date] = {}
    while True:
        waiting |= {process: day for process in at_work if (day := _next_day(process)) is not None}
        if not waiting:
            return
        today = min(waiting.values())
        tell()
        day_begins(today)
        at_work = [process for process, day in waiting.items() if day == today]
        for process in at_work:
            del waiting[process]
            process.send(today)


def _start(scripts: Sequence[Script]) -> Connection:
    """Start a process that runs the scripts, and asks over the connection to begin a day."""
    fork = get_context("fork")  # generators cannot be sent, only inherited
    here, there = fork.Pipe()

    def ask(day: date) -> None:
        there.send(day)
        there.recv()

    def work() -> None:
        run(scripts, day_begins=ask)
        there.send(None)

    fork.Process(target=work, daemon=True).start()
    there.close()
    return here


def _next_day(process: Connection) -> date | None:
    """The day that a process has come to; None when it has run all its scripts."""
    try:
        day: date | None = process.recv()
    except EOFError:
        raise RuntimeError("a process that plays a share of the cases broke off") from None
    return day
