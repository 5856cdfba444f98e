"""Punctuality by unit or kind of duty, read from duties only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.timezone import localdate

from members.reader import Reader
from supervision.duty_kinds import OPTIONAL, declared
from supervision.models import Duty
from supervision.models.duty import KEPT, Closing, overdue_at
from supervision.selectors import calendar_for


@dataclass(frozen=True)
class Punctuality:
    """How one unit, or one kind of duty, keeps its dates.

    Days are working days. ``on_time`` goes by the effective date (an extension counts as the
    date), ``on_time_originally`` by the date that was first set.
    """

    key: int | str
    label: str
    open: int
    overdue: int
    done: int
    on_time: int
    on_time_originally: int
    most_days_late: int
    most_days_late_originally: int


def by(what: str, duties: QuerySet[Duty], reader: Reader) -> list[Punctuality]:
    """The figures of ``duties`` by ``unit`` or ``kind``, the longest overdue first; one query."""
    key, label = ("unit_id", "unit__name") if what == "unit" else ("kind", "kind")
    overdue = overdue_at(reader.at)
    done = Q(closing=Closing.DONE)
    rows = (
        duties.exclude(kind__in=OPTIONAL)
        .exclude(**{key: None})
        .order_by()
        .values(key=F(key), label=F(label))
        .annotate(
            open=Count("pk", filter=Q(closed_at=None)),
            overdue=Count("pk", filter=overdue),
            done=Count("pk", filter=done),
            on_time=Count("pk", filter=KEPT),
            on_time_originally=Count("pk", filter=done & Q(closed_at__lte=F("first_due_at"))),
            oldest=Min("due_at", filter=overdue),
            oldest_originally=Min("first_due_at", filter=overdue),
        )
    )
    found = [_row(what, row, reader) for row in rows]
    return sorted(found, key=lambda row: (-row.most_days_late, -row.overdue, row.label))


def _row(what: str, row: Any, reader: Reader) -> Punctuality:
    oldest, originally = row.pop("oldest"), row.pop("oldest_originally")
    if what == "kind":
        row["label"] = declared(row["key"]).label
    return Punctuality(
        **row,
        most_days_late=_days_late(oldest, reader),
        most_days_late_originally=_days_late(originally, reader),
    )


def _days_late(due_at: datetime | None, reader: Reader) -> int:
    return calendar_for(reader).between(localdate(due_at), reader.day) if due_at else 0
