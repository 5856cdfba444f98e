"""Rows of the units' worklists, with their due dates."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet

from members.enums import DutyKind
from members.pages.worklist import Rows
from members.reader import Reader
from members.visibility import visible
from proposals.enums import REPLY_WAITS_FOR, AssignmentState
from proposals.models import Assignment, Reply
from supervision.duty_kinds import ANSWERS
from supervision.models import Duty
from supervision.pages.duties import mine
from supervision.selectors import with_due


def _units(reader: Reader) -> set[int]:
    posts = reader.posts
    return {post.unit_id for post in posts if post.unit_id is not None}


# -- Rows ----------------------------------------------------------------------------------------


def own(model: type[Model], unit: str, *kinds: DutyKind, **which: Any) -> Rows:
    """Rows of a list: those of the reader's units, with the date by which a duty is owed.

    ``unit`` is the path to the unit, ``which`` narrows the rows.
    """

    def rows(reader: Reader) -> QuerySet[Any]:
        found = model._default_manager.filter(**{f"{unit}__in": _units(reader)}, **which)
        return with_due(visible(reader, found), *kinds)

    return rows


def in_hand(reader: Reader) -> QuerySet[Duty]:
    """The open tasks that the reader's units have signed for."""
    unsigned = Assignment.objects.filter(state=AssignmentState.ISSUED, unit__in=_units(reader))
    return mine(*ANSWERS)(reader).exclude(
        subject_kind=Assignment.kind, subject_id__in=unsigned.order_by().values("pk")
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
    rows = visible(reader, Reply.objects.all())
    return with_due(rows, *ANSWERS, on=Assignment, key="assignment_id")
