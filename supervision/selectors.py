"""Reads about duties and the calendar; no writes."""

from datetime import date, datetime
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import (
    DateField,
    Model,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Cast

from members.enums import DutyKind
from members.models import CalendarDay, CalendarYear
from members.prepared import prepared
from members.reader import Reader, read_once
from proposals.machine.subject import Subject
from proposals.models import Assignment
from supervision import deadlines
from supervision.calendar import Calendar, Declared
from supervision.deadlines import Terms
from supervision.duty_kinds import OPTIONAL
from supervision.models import DateChange, Duty

Row = TypeVar("Row", bound=Model)


def current_calendar() -> Calendar:
    """The working days as the platform knows them now; one small query."""
    rows = _declared()
    declared = {day: Declared(is_working, name) for day, is_working, name, _year in rows if day}
    return Calendar(declared, frozenset(year for day, _works, _name, year in rows if not day))


@read_once
def calendar_for(reader: Reader) -> Calendar:
    """The same, read once for a reader."""
    return current_calendar()


@prepared()
def _declared() -> QuerySet[CalendarDay, tuple[date | None, bool, str, int]]:
    """Single days, and years that were entered as a whole: these have no day."""
    days = CalendarDay.objects.order_by().annotate(of=Value(0))
    no_day = Cast(Value(None), DateField())
    years = CalendarYear.objects.order_by().values_list(no_day, Value(True), Value(""), "year")
    return days.values_list("day", "is_working", "name", "of").union(years, all=True)


CALENDAR_LOCK = 0x7469616E
"""The lock by which setting dates and changing the calendar wait for each other."""


def steady_calendar(*, changing: bool = False) -> Calendar:
    """The calendar for setting dates: it stays as it is until the end of the transaction.

    Whoever is ``changing`` it waits for those who set dates by the old one, and they for them;
    otherwise a date set meanwhile would be nobody's to move. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        function = "pg_advisory_xact_lock" if changing else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [CALENDAR_LOCK])
    return current_calendar()


def with_due(
    rows: QuerySet[Row],
    *kinds: DutyKind,
    among: QuerySet[Duty] | None = None,
    on: type[Subject] | None = None,
    key: str = "pk",
) -> QuerySet[Row]:
    """Each row with the nearest date of what is still owed on it, None where nothing is.

    That is ``due_at``, with ``due_kind`` and ``due_paused_at`` of the same duty: one of these
    ``kinds``, or any, ``among`` those that somebody sees or among all. Where ``key`` is another
    column than the row's own key, ``on`` names the kind of subject whose key it holds.
    """
    owed = Duty.objects.all() if among is None else among
    owed = owed.filter(
        closed_at=None,
        subject_kind=(on or cast(type[Subject], rows.model)).kind,
        subject_id=OuterRef(key),
    )
    owed = owed.filter(kind__in=kinds) if kinds else owed.exclude(kind__in=OPTIONAL)
    owed = owed.order_by("due_at", "id")
    columns = {"due_at": "due_at", "due_kind": "kind", "due_paused_at": "paused_at"}
    return rows.annotate(
        **{name: Subquery(owed.values(column)[:1]) for name, column in columns.items()}
    )


def next_working(day: date) -> date:
    """``day`` itself if people work on it, else the next day on which they do."""
    return current_calendar().next_working(day)


def to_sign_by(task: Assignment) -> datetime | None:
    """The date by which a task must be signed for."""
    owed = Duty.objects.open().of(Assignment.kind, task.pk).filter(kind=DutyKind.ACKNOWLEDGE)
    return owed.values_list("due_at", flat=True).first()


EXPLAINED = (
    "pauses",
    Prefetch("changes", DateChange.objects.select_related("event__actor", "asked_by")),
)
"""What ``why`` reads beside the duty: prefetch it where many are explained."""


def why(duty: Duty, calendar: Calendar) -> dict[str, Any]:
    """Explains a due date: rule and source, day by day, pauses, changes.

    ``skipped`` are the days on the way that did not count, each with its name. Two queries, or
    none where they have been read before.
    """
    prefetch_related_objects([duty], *EXPLAINED)
    terms = Terms.model_validate(duty.terms)
    days = []
    for counted in deadlines.days(terms, calendar, duty.ended_pauses()):
        known = calendar.day(counted.day)
        days.append(
            {
                "day": counted.day,
                "counted": counted.counted,
                "paused": counted.paused,
                "kind": known.kind,
                "name": known.name,
            }
        )
    return {
        "anchor_at": terms.anchor_at,
        "basis": duty.basis,
        "source": terms.rule.source if terms.rule else "",
        "due_at": duty.due_at,
        "first_due_at": duty.first_due_at,
        "days": days,
        "skipped": [row for row in days if not row["counted"]],
        "pauses": duty.pauses.all(),
        "changes": duty.changes.all(),
        "assumed_years": deadlines.assumed_years(terms, duty.due_at, calendar),
    }
