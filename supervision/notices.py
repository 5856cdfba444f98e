"""Who is told of a step on a key topic: further audiences for ``proposals.notices``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from members.enums import DutyKind, Role
from members.models import Post
from proposals.models import Assignment, Proposal
from proposals.notices import AUDIENCES
from supervision.models import Duty


def _topic(subject: Any) -> Any:
    return getattr(subject, "topic", subject)


def _holders(day: date, **scope: Any) -> Iterable[int]:
    return Post.objects.held_on(day).filter(**scope).order_by().values_list("user_id", flat=True)


def _leaders(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """The leading supervisors of the topic, as far as they still hold the post."""
    leaders = _topic(subject).supervisors.order_by().values("pk")
    return _holders(
        day,
        role=Role.LEADING_SUPERVISOR,
        committee=subject.committee_id,
        user__in=leaders,
    )


def _supervising_body(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    body = _topic(subject).supervising_body_id
    return _holders(day, role=Role.COLLECTIVE_CONTACT, body=body) if body else []


def _units(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """Units that have a task on one of the topic's proposals, or on what it was merged into.

    They hear nothing of a topic before it is announced.
    """
    topic = _topic(subject)
    if topic.announced_at is None:
        return []
    proposals = topic.links.order_by().values("proposal")
    concerned = Q(proposal__in=proposals) | Q(proposal__merged_from__in=proposals)
    units = Assignment.objects.live().filter(concerned).order_by().values("unit")
    return _holders(day, role=Role.UNIT_LIAISON, unit__in=units)


def _asked_unit(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """The unit that an instruction asks, or the office where it asks none."""
    if subject.unit_id is None:
        return _holders(day, role=Role.COMMITTEE_CLERK, committee=subject.committee_id)
    return _holders(day, role=Role.UNIT_LIAISON, unit=subject.unit_id)


def _nominator(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    return [subject.nominated_by_id] if subject.nominated_by_id else []


def to_sign_by(task: Assignment) -> datetime | None:
    """Until when a task is to be signed for."""
    owed = Duty.objects.open().of("assignment", task.pk).filter(kind=DutyKind.ACKNOWLEDGE)
    return owed.values_list("due_at", flat=True).first()


AUDIENCES.update(
    asked_unit=_asked_unit,
    nominator=_nominator,
    supervising_body=_supervising_body,
    topic_leaders=_leaders,
    topic_units=_units,
)
