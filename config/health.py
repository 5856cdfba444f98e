"""Health checks for load balancers and operators: can this copy do its work?"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import __version__
from config.celery import LONG, OUTSIDE, PROMPT
from config.wakeups import impatient_connection
from members import clock
from members.models import Heartbeat
from members.services.outbox import oldest_undelivered

logger = logging.getLogger(__name__)

LATE = {PROMPT: 180, OUTSIDE: 300, LONG: 3600}
"""Seconds without a sign of a queue's workers after which they count as away.

Workers hear from beat every minute, but only between two tasks.
"""


@never_cache
@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 when a check of CHECKS fails: {"status": …, "database": …, …}.

    Each value is "ok" or "failing"; the reason goes to the log, since anybody may ask. Without
    beat or workers the status is "degraded", with 200: web still serves, and taking it away
    would help nobody. ``beat`` is beat itself, whichever worker heard from it; ``workers`` are
    those of each queue. The figures are seconds, null when there is nothing to tell.
    """
    results = {name: _passes(name, check) for name, check in CHECKS.items()}
    ready = all(results.values())
    at = clock.now()
    ages = {queue: _seconds(moment, at) for queue, moment in _heartbeats().items()}
    beat_age = min(ages.values(), default=None)
    results["beat"] = beat_age is not None and beat_age <= min(LATE.values())
    workers = {queue: queue in ages and ages[queue] <= late for queue, late in LATE.items()}
    is_well = results["beat"] and all(workers.values())
    status = "failing" if not ready else "ok" if is_well else "degraded"
    answer = {
        "status": status,
        "version": __version__,
        **_in_words(results),
        "workers": _in_words(workers),
        "beat_age": beat_age,
        "oldest_undelivered": _waiting_for(at),
    }
    return JsonResponse(answer, status=200 if ready else 503)


def _in_words(results: Mapping[str, bool]) -> dict[str, str]:
    return {name: "ok" if passed else "failing" for name, passed in results.items()}


def _seconds(since: datetime, at: datetime) -> int:
    """Whole seconds since that moment."""
    return max(0, int((at - since).total_seconds()))


def _heartbeats() -> dict[str, datetime]:
    with suppress(DatabaseError):  # the check of the database says so
        return dict(Heartbeat.objects.values_list("queue", "at"))
    return {}


def _waiting_for(at: datetime) -> int | None:
    with suppress(DatabaseError):
        moment = oldest_undelivered(at)
        return None if moment is None else _seconds(moment, at)
    return None


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        logger.warning("Health check failed: %s", name, exc_info=True)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with impatient_connection() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0)


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise RuntimeError(f"{len(missing)} migrations are not applied")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "migrations": _migrations,
}
