"""Until when a mail about a task lets its reader sign for it."""

from __future__ import annotations

from datetime import datetime

from members.enums import DutyKind
from proposals.models import Assignment
from proposals.notices import BY_NAME
from supervision.audiences import AUDIENCES
from supervision.models import Duty


def to_sign_by(task: Assignment) -> datetime | None:
    """Until when a task is to be signed for."""
    owed = Duty.objects.open().of("assignment", task.pk).filter(kind=DutyKind.ACKNOWLEDGE)
    return owed.values_list("due_at", flat=True).first()


BY_NAME.update({audience.name: audience for audience in AUDIENCES})
