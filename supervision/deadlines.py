"""Computes and explains due dates from rules and moments; pure, on plain values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.timezone import localdate
from pydantic import BaseModel, ConfigDict

from members.days import end_of
from members.enums import (
    Anchor,
    AssignmentRole,
    CountFrom,
    DutyKind,
    PeriodKind,
    ProposerKind,
    ReassignmentClock,
    TimeUnit,
)
from members.rules import DeadlineRule
from supervision.calendar import Calendar

ONE_DAY = timedelta(days=1)

NOT_FROM_THE_START = (Anchor.FIXED, Anchor.REPLY_DUE)
"""Anchors whose date is not counted from the moment at which the duty began."""


@dataclass(frozen=True)
class Facts:
    """The facts of a case that a rule can depend on; moments are aware, days are local."""

    opened_at: datetime
    received_at: datetime | None = None
    session_closes_on: date | None = None
    reply_due_at: datetime | None = None
    period: PeriodKind | None = None
    proposer: ProposerKind | None = None
    role: AssignmentRole | None = None
    urgent: bool = False
    key: bool = False


@dataclass(frozen=True)
class Pause:
    """Local days on which the clock stands still: from ``start`` up to, not including, ``end``."""

    start: date
    end: date

    def covers(self, day: date) -> bool:
        """Whether the clock stands still on ``day``."""
        return self.start <= day < self.end


class Terms(BaseModel):
    """The terms of a due date, stored with the duty so that it can be recomputed and explained.

    ``rule`` runs from ``anchor_at``; ``opened_at`` is when the duty began. ``set_to`` is a date
    that somebody set at ``set_at`` (a promise, an extension, the date of a task taken over): it
    stands instead of the rule. ``left`` are the working days that a task taken over still had;
    the later date counts.
    """

    model_config = ConfigDict(frozen=True)

    anchor_at: datetime
    opened_at: datetime | None = None
    rule: DeadlineRule | None = None
    set_at: datetime | None = None
    set_to: datetime | None = None
    left: int | None = None

    @property
    def counts_working_days(self) -> bool:
        """Whether the date depends on who works when."""
        if self.left is not None:
            return True
        if self.set_to is not None or self.rule is None:
            return False
        return self.rule.unit == TimeUnit.WORKING_DAY or self.rule.roll


@dataclass(frozen=True)
class Counted:
    """One day on the way to a due date."""

    day: date
    counted: bool
    paused: bool


def rule_for(rules: Sequence[DeadlineRule], kind: DutyKind, facts: Facts) -> DeadlineRule | None:
    """The first rule of ``kind`` that fits the case; None where the committee sets no limit."""
    return next((rule for rule in rules if rule.duty == kind and _fits(rule, facts)), None)


def terms(rule: DeadlineRule, facts: Facts) -> Terms:
    """The terms of a duty under ``rule``."""
    return Terms(rule=rule, anchor_at=_anchor(rule, facts), opened_at=facts.opened_at)


def due_at(terms: Terms, calendar: Calendar, pauses: Sequence[Pause] = ()) -> datetime:
    """When a duty with these terms is due.

    Hours run to the minute. Days, working days and months run to the end of the last day. A
    month is a calendar month: one from 31 January ends on the last day of February. A day on
    which the clock stands still is not counted.
    """
    moments = []
    if terms.set_to is not None:
        moments.append(_from_set_date(terms, pauses))
    if terms.left is not None:
        path = _path(localdate(terms.anchor_at), terms.left, calendar, pauses, working=True)
        moments.append(end_of(_last(path, localdate(terms.anchor_at))))
    if moments:
        return max(moments)
    if terms.rule is None:
        raise ValueError("terms need a rule or a date")
    return _from_rule(terms.rule, terms, calendar, pauses)


def days(terms: Terms, calendar: Calendar, pauses: Sequence[Pause] = ()) -> list[Counted]:
    """Every day from the start to the due date, and whether it was counted."""
    due = localdate(due_at(terms, calendar, pauses))
    rule = terms.rule
    working = terms.left is not None or (
        terms.set_to is None and rule is not None and rule.unit == TimeUnit.WORKING_DAY
    )
    start = localdate(terms.set_at or terms.anchor_at)
    if terms.set_to is None and rule and rule.anchor in NOT_FROM_THE_START:
        start, working = localdate(terms.opened_at or terms.anchor_at), False
    first, last = (start, due) if start <= due else (due, start)
    if terms.set_to is None and rule and rule.count_from == CountFrom.SAME:
        first -= ONE_DAY
    found = []
    for number in range(1, (last - first).days + 1):
        day = first + timedelta(days=number)
        paused = any(pause.covers(day) for pause in pauses)
        found.append(Counted(day, not paused and (not working or calendar.is_working(day)), paused))
    return found


def assumed_years(terms: Terms, due: datetime, calendar: Calendar) -> list[int]:
    """Years whose working days are only assumed and on which the date rests; ascending."""
    if not terms.counts_working_days:
        return []
    first, last = sorted((localdate(terms.anchor_at).year, localdate(due).year))
    return calendar.assumed(range(first, last + 1))


def carried_over(
    clock: ReassignmentClock,
    full: Terms,
    *,
    former_due_at: datetime,
    asked_at: datetime,
    issued_at: datetime,
    calendar: Calendar,
) -> Terms:
    """The terms of the reply of a unit that takes over a task.

    ``SHIFT`` gives it the working days that were left when the return was asked for, counted
    from the day it gets the task; ``full`` is what a fresh task would get.
    """
    if clock == ReassignmentClock.RESTART:
        return full
    left = None
    if clock == ReassignmentClock.SHIFT:
        left = calendar.between(localdate(asked_at), localdate(former_due_at))
    return Terms(
        rule=full.rule, anchor_at=issued_at, set_at=issued_at, set_to=former_due_at, left=left
    )


def _fits(rule: DeadlineRule, facts: Facts) -> bool:
    asked = (
        (rule.period, facts.period),
        (rule.proposer, facts.proposer),
        (rule.role, facts.role),
        (rule.urgent, facts.urgent),
        (rule.key, facts.key),
    )
    if any(wanted is not None and wanted != fact for wanted, fact in asked):
        return False
    needed = {
        Anchor.RECEIPT: facts.received_at,
        Anchor.SESSION_CLOSE: facts.session_closes_on,
        Anchor.REPLY_DUE: facts.reply_due_at,
    }
    return rule.anchor not in needed or needed[rule.anchor] is not None


def _anchor(rule: DeadlineRule, facts: Facts) -> datetime:
    match rule.anchor:
        case Anchor.RECEIPT if facts.received_at:
            return facts.received_at
        case Anchor.SESSION_CLOSE if facts.session_closes_on:
            return end_of(facts.session_closes_on)
        case Anchor.REPLY_DUE if facts.reply_due_at:
            return facts.reply_due_at
        case Anchor.FIXED:
            return end_of(_next(rule.fixed, localdate(facts.opened_at) + ONE_DAY))
    return facts.opened_at


def _next(month_day: str, earliest: date) -> date:
    """The first such day of the year that is not before ``earliest``."""
    day = date.fromisoformat(f"{earliest.year}-{month_day}")
    return day if day >= earliest else day.replace(year=earliest.year + 1)


def _from_rule(
    rule: DeadlineRule, terms: Terms, calendar: Calendar, pauses: Sequence[Pause]
) -> datetime:
    if rule.unit == TimeUnit.HOUR and rule.anchor != Anchor.REPLY_DUE:
        return terms.anchor_at + timedelta(hours=rule.amount)
    anchor = localdate(terms.anchor_at)
    if rule.anchor in NOT_FROM_THE_START:
        before = rule.anchor == Anchor.REPLY_DUE
        day = _before(rule, anchor, calendar) if before else _after(rule, anchor, calendar, ())
        day = _shifted(localdate(terms.opened_at or terms.anchor_at), day, pauses)
    else:
        day = _after(rule, anchor, calendar, pauses)
    if rule.roll:
        day = calendar.next_working(day)
    if rule.cap:
        day = min(day, _next(rule.cap, anchor))
    return end_of(day)


def _shifted(start: date, day: date, pauses: Sequence[Pause]) -> date:
    """Move a day that is not counted from ``start`` by the days on which the clock stood."""
    if day <= start or not pauses:
        return day
    return _last(_path(start, (day - start).days, Calendar(), pauses, working=False), start)


def _after(rule: DeadlineRule, anchor: date, calendar: Calendar, pauses: Sequence[Pause]) -> date:
    working = rule.unit == TimeUnit.WORKING_DAY
    count = rule.amount
    if rule.unit == TimeUnit.MONTH:
        count = (anchor + relativedelta(months=rule.amount) - anchor).days
    start = anchor - ONE_DAY if rule.count_from == CountFrom.SAME and count else anchor
    if not pauses:  # the plain way, which most dates take
        return calendar.add(start, count) if working else start + timedelta(days=count)
    return _last(_path(start, count, calendar, pauses, working=working), start)


def _before(rule: DeadlineRule, anchor: date, calendar: Calendar) -> date:
    if rule.unit == TimeUnit.MONTH:
        return anchor - relativedelta(months=rule.amount)
    if rule.unit == TimeUnit.WORKING_DAY:
        return calendar.add(anchor, -rule.amount)
    if rule.unit == TimeUnit.HOUR:
        return anchor - timedelta(hours=rule.amount)
    return anchor - timedelta(days=rule.amount)


def _from_set_date(terms: Terms, pauses: Sequence[Pause]) -> datetime:
    """A date that somebody set moves by as many days as the clock has stood still since."""
    if terms.set_to is None or terms.set_at is None:
        raise ValueError("a set date has a moment at which it was set")
    start, day = localdate(terms.set_at), localdate(terms.set_to)
    if not any(pause.end > start for pause in pauses) or day <= start:
        return terms.set_to
    return end_of(_shifted(start, day, pauses))


def _path(
    start: date, count: int, calendar: Calendar, pauses: Sequence[Pause], *, working: bool
) -> Iterator[Counted]:
    """The days after ``start`` until ``count`` of them have been counted."""
    day = start
    while count > 0:
        day += ONE_DAY
        paused = any(pause.covers(day) for pause in pauses)
        counted = not paused and (not working or calendar.is_working(day))
        count -= counted
        yield Counted(day, counted, paused)


def _last(path: Iterator[Counted], start: date) -> date:
    day = start
    for step in path:
        day = step.day
    return day
