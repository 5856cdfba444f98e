"""What undertaking units have to do, row by row, with the dates by which it is owed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from members.enums import DutyKind
from members.reader import Reader
from members.visibility import visible
from proposals.enums import REPLY_WAITS_FOR, AssignmentState, CommitmentState
from proposals.models import Assignment, Commitment, Reply, ReturnRequest
from supervision.models import Duty
from supervision.pages.clocks import left
from supervision.pages.duties import mine
from supervision.selectors import calendar_for

ANSWERS = (DutyKind.REPLY, DutyKind.REHANDLE, DutyKind.ASSIST_OPINION)
"""What a unit owes on a task until it has answered."""


def _units(reader: Reader) -> set[int]:
    posts = reader.posts
    return {post.unit_id for post in posts if post.unit_id is not None}


def _due(kinds: Sequence[str], subject_kind: str, key: str) -> Subquery:
    """The nearest date of what is owed on a row, to sort by."""
    owed = Duty.objects.open().filter(
        kind__in=kinds, subject_kind=subject_kind, subject_id=OuterRef(key)
    )
    return Subquery(owed.order_by("due_at").values("due_at")[:1])


# -- Rows ----------------------------------------------------------------------------------------


def to_accept(reader: Reader) -> QuerySet[Assignment]:
    """Tasks of the reader's units that nobody has signed for."""
    rows = Assignment.objects.filter(state=AssignmentState.ISSUED, unit__in=_units(reader))
    seen = visible(reader, rows).select_related("unit", "proposal__lead")
    return seen.select_related("proposal__body").annotate(
        due_at=_due([DutyKind.ACKNOWLEDGE], "assignment", "pk")
    )


def in_hand(reader: Reader) -> QuerySet[Duty]:
    """What the reader's units owe on tasks that they have signed for."""
    unsigned = Assignment.objects.filter(state=AssignmentState.ISSUED, unit__in=_units(reader))
    return mine(*ANSWERS)(reader).exclude(
        subject_kind="assignment", subject_id__in=unsigned.order_by().values("pk")
    )


def waiting(reader: Reader) -> QuerySet[Reply]:
    """Replies on their way that wait for the reader: to check, to sign, to send, to rewrite."""
    mine = Q(pk__in=[])
    for post in reader.posts:
        if post.unit_id is not None:
            states = [state for state, role in REPLY_WAITS_FOR.items() if role == post.role]
            mine |= Q(assignment__unit=post.unit_id, state__in=states)
    return _replies(reader).filter(mine)


def own_replies(reader: Reader) -> QuerySet[Reply]:
    """All replies of the reader's units."""
    return _replies(reader).filter(assignment__unit__in=_units(reader))


def _replies(reader: Reader) -> QuerySet[Reply]:
    seen = visible(reader, Reply.objects.all())
    return seen.select_related("proposal", "assignment__unit").annotate(
        due_at=_due(ANSWERS, "assignment", "assignment_id")
    )


def own(model: type[Model], kind: DutyKind) -> Callable[[Reader], QuerySet[Any]]:
    """The requests of the reader's units, with the date by which they are decided."""

    def rows(reader: Reader) -> QuerySet[Any]:
        found: QuerySet[Any] = model._default_manager.filter(assignment__unit__in=_units(reader))
        seen = visible(reader, found)
        related = ["suggested_unit"] if model is ReturnRequest else []
        seen = seen.select_related("assignment__unit", "assignment__proposal", *related)
        return seen.annotate(due_at=_due([kind], str(model._meta.model_name), "pk"))

    return rows


def promises(reader: Reader) -> QuerySet[Commitment]:
    """Promises of the reader's units that are not kept yet."""
    rows = Commitment.objects.filter(
        state=CommitmentState.OPEN, reply__assignment__unit__in=_units(reader)
    )
    seen = visible(reader, rows)
    return seen.select_related("proposal", "reply__assignment__unit").annotate(
        due_at=_due([DutyKind.COMMITMENT], "commitment", "pk")
    )


# -- How long there is left ----------------------------------------------------------------------


def dated(kinds: Sequence[str], subject_kind: str, key: str = "pk") -> Any:
    """Give each row what is owed on it, and how long there is left: one query, and the days."""

    def prepare(rows: list[Any], reader: Reader) -> None:
        keys = {getattr(row, key): row for row in rows}
        owed = Duty.objects.open().filter(
            kind__in=kinds, subject_kind=subject_kind, subject_id__in=list(keys)
        )
        calendar = calendar_for(reader)
        found: dict[int, Any] = {}
        for duty in owed.order_by("-due_at", "-id"):
            found[duty.subject_id] = left(duty, calendar, reader.at)
        for row in rows:
            row.left = found.get(getattr(row, key))

    return prepare
