"""The working calendar of a year, and which dates a change of it would move."""

from calendar import monthcalendar
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members import clock
from members.enums import ADMINISTRATOR_ROLES, Role
from members.models import Committee
from members.pages import navigation
from members.pages.navigation import Section
from members.pages.plain_form import shows_and_takes_form
from members.pages.worklist import STATE, Column, day, visible_rows
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.machine.step import declared_step
from proposals.pages.step_pages import StepPage
from proposals.pages.steps import taken
from proposals.pages.subjects import SubjectPage
from proposals.pages.worklists import SubjectList
from supervision import calendar_moves
from supervision.calendar import Calendar
from supervision.enums import CalendarChangeState
from supervision.models import CalendarChange
from supervision.selectors import calendar_for

EARLIEST, LATEST = 2004, 2100
"""Years that have a page."""


def months(calendar: Calendar, year: int) -> list[dict[str, Any]]:
    """The twelve months of a year: weeks of seven days from Monday on, None outside of the month.

    ``worked`` is on how many days of it people work.
    """
    found = []
    for number in range(1, 13):
        weeks = [
            [calendar.day(date(year, number, day)) if day else None for day in week]
            for week in monthcalendar(year, number)
        ]
        worked = sum(day.is_working for week in weeks for day in week if day)
        found.append({"first": date(year, number, 1), "weeks": weeks, "worked": worked})
    return found


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The days of a year on which people work or rest, and how well they are known."""
    if not EARLIEST <= year <= LATEST:
        raise Http404
    reader = reader_of(request)
    calendar = calendar_for(reader)
    found = months(calendar, year)
    named = [
        day
        for month in found
        for week in month["weeks"]
        for day in week
        if day is not None and day.name and day.kind != "weekend"
    ]
    changes = visible(reader, CalendarChange.objects.all())
    context = {
        "year": year,
        "status": calendar.status(year),
        "months": found,
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "worked": sum(month["worked"] for month in found),
        "named": named,
        "today": reader.day,
        "years": [year - 1, year, year + 1],
        "waiting": list(changes.filter(state=CalendarChangeState.ENTERED)[:20]),
        "may_enter": _may_enter(reader),
    }
    return TemplateResponse(request, "supervision/calendar/year.html", context)


def _may_enter(reader: Reader) -> bool:
    committee = _committee(reader)
    return committee is not None and committee.parent_id is None


def _committee(reader: Reader) -> Committee | None:
    """For which committee the reader enters a change: the topmost one for the platform's."""
    for post in reader.posts:
        if post.role == Role.PLATFORM_ADMINISTRATOR:
            return Committee.objects.filter(parent=None).order_by("pk").first()
        if post.role == Role.COMMITTEE_ADMINISTRATOR:
            return post.committee
    return None


@shows_and_takes_form
def enter(request: HttpRequest) -> HttpResponse:
    """The form of a change: days typed in, or a file."""
    committee = _committee(reader_of(request))
    if committee is None:
        raise Http404
    change = CalendarChange(committee=committee)
    return taken(request, change, declared_step(CalendarChange.enter))


def of_change(change: CalendarChange, reader: Reader) -> dict[str, Any]:
    """The days of a change, and before it is applied which dates it would move; four queries."""
    calendar = calendar_for(reader)
    after = change.changed(calendar)
    days = [
        (calendar.day(day), after.day(day))
        for day in (date.fromisoformat(row["day"]) for row in change.days)
    ]
    found: dict[str, Any] = {"days": days, "years": sorted({day.date.year for day, _new in days})}
    if change.state != CalendarChangeState.ENTERED:
        return found
    count, shown, moves = calendar_moves.preview(change, reader)
    return found | {"count": count, "moves": moves, "hidden": shown - len(moves)}


STEP_PAGES = (
    StepPage(CalendarChange.enter, template="supervision/calendar/enter.html", full_page=True),
)

SUBJECT_PAGES = (
    SubjectPage(
        CalendarChange,
        "calendar-changes",
        template="supervision/calendar/change.html",
        context=of_change,
    ),
)
NAVIGATION = (
    navigation.NavigationEntry(
        section=Section.SETTINGS,
        label=_("工作日历"),
        icon="calendar",
        address=("this_year",),
        roles=ADMINISTRATOR_ROLES,
    ),
)
WORKLISTS = (
    SubjectList(
        slug="calendar-changes",
        label=_("日历变更"),
        icon="calendar-cog",
        section=Section.SETTINGS,
        roles=ADMINISTRATOR_ROLES,
        rows=visible_rows(CalendarChange.objects.all()),
        columns=(
            Column("source", _("依据"), main=True),
            Column("year", _("整年安排")),
            Column("days", _("天数"), lambda row: len(row.days)),
            STATE,
            day("applied", _("应用"), "applied_at"),
        ),
        comes_next=_("录入的放假调休安排列在这里；看过影响之后再应用。"),
        tools="supervision/calendar/_enter.html",
        counted=False,
    ),
)


@require_safe
def this_year(request: HttpRequest) -> HttpResponse:
    """The calendar of the present year."""
    return year(request, clock.today().year)
