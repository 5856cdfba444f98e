"""What a scheduler and a worker do beside a play: every sweep, by the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import connection
from django.utils.module_loading import import_string

from config.celery import TIMETABLE


def sweep() -> None:
    """Run everything on the timetable once."""
    for task in TIMETABLE:
        import_string(task)()


@contextmanager
def beat() -> Iterator[list[int]]:
    """Sweep again and again in a thread of its own; gives the count of rounds so far."""
    count, over = [0], Event()

    def sweep_on() -> None:
        try:
            while not over.wait(1):
                sweep()
                count[0] += 1
        finally:
            connection.close()

    thread = Thread(target=sweep_on)
    thread.start()
    try:
        yield count
    finally:
        over.set()
        thread.join()
