"""What is late and what was on time, by unit or kind of duty; read from duties only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet

from members.models import Unit
from supervision.deadlines import local_day
from supervision.duty_kinds import DUTY_KINDS, OPTIONAL
from supervision.models import Duty
from supervision.models.duty import KEPT, Closing
from supervision.selectors import current_calendar


@dataclass
class Lateness:
    """The figures of one unit or kind; days are working days.

    ``on_time`` goes by the effective date (an extension counts as the date), and
    ``on_time_originally`` by the date that was first set.
    """

    key: str
    label: str
    open: int = 0
    overdue: int = 0
    done: int = 0
    on_time: int = 0
    on_time_originally: int = 0
    most_days_late: int = 0
    most_days_late_originally: int = 0


def by(what: str, duties: QuerySet[Duty], at: datetime) -> list[Lateness]:
    """The figures of ``duties`` by ``unit`` or ``kind``, the longest overdue first; one query."""
    column = "unit_id" if what == "unit" else "kind"
    late = Q(closed_at=None, paused_at=None, due_at__lt=at)
    done = Q(closing=Closing.DONE)
    rows = (
        duties.exclude(kind__in=OPTIONAL)
        .exclude(**{column: None} if what == "unit" else {})
        .order_by()
        .values(column)
        .annotate(
            open=Count("pk", filter=Q(closed_at=None)),
            overdue=Count("pk", filter=late),
            done=Count("pk", filter=done),
            on_time=Count("pk", filter=KEPT),
            originally=Count("pk", filter=done & Q(closed_at__lte=F("first_due_at"))),
            oldest=Min("due_at", filter=late),
            oldest_originally=Min("first_due_at", filter=late),
        )
    )
    calendar, day = current_calendar(), local_day(at)
    names: dict[str, str] = defaultdict(str)
    if what == "unit":
        units = Unit.objects.filter(pk__in=[row[column] for row in rows])
        names |= {str(pk): name for pk, name in units.values_list("pk", "name")}
    else:
        names |= {declared.kind.value: declared.label for declared in DUTY_KINDS}
    found = [
        Lateness(
            key=str(row[column]),
            label=names[str(row[column])],
            open=row["open"],
            overdue=row["overdue"],
            done=row["done"],
            on_time=row["on_time"],
            on_time_originally=row["originally"],
            most_days_late=calendar.between(local_day(row["oldest"]), day) if row["oldest"] else 0,
            most_days_late_originally=calendar.between(local_day(row["oldest_originally"]), day)
            if row["oldest_originally"]
            else 0,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (-row.most_days_late, -row.overdue, row.label))
