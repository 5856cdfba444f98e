"""Background jobs: ordering one, and running those that wait.

An application registers what a kind of job does in ``WORK``; the worker finds waiting jobs in
the database, so that none is lost with a broker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from members.enums import JobState
from members.models.job import Job
from members.reader import Reader
from members.sweeps import Sweep

logger = logging.getLogger(__name__)

RUNNING_JOBS = Sweep("members.tasks.run_jobs")

Tell = Callable[[int, int], None]
"""Called with how many parts are done, of how many."""

Now = Callable[[], datetime]
"""A clock."""

Work = Callable[[Job, Tell], dict[str, Any]]
"""The function of a kind of job: it reports its progress and returns its result."""

WORK: dict[str, Work] = {}
"""Kind of job to what it does."""


def ask(
    *,
    kind: str,
    title: str,
    by: Reader,
    order: dict[str, Any],
    total: int = 0,
    link: str = "",
) -> Job:
    """Order a job of a registered kind; the worker takes it up within seconds."""
    if kind not in WORK:
        raise KeyError(kind)
    ordered = Job.objects.create(
        kind=kind, title=title, owner=by.user, asked_at=by.at, order=order, total=total, link=link
    )
    RUNNING_JOBS.soon()
    return ordered


def waiting(at: datetime) -> list[int]:
    """Keys of the jobs to run, the oldest first."""
    return list(Job.objects.to_run(at).order_by("asked_at").values_list("pk", flat=True)[:20])


def run(key: int, now: Now) -> bool:
    """Run a job if it is still to run; returns whether this call did.

    It may take long, so it asks the clock ``now`` again whenever it tells how far it is.
    """
    at = now()
    mine = Job.objects.to_run(at).filter(pk=key)
    if not mine.update(state=JobState.RUNNING, heard_at=at, done=0):
        return False
    job = Job.objects.select_related("owner").get(pk=key)
    try:
        with override(job.order.get("language")):
            result = WORK[job.kind](job, _teller(key, now))
    except Exception as error:
        logger.exception("job %s failed", key)
        _finish(key, JobState.FAILED, now(), trouble=_("出错：%(error)s") % {"error": error})
    else:
        _finish(key, JobState.DONE, now(), result=result)
    return True


def _teller(key: int, now: Now) -> Tell:
    def tell(done: int, total: int) -> None:
        Job.objects.filter(pk=key).update(done=done, total=total, heard_at=now())

    return tell


def _finish(key: int, state: JobState, at: datetime, **news: Any) -> None:
    Job.objects.filter(pk=key).update(state=state, finished_at=at, **news)
