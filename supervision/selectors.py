"""Reads about duties and the calendar; no writes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from members.models import CalendarDay, CalendarYear
from members.prepared import prepared
from supervision import deadlines
from supervision.calendar import Calendar, Declared
from supervision.deadlines import Terms, local_day
from supervision.models import DateChange, Duty


def current_calendar() -> Calendar:
    """The working days as the platform knows them now; two small queries."""
    declared = {day: Declared(is_working, name) for day, is_working, name in _declared_days()}
    return Calendar(declared, frozenset(_declared_years()))


@prepared()
def _declared_days() -> QuerySet[CalendarDay, tuple[date, bool, str]]:
    return CalendarDay.objects.order_by().values_list("day", "is_working", "name")


@prepared()
def _declared_years() -> QuerySet[CalendarYear, int]:
    return CalendarYear.objects.order_by().values_list("year", flat=True)


CALENDAR_LOCK = 0x7469616E
"""The number by which those who set dates and those who change the calendar wait for each other."""


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


EXPLAINED = (
    "pauses",
    Prefetch("changes", DateChange.objects.select_related("event__actor", "asked_by")),
)
"""What ``why`` reads beside the duty: prefetch it where many are explained."""


def why(duty: Duty, calendar: Calendar | None = None) -> dict[str, Any]:
    """How a due date came about: rule and source, day by day, pauses, changes.

    ``skipped`` are the days on the way that did not count, each with its name. Two queries, and
    two more for the ``calendar``; none where both have been read before.
    """
    calendar = calendar or current_calendar()
    prefetch_related_objects([duty], *EXPLAINED)
    terms = Terms.model_validate(duty.terms)
    pauses = [
        deadlines.Pause(local_day(row.began_at), local_day(row.ended_at))
        for row in duty.pauses.all()
        if row.ended_at is not None
    ]
    days = []
    for counted in deadlines.days(terms, calendar, pauses):
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
