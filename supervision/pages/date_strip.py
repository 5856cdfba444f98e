"""Explains a date: the days that lead to it as a strip, month by month, and in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.punctuation import aside
from supervision.calendar import Calendar, DayKind
from supervision.deadlines import Pause

LONGEST = 400
"""Days that a strip shows; of a longer way, those at its end."""


@dataclass(frozen=True)
class Cell:
    """A day of the strip.

    ``look`` are the classes that draw it; ``mark`` a sign of one character in it: 起 where the
    count starts, 止 where it ends, 班 where a weekend is worked, 休 on a holiday, 停 where the
    clock stands still. ``words`` say all of it.
    """

    day: date
    look: str
    mark: str
    words: str


@dataclass(frozen=True)
class Run:
    """Neighbouring days of one kind: from, to, how many, what they are, whether they count.

    ``sum`` is how many days have been counted at its end.
    """

    start: date
    end: date
    days: int
    kind: str
    counts: str
    sum: int


@dataclass
class Month:
    """A month of the strip; ``notes`` names its holidays and make-up days."""

    first: date
    cells: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def before(self) -> range:
        """The days of the month that stand before the first one shown."""
        return range(1, self.cells[0].day.day)


@dataclass(frozen=True)
class Strip:
    """The way to a date; ``counted`` of its days count."""

    months: list[Month]
    runs: list[Run]
    counted: int
    rested: int
    stood: int
    shortened: bool


def strip(
    days: Sequence[dict[str, Any]],
    *,
    start: date,
    due: date,
    today: date,
    calendar: Calendar,
    standing: Pause | None,
) -> Strip:
    """The strip of the ``days`` that ``supervision.selectors.why`` tells, and of the start itself.

    ``standing`` is a pause that goes on: its days are hatched, though they do not count yet.
    """
    rows = _with_start(days, start, calendar)
    rows = [_paused(row, standing) for row in rows]
    shown = rows[-LONGEST:]
    months: list[Month] = []
    for row in shown:
        first = row["day"].replace(day=1)
        if not months or months[-1].first != first:
            months.append(Month(first))
        months[-1].cells.append(_cell(row, start, due, today))
    for month in months:
        month.notes = list(_notes([row for row in shown if _in(row, month)]))
    return Strip(
        months=months,
        runs=list(_runs(rows)),
        counted=sum(row["counted"] for row in rows),
        rested=sum(
            not row["counted"] and not row["paused"] and not row["is_start"] for row in rows
        ),
        stood=sum(row["paused"] for row in rows),
        shortened=len(rows) > LONGEST,
    )


def _with_start(
    days: Sequence[dict[str, Any]], start: date, calendar: Calendar
) -> list[dict[str, Any]]:
    """The days, and before them the one from which they are counted, if it is not among them."""
    rows = [{**row, "is_start": False} for row in days]
    if rows and rows[0]["day"] <= start:
        return rows
    known = calendar.day(start)
    first = {"day": start, "counted": False, "paused": False, "is_start": True}
    return [{**first, "kind": known.kind, "name": known.name}, *rows]


def _paused(row: dict[str, Any], standing: Pause | None) -> dict[str, Any]:
    if standing is None or not standing.covers(row["day"]):
        return row
    return {**row, "paused": True, "counted": False}


def _in(row: dict[str, Any], month: Month) -> bool:
    return bool(row["day"].replace(day=1) == month.first)


def _cell(row: dict[str, Any], start: date, due: date, today: date) -> Cell:
    day, look, mark = row["day"], [], ""
    rests = row["kind"] in (DayKind.WEEKEND, DayKind.HOLIDAY)
    if row["paused"]:
        look, mark = ["day-paused"], pgettext("calendar", "停")
    elif row["counted"]:
        look = ["day-counted"]
    else:
        look = ["day-rest"]
    if row["kind"] == DayKind.MAKE_UP:
        look, mark = [*look, "day-make-up"], mark or pgettext("calendar", "班")
    if row["kind"] == DayKind.HOLIDAY:
        look, mark = [*look, "day-holiday"], mark or pgettext("calendar", "休")
    elif rests:
        look.append("day-weekend")
    if day == today:
        look.append("day-today")
    if day == start:
        look, mark = [*look, "day-start"], pgettext("calendar", "起")
    if day == due:
        look, mark = [*look, "day-due"], pgettext("calendar", "止")
    return Cell(day, " ".join(look), mark, _words(row, start, due, today))


def _words(row: dict[str, Any], start: date, due: date, today: date) -> str:
    day = row["day"]
    parts = [date_format(day, "SHORT_DATE_FORMAT"), date_format(day, "D"), _kind(row)]
    parts.append(_counts(row))
    if day == today:
        parts.append(_("今天"))
    if day == due:
        parts.append(_("到期"))
    return " ".join(parts)


def _kind(row: dict[str, Any]) -> str:
    """What kind of day it is, after its festival where it has one."""
    label = str(DayKind(row["kind"]).label)
    return aside(label, row["name"])


def _counts(row: dict[str, Any]) -> str:
    if row["is_start"]:
        return _("起算")
    if row["paused"]:
        return _("暂停计时")
    return _("计入") if row["counted"] else _("不计")


def _notes(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The holidays and make-up days of a month, each stretch once."""
    named = [row for row in rows if row["kind"] in (DayKind.HOLIDAY, DayKind.MAKE_UP)]
    stretches: list[list[dict[str, Any]]] = []
    for row in named:
        last = stretches[-1][-1] if stretches else None
        follows = last is not None and row["day"] - last["day"] == timedelta(days=1)
        if follows and last is not None and _kind(last) == _kind(row):
            stretches[-1].append(row)
        else:
            stretches.append([row])
    for stretch in stretches:
        first, end = stretch[0]["day"], stretch[-1]["day"]
        when = f"{first.month}-{first.day}"
        if end != first:
            when += f"—{end.month}-{end.day}"
        yield f"{_kind(stretch[0])} {when}"


def _runs(rows: Sequence[dict[str, Any]]) -> Iterator[Run]:
    total = 0
    for (kind, counts), group in groupby(rows, key=lambda row: (_kind(row), _counts(row))):
        run = list(group)
        total += sum(row["counted"] for row in run)
        yield Run(run[0]["day"], run[-1]["day"], len(run), kind, counts, total)
