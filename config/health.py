"""Health checks for load balancers and operators: can this copy do its work?"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import __version__
from config.celery import app
from members import clock
from members.models import Heartbeat
from members.services.outbox import oldest_undelivered

logger = logging.getLogger(__name__)

LATE = 120
"""Seconds without a sign of the background after which it counts as away."""


@never_cache
@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 when a check of CHECKS fails: {"status": …, "database": …, …}.

    Each value is "ok" or "failing"; the reason goes to the log, since anybody may ask. Without
    beat or workers the status is "degraded", with 200: web still serves, and taking it away
    would help nobody. The figures are seconds, null when there is nothing to tell.
    """
    results = {name: _passes(name, check) for name, check in CHECKS.items()}
    ready = all(results.values())
    at = clock.now()
    beat_age = _seconds(_last_beat, at)
    results["beat"] = beat_age is not None and beat_age <= LATE
    words = {name: "ok" if passed else "failing" for name, passed in results.items()}
    status = "failing" if not ready else "ok" if results["beat"] else "degraded"
    figures = {
        "beat_age": beat_age,
        "oldest_undelivered": _seconds(lambda: oldest_undelivered(at), at),
    }
    answer = {"status": status, "version": __version__, **words, **figures}
    return JsonResponse(answer, status=200 if ready else 503)


def _seconds(since: Callable[[], datetime | None], at: datetime) -> int | None:
    """Whole seconds since that moment."""
    try:
        moment = since()
    except DatabaseError:  # the check of the database says so
        return None
    return None if moment is None else max(0, int((at - moment).total_seconds()))


def _last_beat() -> datetime | None:
    return Heartbeat.objects.values_list("at", flat=True).first()


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
    with app.connection_for_write() as broker:
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
