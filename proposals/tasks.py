"""Work in the background: each task finds its rows, calls one function, and may run twice."""

import time

from celery import shared_task

from members import clock
from proposals.matching import embedding, indexing, scan

BUDGET = 60.0
"""Seconds after which vectors make way for others in their queue."""


@shared_task
def refresh_index() -> int:
    """Index what has changed; returns how many proposals."""
    return indexing.catch_up()


@shared_task
def recount_words() -> bool:
    """Learn anew how common words are, when there is much more text; returns whether it did."""
    counted = indexing.recount(at=clock.now())
    while indexing.reweigh():
        indexing.catch_up()
    return counted


@shared_task
def embed_texts() -> int:
    """Compute vectors that are missing, and have the rest computed soon; returns how many.

    Nothing without an embedder.
    """
    embedder = embedding.current_embedder()
    done = 0
    ends = time.monotonic() + BUDGET
    while embedder is not None and (some := indexing.embed(embedder)):
        done += some
        if time.monotonic() > ends:
            indexing.EMBEDDING.soon()
            break
    return done


@shared_task
def run_scans() -> bool:
    """Run one of the scans that wait, and have the others run soon; returns whether it ran one."""
    waiting = scan.waiting(at=clock.now())
    if len(waiting) > 1:
        scan.RUNNING_SCANS.soon()
    return any(scan.run(key, at=clock.now()) for key in waiting)
