"""Working days of mainland China: the official holidays and make-up days (调休).

The arrangement of a year is announced in the autumn before it. ``chinesecalendar`` knows the
announced ones; what an administrator enters comes first. A year that nobody has announced or
entered is judged by its weekdays, and every date that rests on it says so.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SATURDAY = 5


class YearStatus(models.TextChoices):
    """How well the working days of a year are known."""

    ANNOUNCED = "announced", gettext_lazy("已公布")  # the packaged calendar has it
    ENTERED = "entered", gettext_lazy("已录入")  # by an administrator of this platform
    ASSUMED = "assumed", gettext_lazy("未公布，暂按周末推算")


class DayKind(models.TextChoices):
    """Why people work or rest on a day."""

    WORKDAY = "workday", gettext_lazy("工作日")
    MAKE_UP = "make_up", gettext_lazy("调休上班")  # a weekend day that is worked
    WEEKEND = "weekend", gettext_lazy("周末")
    HOLIDAY = "holiday", gettext_lazy("节假日")  # a day off that a plain week would not have


@dataclass(frozen=True)
class Day:
    """One day of the calendar: its kind, and the festival or reason it is named after."""

    date: date
    is_working: bool
    kind: DayKind
    name: str


@dataclass(frozen=True)
class Declared:
    """What an administrator declares of one day."""

    is_working: bool
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """The working days as the platform knows them at one moment.

    ``declared`` are the days that administrators entered; they come before the packaged
    calendar. ``entered`` are the years whose whole arrangement was entered.
    """

    declared: Mapping[date, Declared] = field(default_factory=dict)
    entered: Collection[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on ``day``."""
        if day in self.declared:
            return self.declared[day].is_working
        if day.year in self.entered and not _is_announced(day.year):
            return day.weekday() < SATURDAY
        return _works(day)

    def day(self, day: date) -> Day:
        """``day`` with the reason why people work or rest."""
        works = self.is_working(day)
        weekend = day.weekday() >= SATURDAY
        said = self.declared.get(day)
        name = said.name if said and said.name else _festival(day)
        if works:
            kind = DayKind.MAKE_UP if weekend else DayKind.WORKDAY
        else:
            kind = DayKind.WEEKEND if weekend and not name else DayKind.HOLIDAY
        return Day(day, works, kind, "" if kind == DayKind.WORKDAY else name)

    def status(self, year: int) -> YearStatus:
        """How well the working days of ``year`` are known."""
        if _is_announced(year):
            return YearStatus.ANNOUNCED
        return YearStatus.ENTERED if year in self.entered else YearStatus.ASSUMED

    def assumed(self, years: Iterable[int]) -> list[int]:
        """Those of ``years`` that nobody has announced or entered, ascending."""
        return sorted(year for year in set(years) if self.status(year) == YearStatus.ASSUMED)

    def next_working(self, day: date) -> date:
        """``day`` itself if people work on it, else the next day on which they do."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def last_working(self, day: date) -> date:
        """``day`` itself if people work on it, else the last day before on which they did."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def add(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``, before it if negative; 0: ``start``."""
        day, step = start, timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left > 0:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; 0 if none."""
        span = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, span + 1))

    def left(self, today: date, due: date) -> int:
        """Working days from ``today`` until ``due``; negative once it has passed."""
        return self.between(today, due) if today <= due else -self.between(due, today)


@lru_cache(maxsize=64)
def _is_announced(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=4096)
def _works(day: date) -> bool:
    """By the packaged calendar; by the weekday where it ends."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def _festival(day: date) -> str:
    """The festival that an announced day belongs to, as a day off or as a make-up day."""
    if not _is_announced(day.year):
        return ""
    _rests, name = chinese_calendar.get_holiday_detail(day)
    return _names().get(name, "") if name else ""


def _names() -> dict[str, str]:
    """The packaged calendar's English names of the festivals, in the reader's language."""
    return {
        "New Year's Day": _("元旦"),
        "Spring Festival": _("春节"),
        "Tomb-sweeping Day": _("清明节"),
        "Labour Day": _("劳动节"),
        "Dragon Boat Festival": _("端午节"),
        "National Day": _("国庆节"),
        "Mid-autumn Festival": _("中秋节"),
        "Anti-Fascist 70th Day": _("抗战胜利纪念日"),
    }
