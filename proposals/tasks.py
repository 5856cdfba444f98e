"""Work in the background: each task finds its rows, calls one function, and may run twice."""

from celery import shared_task

from members import clock
from proposals.matching import embedding, indexing, scan


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
    """Compute the vectors that are missing; returns how many. Nothing without an embedder."""
    embedder = embedding.current_embedder()
    done = 0
    while embedder is not None and (some := indexing.embed(embedder)):
        done += some
    return done


@shared_task
def run_scans() -> int:
    """Run the scans that wait; returns how many."""
    return sum(scan.run(key, at=clock.now()) for key in scan.waiting(at=clock.now()))
