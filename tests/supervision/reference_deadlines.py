"""A naive reference of dates and reminders: it walks through the days, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
from dateutil.relativedelta import relativedelta
from django.utils import timezone

ONE_DAY = timedelta(days=1)


def day_of(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def moment_of(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


@dataclass
class ReferenceCalendar:
    """Who works when: what was declared, what was announced, and else the week."""

    declared: dict[date, bool] = field(default_factory=dict)

    def work(self, day: date) -> bool:
        if day in self.declared:
            return self.declared[day]
        if day in chinese_calendar.constants.holidays:
            return False
        return day in chinese_calendar.constants.workdays or day.weekday() < 5


@dataclass
class ReferenceDuty:
    """One duty: from when, for how long, and everything that has happened to its date."""

    kind: str
    opened_at: datetime
    rule: dict[str, Any]
    version: int = 1
    dated_at: datetime = field(init=False)
    due_at: datetime = field(init=False)
    set_at: datetime | None = None
    set_to: datetime | None = None
    left: int | None = None
    stops: list[tuple[date, date]] = field(default_factory=list)
    stopped_at: datetime | None = None
    is_closed: bool = False
    taken: dict[tuple[int, str], str] = field(default_factory=dict)  # (version, step) → state

    def begin(self, days: ReferenceCalendar) -> None:
        self.dated_at = self.opened_at
        self.due_at = self.date(days)

    def move(self, days: ReferenceCalendar, at: datetime) -> None:
        due = self.date(days)
        if due != self.due_at:
            self.due_at, self.dated_at = due, at
            self.version += 1

    def run_on(self, days: ReferenceCalendar, at: datetime) -> None:
        self.stops.append((day_of(self.stopped_at), day_of(at)))
        self.stopped_at = None
        self.move(days, at)

    def stands(self, day: date) -> bool:
        return any(first <= day < end for first, end in self.stops)

    def date(self, days: ReferenceCalendar) -> datetime:
        ends = []
        if self.set_to is not None:
            start, end = day_of(self.set_at), day_of(self.set_to)
            if end <= start or not any(until > start for _first, until in self.stops):
                ends.append(self.set_to)
            else:
                ends.append(self.walked(start, (end - start).days, days, working=False))
        if self.left is not None:
            ends.append(self.walked(day_of(self.opened_at), self.left, days, working=True))
        return max(ends) if ends else self.by_rule(days)

    def by_rule(self, days: ReferenceCalendar) -> datetime:
        start, count = day_of(self.opened_at), self.rule["amount"]
        if self.rule["unit"] == "month":
            count = (start + relativedelta(months=count) - start).days
        due = self.walked(start, count, days, working=self.rule["unit"] == "working_day")
        while self.rule.get("roll") and not days.work(day_of(due)):
            due += ONE_DAY
        return due

    def walked(self, day: date, count: int, days: ReferenceCalendar, *, working: bool) -> datetime:
        while count:
            day += ONE_DAY
            if not self.stands(day) and (not working or days.work(day)):
                count -= 1
        return moment_of(day, time(23, 59, 59))

    # -- Reminders --------------------------------------------------------------------------

    def tick(self, steps: list[dict[str, Any]], days: ReferenceCalendar, now: datetime) -> None:
        """What a sweep at ``now`` must bring about."""
        if self.is_closed or self.stopped_at is not None:
            return
        passed = []
        for step in steps:
            moment = self.moment(step, days)
            code = code_of(step)
            if self.dated_at < moment <= now and (self.version, code) not in self.taken:
                passed.append((moment, step["offset"], code))
        clock = timezone.localtime(now)
        if (
            not passed
            or not days.work(clock.date())
            or not time(8, 30) <= clock.time() < time(17, 30)
        ):
            return
        *missed, (_moment, _offset, latest) = sorted(passed)
        for _moment, _offset, code in missed:
            self.taken[self.version, code] = "skipped"
        self.taken[self.version, latest] = "sent"

    def moment(self, step: dict[str, Any], days: ReferenceCalendar) -> datetime:
        day, offset = day_of(self.due_at), step["offset"]
        if step.get("unit") == "working_day":
            direction = ONE_DAY if offset > 0 else -ONE_DAY
            left = abs(offset)
            while left:
                day += direction
                left -= days.work(day)
        else:
            day += timedelta(days=offset)
        while not days.work(day):
            day += ONE_DAY if offset > 0 else -ONE_DAY
        return moment_of(day, time(8, 30))


def code_of(step: dict[str, Any]) -> str:
    return f"{step['offset']:+d}{step.get('unit', 'day')[0]}" if step["offset"] else "0d"
