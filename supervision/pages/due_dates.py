"""Due dates in words and colours: whose turn it is, since when, and the time left."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.enums import AssignmentRole, DutyKind, Role
from members.pages.worklist import Rows
from members.punctuation import aside, clauses
from members.reader import Reader
from members.rules import Warnings
from members.selectors import NoRulebook
from members.visibility import visible
from proposals.due_dates import Clock, Due
from proposals.machine.subject import Subject
from proposals.models import Assignment, Proposal
from proposals.pages import worklists
from supervision.models import Duty
from supervision.models.duty import is_overdue
from supervision.permissions import foreseen
from supervision.selectors import calendar_for, with_due

DUE = replace(worklists.DUE, order=["due_at"])
"""The column of a list whose rows have been asked for with ``with_due``, or are duties."""


def due_of(duty: Duty, reader: Reader) -> Due:
    """When a duty is due, and the time left."""
    return _due(duty.committee_id, duty.kind, duty.due_at, duty.paused_at, reader)


def add_due_cells(rows: Iterable[Any], reader: Reader) -> None:
    """Give each row of ``with_due`` what its cell shows."""
    for row in rows:
        row.due = None
        if row.due_at is not None:
            row.due = _due(row.committee_id, row.due_kind, row.due_at, row.due_paused_at, reader)


def dated_rows(rows: QuerySet[Any], *kinds: DutyKind, unit: str = "") -> Rows:
    """Rows of a list: those that the reader sees, each with when what is owed on it is due.

    ``kinds`` narrow what is owed; with a ``unit``, the path to it, they are those of the reader's
    own units.
    """

    def seen(reader: Reader) -> QuerySet[Any]:
        own = rows.filter(**{f"{unit}__in": reader.reach.units}) if unit else rows.all()
        return with_due(visible(reader, own), *kinds)

    return seen


def _due(
    committee: int, kind: str, moment: datetime, paused_at: datetime | None, reader: Reader
) -> Due:
    days = calendar_for(reader).left(reader.day, localdate(moment))
    if paused_at is not None:
        return Due(moment, days, "paused")
    if is_overdue(kind, moment, paused_at, reader.at):
        return Due(moment, days, "late")
    if moment < reader.at:  # a right that was not used
        return Due(moment, days, "far")
    warnings = _warnings(committee, reader)
    if days <= warnings.soon:
        return Due(moment, days, "soon")
    return Due(moment, days, "near" if days <= warnings.near else "far")


def _warnings(committee: int, reader: Reader) -> Warnings:
    """The days left from which a committee marks a date."""
    try:
        return reader.rules(committee).warnings
    except NoRulebook:
        return Warnings()


def clocks(proposals: Sequence[Proposal], reader: Reader) -> dict[int, Clock]:
    """Whom each proposal waits for and until when, as far as the reader may know; three queries."""
    keys = [row.pk for row in proposals]
    seen = visible(reader, Duty.objects.open().owed().filter(proposal__in=keys))
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
    found = {key: _clock(owed, roles, reader) for key, owed in duties.items()}
    return found | {key: _foreseen(duty, reader) for key, duty in awaited.items()}


def _awaited(proposals: set[int], reader: Reader) -> dict[int, Duty]:
    """The last answer that is due on each of these proposals, where they are the reader's own."""
    told = foreseen(reader)
    rows = Duty.objects.open().filter(told, proposal__in=proposals)
    return {duty.proposal_id: duty for duty in rows.order_by("due_at", "id") if duty.proposal_id}


def _foreseen(duty: Duty, reader: Reader) -> Clock:
    words = _("等待%(what)s") % {"what": duty.get_kind_display()}
    return Clock(**vars(due_of(duty, reader)), words=words)


def _clock(owed: list[Duty], roles: dict[tuple[int, int], str], reader: Reader) -> Clock:
    first, today = owed[0], reader.day
    opened = localdate(first.opened_at)
    words = _("现由%(who)s%(what)s，第 %(day)s 天（共 %(days)s 天）") % {
        "who": holder(first, roles),
        "what": first.get_kind_display(),
        "day": (today - opened).days + 1,
        "days": (localdate(first.due_at) - opened).days,
    }
    others = [
        _("等待%(who)s%(what)s已 %(days)s 天")
        % {
            "who": holder(duty, roles),
            "what": duty.get_kind_display(),
            "days": (today - localdate(duty.opened_at)).days,
        }
        for duty in owed[1:4]
    ]
    return Clock(**vars(due_of(first, reader)), words=clauses([words, *others]))


def holder(duty: Duty, roles: dict[tuple[int, int], str] | None = None) -> str:
    """Who owes it, in words."""
    if duty.unit is not None:
        role = (roles or {}).get((duty.proposal_id or 0, duty.unit_id or 0), "")
        return aside(duty.unit, role)
    if duty.member is not None or duty.body is not None:
        return str(duty.member or duty.body)
    return str(Role(duty.role).label)


def dates_on(model: type[Subject], keys: Collection[int], reader: Reader) -> dict[int, Due]:
    """Until when something is owed on these subjects, the nearest first; three queries."""
    rows = Duty.objects.open().owed().filter(subject_kind=model.kind, subject_id__in=keys)
    nearest_last = visible(reader, rows).order_by("-due_at", "-id")
    return {duty.subject_id: due_of(duty, reader) for duty in nearest_last}
