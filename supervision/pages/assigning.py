"""Dates and loads for the pages of assigning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import Count, Q

from members.reader import Reader
from members.visibility import visible
from proposals.models import Proposal
from proposals.pages import dates
from proposals.pages.dates import Date, Load
from supervision.duty_kinds import ANSWERS, OPTIONAL
from supervision.expected import expectations
from supervision.models import Duty


def expected(proposals: Sequence[Proposal], reader: Reader) -> dict[int, dates.Expected]:
    """What each role would owe by when."""
    return {
        key: {
            role: [Date(row.kind, str(row.kind.label), row.due_at, row.basis) for row in rows]
            for role, rows in by_role.items()
        }
        for key, by_role in expectations(proposals, reader).items()
    }


def loads(units: Collection[int], reader: Reader) -> dict[int, Load]:
    """What each unit has to answer, and how much of what it owes is late; one query."""
    late = Q(paused_at=None, due_at__lt=reader.at) & ~Q(kind__in=OPTIONAL)
    duties = visible(reader, Duty.objects.open().filter(unit__in=units))
    counted = duties.order_by().values_list("unit")
    rows = counted.annotate(
        tasks=Count("pk", filter=Q(kind__in=ANSWERS)), overdue=Count("pk", filter=late)
    )
    return {unit: Load(tasks, overdue) for unit, tasks, overdue in rows if unit is not None}


def owed(tasks: Collection[int], reader: Reader) -> dict[int, list[Date]]:
    """What is or was due on each task; one query."""
    rows = Duty.objects.filter(subject_kind="assignment", subject_id__in=tasks)
    found: dict[int, list[Date]] = defaultdict(list)
    for duty in visible(reader, rows).order_by("id"):
        found[duty.subject_id].append(
            Date(duty.kind, str(duty.get_kind_display()), duty.due_at, duty.basis)
        )
    return found
