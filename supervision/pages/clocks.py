"""What is owed, in words and colours: with whom it is, since when, and how long there is left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.enums import AssignmentRole, Role
from members.punctuation import aside, clauses
from members.reader import Reader
from members.visibility import visible
from proposals.models import Assignment, Proposal
from proposals.pages.life import Clock
from supervision.calendar import Calendar
from supervision.deadlines import local_day
from supervision.models import Duty
from supervision.models.duty import OPTIONAL
from supervision.permissions import foreseen
from supervision.selectors import calendar_for

SOON = 3
"""From so many working days left on, a date is soon."""

NEAR = 7
"""From so many working days left on, a date is near."""


@dataclass(frozen=True)
class Left:
    """How long there is left for a duty: working days, negative when late, and the tone."""

    days: int
    tone: str


def left(duty: Duty, calendar: Calendar, at: datetime) -> Left:
    """Working days until the duty is due, and late, soon, near, far or paused."""
    days = calendar.left(localdate(at), local_day(duty.due_at))
    if duty.paused_at is not None:
        return Left(days, "paused")
    if duty.due_at < at:
        return Left(days, "late" if duty.kind not in OPTIONAL else "far")
    if days <= SOON:
        return Left(days, "soon")
    return Left(days, "near" if days <= NEAR else "far")


def clocks(proposals: list[Proposal], reader: Reader) -> dict[int, Clock]:
    """With whom each proposal is and until when, as far as the reader is told; three queries."""
    keys = [row.pk for row in proposals]
    rows = Duty.objects.open().filter(proposal__in=keys)
    seen = visible(reader, rows.exclude(kind__in=OPTIONAL))
    duties: dict[int, list[Any]] = defaultdict(list)  # duties, with the holder's part
    part = Assignment.objects.live().filter(proposal=OuterRef("proposal"), unit=OuterRef("unit"))
    seen = seen.annotate(part=Subquery(part.order_by().values("role")[:1]))
    for duty in seen.select_related("unit", "member", "body").order_by("due_at", "id"):
        if duty.proposal_id is not None:
            duties[duty.proposal_id].append(duty)
    awaited = _awaited(set(keys) - set(duties), reader)
    if not (duties or awaited):
        return {}
    roles = {
        (duty.proposal_id or 0, duty.unit_id or 0): str(AssignmentRole(duty.part).label)
        for owed in duties.values()
        for duty in owed
        if duty.part
    }
    calendar = calendar_for(reader)
    found = {key: _clock(owed, roles, calendar, reader.at) for key, owed in duties.items()}
    return found | {key: _foreseen(duty, calendar, reader.at) for key, duty in awaited.items()}


def _awaited(proposals: set[int], reader: Reader) -> dict[int, Duty]:
    """What proposers wait for on their own proposals, the last of each: then all is there."""
    told = foreseen(reader)
    rows = Duty.objects.open().filter(told, proposal__in=proposals)
    return {duty.proposal_id: duty for duty in rows.order_by("due_at", "id") if duty.proposal_id}


def _foreseen(duty: Duty, calendar: Calendar, at: datetime) -> Clock:
    remaining = left(duty, calendar, at)
    words = _("等待%(what)s") % {"what": duty.get_kind_display()}
    return Clock(words, duty.due_at, remaining.days, remaining.tone)


def _clock(
    owed: list[Duty], roles: dict[tuple[int, int], str], calendar: Calendar, at: datetime
) -> Clock:
    first, today = owed[0], localdate(at)
    remaining = left(first, calendar, at)
    opened = local_day(first.opened_at)
    words = _("现由%(who)s%(what)s，第 %(day)s 天（共 %(days)s 天）") % {
        "who": holder(first, roles),
        "what": first.get_kind_display(),
        "day": (today - opened).days + 1,
        "days": (local_day(first.due_at) - opened).days,
    }
    others = [
        _("等待%(who)s%(what)s已 %(days)s 天")
        % {
            "who": holder(duty, roles),
            "what": duty.get_kind_display(),
            "days": (today - local_day(duty.opened_at)).days,
        }
        for duty in owed[1:4]
    ]
    return Clock(clauses([words, *others]), first.due_at, remaining.days, remaining.tone)


def holder(duty: Duty, roles: dict[tuple[int, int], str] | None = None) -> str:
    """Who owes it, in words."""
    if duty.unit is not None:
        role = (roles or {}).get((duty.proposal_id or 0, duty.unit_id or 0), "")
        return aside(duty.unit, role)
    if duty.member is not None or duty.body is not None:
        return str(duty.member or duty.body)
    return str(Role(duty.role).label)


def owed(kind: str, keys: list[int], reader: Reader) -> dict[int, Clock]:
    """Until when the reader owes something on these subjects; three queries."""
    rows = Duty.objects.open().filter(subject_kind=kind, subject_id__in=keys)
    rows = rows.exclude(kind__in=OPTIONAL)
    calendar = calendar_for(reader)
    found: dict[int, Clock] = {}
    for duty in visible(reader, rows).order_by("-due_at", "-id"):
        remaining = left(duty, calendar, reader.at)
        found[duty.subject_id] = Clock("", duty.due_at, remaining.days, remaining.tone)
    return found
