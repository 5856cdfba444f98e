"""Punctuality by unit or kind of duty, read from duties only."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.timezone import localdate

from supervision.duty_kinds import OPTIONAL, declared
from supervision.models import Duty
from supervision.models.duty import KEPT, Closing
from supervision.selectors import current_calendar


def by(what: str, duties: QuerySet[Duty], at: datetime) -> list[dict[str, Any]]:
    """The figures of ``duties`` by ``unit`` or ``kind``, the longest overdue first; one query.

    Days are working days. ``on_time`` goes by the effective date (an extension counts as the
    date), ``on_time_originally`` by the date that was first set.
    """
    key, label = ("unit_id", "unit__name") if what == "unit" else ("kind", "kind")
    late = Q(closed_at=None, paused_at=None, due_at__lt=at)
    done = Q(closing=Closing.DONE)
    rows = (
        duties.exclude(kind__in=OPTIONAL)
        .exclude(**{key: None})
        .order_by()
        .values(key=F(key), label=F(label))
        .annotate(
            open=Count("pk", filter=Q(closed_at=None)),
            overdue=Count("pk", filter=late),
            done=Count("pk", filter=done),
            on_time=Count("pk", filter=KEPT),
            on_time_originally=Count("pk", filter=done & Q(closed_at__lte=F("first_due_at"))),
            most_days_late=Min("due_at", filter=late),
            most_days_late_originally=Min("first_due_at", filter=late),
        )
    )
    calendar, day = current_calendar(), localdate(at)
    found: list[Any] = list(rows)
    for row in found:
        if what == "kind":
            row["label"] = declared(row["key"]).label
        for most in ("most_days_late", "most_days_late_originally"):
            oldest = row[most]
            row[most] = calendar.between(localdate(oldest), day) if oldest else 0
    return sorted(found, key=lambda row: (-row["most_days_late"], -row["overdue"], row["label"]))
