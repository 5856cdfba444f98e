"""Moves the dates of open duties when the working calendar changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from members.days import end_of
from members.enums import DutyKind
from members.reader import Reader
from members.visibility import visible
from proposals.models import Event
from supervision import deadlines
from supervision.calendar import Calendar
from supervision.deadlines import Terms
from supervision.models import CalendarChange, Duty
from supervision.models.duty import Cause
from supervision.selectors import current_calendar, steady_calendar
from supervision.services import move_date, recorded_steps, schedule

AROUND = timedelta(days=60)
"""An upper bound of days off in a row: how far a changed day can move a date."""

CHUNK = 1000
"""How many duties are moved at a time when the calendar changes."""


SHOWN = 500
"""How many moves a preview lists; it counts all."""


@dataclass(frozen=True)
class Move:
    """A duty whose date a change of the calendar moves."""

    duty: Duty
    due_after: datetime

    @property
    def days(self) -> int:
        """By how many days it comes later; negative when earlier."""
        return (localdate(self.due_after) - localdate(self.duty.due_at)).days


def moves(change: CalendarChange) -> Iterator[Move]:
    """The open duties that ``change`` would move, by their present dates; closed ones stay.

    Meant for a change that is not applied yet.
    """
    calendar = change.changed(current_calendar())
    for duty in _concerned(change).prefetch_related("pauses").iterator(CHUNK):
        due = deadlines.due_at(Terms.model_validate(duty.terms), calendar, duty.ended_pauses())
        if due != duty.due_at:
            yield Move(duty, due)


def preview(change: CalendarChange, reader: Reader) -> tuple[int, int, list[Move]]:
    """How many dates ``change`` would move; the first of the moves, and how many these were.

    Of those the reader is told what they may see.
    """
    every = moves(change)
    first = list(islice(every, SHOWN))
    keys = Duty.objects.filter(pk__in=[move.duty.pk for move in first])
    seen = visible(reader, keys).select_related("proposal", "unit").in_bulk()
    told = [Move(seen[move.duty.pk], move.due_after) for move in first if move.duty.pk in seen]
    return len(first) + sum(1 for _move in every), len(first), told


def apply_calendar(change: CalendarChange, event: Event) -> int:
    """Move the open duties to the dates that the calendar now gives; returns how many moved."""
    calendar = steady_calendar(changing=True)
    keys = list(_concerned(change).values_list("pk", flat=True))
    following = Q(kind=DutyKind.SUPERVISION)
    moved = _redate(~following, keys, change, event, calendar)
    # Supervision ends before the reply is due: its date may just have followed.
    moved += _redate(following, keys, change, event, calendar)
    _remind_anew(change, calendar)
    return moved


def _redate(
    kept: Q, keys: Sequence[int], change: CalendarChange, event: Event, calendar: Calendar
) -> int:
    """Move those of the duties that are still open, locked and read anew, some at a time."""
    moved = 0
    for first in range(0, len(keys), CHUNK):
        some = Duty.objects.open().filter(kept, pk__in=keys[first : first + CHUNK])
        for duty in some.order_by("id").select_for_update(of=("self",)).prefetch_related("pauses"):
            terms = Terms.model_validate(duty.terms)
            if deadlines.due_at(terms, calendar, duty.ended_pauses()) != duty.due_at:
                move_date(
                    duty,
                    terms,
                    cause=Cause.CALENDAR,
                    event=event,
                    calendar=calendar,
                    reason=change.source,
                )
                moved += 1
    return moved


def _concerned(change: CalendarChange) -> QuerySet[Duty]:
    """Open duties whose way to the due date can lead over a changed day."""
    first, last = change.span()
    return (
        Duty.objects.open()
        .filter(opened_at__lte=end_of(last))
        .filter(Q(due_at__gte=end_of(first - AROUND)) | Q(paused_at__isnull=False))
        .order_by("id")
    )


def _remind_anew(change: CalendarChange, calendar: Calendar) -> None:
    """Reminders that the changed days bring forward or put off."""
    first, last = change.span()
    before, after = end_of(first - AROUND), end_of(last + AROUND)
    # Between a reminder and its date, whichever comes first, a changed day moves the reminder.
    waiting = Duty.objects.running().filter(
        Q(remind_at__gte=before) | Q(due_at__gte=before),
        Q(remind_at__lte=after) | Q(due_at__lte=after),
        remind_at__isnull=False,
    )
    rows = waiting.order_by("id").iterator(CHUNK)
    while duties := list(islice(rows, CHUNK)):
        known = recorded_steps(duties)
        for duty in duties:
            schedule(duty, calendar, known[duty.pk, duty.date_version])
        Duty.objects.bulk_update(duties, ["remind_at"])
