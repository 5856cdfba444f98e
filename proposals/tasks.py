"""Work in the background: each task finds its rows, calls one function, and may run twice."""

from celery import shared_task

from members import clock
from proposals.matching import upkeep


@shared_task
def refresh_index() -> int:
    """Index what has changed; returns how many proposals."""
    return upkeep.catch_up()


@shared_task
def recount_words() -> bool:
    """Learn anew how common words are, when there is much more text; returns whether it did."""
    counted = upkeep.recount(at=clock.now())
    while upkeep.reweigh():
        upkeep.catch_up()
    return counted
