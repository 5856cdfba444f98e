"""From a rule and a moment to a due date; pure, on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from members.enums import (
    Anchor,
    AssignmentRole,
    DutyKind,
    PeriodKind,
    ProposerKind,
    ReassignmentClock,
    TimeUnit,
)
from members.rules import DeadlineRule
from supervision.calendar import Exceptions, add_working_days, is_working, working_days_between


@dataclass(frozen=True)
class Facts:
    """What a rule may ask about the case; moments are aware, days are local."""

    opened_at: datetime
    received_at: datetime | None = None
    session_closes_on: date | None = None
    reply_due_at: datetime | None = None
    period: PeriodKind | None = None
    proposer: ProposerKind | None = None
    role: AssignmentRole | None = None
    urgent: bool = False
    key: bool = False


def rule_for(rules: Sequence[DeadlineRule], kind: DutyKind, facts: Facts) -> DeadlineRule | None:
    """The first rule of ``kind`` that fits the case; None where the committee sets no limit."""
    return next((rule for rule in rules if rule.duty == kind and _fits(rule, facts)), None)


def due_at(rule: DeadlineRule, facts: Facts, exceptions: Exceptions) -> datetime:
    """When what the rule asks for is due.

    Hours run to the minute. Days, working days and months run to the end of the last day. A
    month is a calendar month: one from 31 January ends on the last day of February.
    """
    if rule.unit == TimeUnit.HOUR and rule.anchor != Anchor.REPLY_DUE:
        return _anchor(rule, facts) + timedelta(hours=rule.amount)
    start = timezone.localtime(_anchor(rule, facts)).date()
    if rule.anchor == Anchor.REPLY_DUE:
        return end_of(_before(rule, start, exceptions))
    return end_of(_after(rule, start, exceptions))


def carried_over(
    clock: ReassignmentClock,
    *,
    former_due_at: datetime,
    asked_at: datetime,
    issued_at: datetime,
    full: datetime,
    exceptions: Exceptions,
) -> datetime:
    """The reply date of a unit that takes over a task.

    ``SHIFT`` gives it the working days that were left when the return was asked for, counted
    from the day it gets the task; ``full`` is what a fresh task would get.
    """
    if clock == ReassignmentClock.KEEP:
        return former_due_at
    if clock == ReassignmentClock.RESTART:
        return full
    left = working_days_between(local_day(asked_at), local_day(former_due_at), exceptions)
    return max(former_due_at, end_of(add_working_days(local_day(issued_at), left, exceptions)))


def end_of(day: date) -> datetime:
    """The last second of a local day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


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
            return _next_fixed(rule.fixed, local_day(facts.opened_at))
    return facts.opened_at


def _next_fixed(month_day: str, opened_on: date) -> datetime:
    day = date.fromisoformat(f"{opened_on.year}-{month_day}")
    return end_of(day if day > opened_on else day.replace(year=opened_on.year + 1))


def _after(rule: DeadlineRule, start: date, exceptions: Exceptions) -> date:
    if rule.unit == TimeUnit.WORKING_DAY:
        return add_working_days(start, rule.amount, exceptions)
    if rule.unit == TimeUnit.MONTH:
        return start + relativedelta(months=rule.amount)
    return start + timedelta(days=rule.amount)


def _before(rule: DeadlineRule, start: date, exceptions: Exceptions) -> date:
    if rule.unit == TimeUnit.MONTH:
        return start - relativedelta(months=rule.amount)
    if rule.unit == TimeUnit.HOUR:
        return start - timedelta(hours=rule.amount)
    if rule.unit == TimeUnit.DAY:
        return start - timedelta(days=rule.amount)
    day = start
    left = rule.amount
    while left > 0:
        day -= timedelta(days=1)
        left -= is_working(day, exceptions)
    return day


def local_day(moment: datetime) -> date:
    """The local day of a moment."""
    return timezone.localtime(moment).date()
