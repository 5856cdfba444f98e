"""Rows of the units' worklists, with their due dates."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from members.reader import Reader
from members.visibility import visible
from proposals.enums import REPLY_WAITS_FOR, AssignmentState
from proposals.models import Assignment, Reply
from supervision.duty_kinds import ANSWERS
from supervision.models import Duty
from supervision.pages.duties import mine
from supervision.selectors import with_due


def in_hand(reader: Reader) -> QuerySet[Duty]:
    """The open tasks that the reader's units have signed for."""
    unsigned = Assignment.objects.filter(state=AssignmentState.ISSUED, unit__in=reader.reach.units)
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
    return _replies(reader).filter(assignment__unit__in=reader.reach.units)


def _replies(reader: Reader) -> QuerySet[Reply]:
    rows = visible(reader, Reply.objects.all())
    return with_due(rows, *ANSWERS, on=Assignment, key="assignment_id")
