"""When the steps of a reminder ladder fall due; pure, on plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.timezone import localdate

from members.enums import DutyKind, TimeUnit
from members.rules import Ladder, LadderStep, Reminders
from supervision.calendar import Calendar


@dataclass(frozen=True)
class Scheduled:
    """A step of the ladder and the moment from which it may be taken."""

    step: LadderStep
    moment: datetime

    @property
    def keeps_the_window(self) -> bool:
        """Whether it waits for the hours in which reminders go out; steps in hours do not."""
        return self.step.unit != TimeUnit.HOUR


def ladder_for(reminders: Reminders, kind: DutyKind | str, *, key: bool) -> Ladder | None:
    """The first ladder that fits a duty; None if it gets no reminders."""
    return next(
        (
            ladder
            for ladder in reminders.ladders
            if kind in ladder.duties and ladder.key in (None, key)
        ),
        None,
    )


def schedule(
    ladder: Ladder, reminders: Reminders, due_at: datetime, calendar: Calendar
) -> list[Scheduled]:
    """All steps for a due date, in the order in which they come.

    A step falls on its day at the hour from which reminders go out. Where they go out on
    working days only, one before the date comes on the last working day before its own, one
    after the date on the next.
    """
    found = [Scheduled(step, _moment(step, reminders, due_at, calendar)) for step in ladder.steps]
    return sorted(found, key=lambda scheduled: (scheduled.moment, scheduled.step.offset))


def ahead(
    steps: Sequence[Scheduled], dated_at: datetime, known: Collection[str]
) -> list[Scheduled]:
    """The steps still to be taken for a date that was set at ``dated_at``.

    What fell before that has never applied; ``known`` are the codes of those on record.
    """
    return [step for step in steps if step.moment > dated_at and step.step.code not in known]


def is_open(reminders: Reminders, at: datetime, calendar: Calendar) -> bool:
    """Whether reminders go out at ``at``."""
    local = timezone.localtime(at)
    if reminders.working_days_only and not calendar.is_working(local.date()):
        return False
    return reminders.window_from <= local.time() < reminders.window_until


def next_opening(reminders: Reminders, at: datetime, calendar: Calendar) -> datetime:
    """The first moment after ``at`` from which reminders go out."""
    day = localdate(at)
    if at >= _opening(reminders, day):
        day += timedelta(days=1)
    if reminders.working_days_only:
        day = calendar.next_working(day)
    return _opening(reminders, day)


def _moment(
    step: LadderStep, reminders: Reminders, due_at: datetime, calendar: Calendar
) -> datetime:
    if step.unit == TimeUnit.HOUR:
        return due_at + timedelta(hours=step.offset)
    day = localdate(due_at)
    if step.unit == TimeUnit.WORKING_DAY:
        day = calendar.add(day, step.offset)
    else:
        day += timedelta(days=step.offset)
    if reminders.working_days_only:
        day = calendar.next_working(day) if step.offset > 0 else calendar.last_working(day)
    return _opening(reminders, day)


def _opening(reminders: Reminders, day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, reminders.window_from))
