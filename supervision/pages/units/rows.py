"""What undertaking units have to do, row by row, with the dates by which it is owed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet

from members.enums import DutyKind
from members.reader import Reader
from members.visibility import visible
from proposals.enums import REPLY_WAITS_FOR, AssignmentState, CommitmentState
from proposals.models import Assignment, Commitment, Reply, ReturnRequest
from supervision.duty_kinds import ANSWERS
from supervision.models import Duty
from supervision.pages.duties import mine
from supervision.selectors import with_due


def _units(reader: Reader) -> set[int]:
    posts = reader.posts
    return {post.unit_id for post in posts if post.unit_id is not None}


# -- Rows ----------------------------------------------------------------------------------------


def to_accept(reader: Reader) -> QuerySet[Assignment]:
    """Tasks of the reader's units that nobody has signed for."""
    rows = Assignment.objects.filter(state=AssignmentState.ISSUED, unit__in=_units(reader))
    seen = visible(reader, rows).select_related("unit", "proposal__lead")
    return with_due(seen.select_related("proposal__body"), DutyKind.ACKNOWLEDGE)


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
    seen = seen.select_related("proposal", "assignment__unit")
    return with_due(seen, *ANSWERS, on="assignment", key="assignment_id")


def own(model: type[Model], kind: DutyKind) -> Callable[[Reader], QuerySet[Any]]:
    """The requests of the reader's units, with the date by which they are decided."""

    def rows(reader: Reader) -> QuerySet[Any]:
        found: QuerySet[Any] = model._default_manager.filter(assignment__unit__in=_units(reader))
        seen = visible(reader, found)
        related = ["suggested_unit"] if model is ReturnRequest else []
        seen = seen.select_related("assignment__unit", "assignment__proposal", *related)
        return with_due(seen, kind)

    return rows


def promises(reader: Reader) -> QuerySet[Commitment]:
    """Promises of the reader's units that are not kept yet."""
    rows = Commitment.objects.filter(
        state=CommitmentState.OPEN, reply__assignment__unit__in=_units(reader)
    )
    seen = visible(reader, rows).select_related("proposal", "reply__assignment__unit")
    return with_due(seen, DutyKind.COMMITMENT)
