"""Shows how new rules will change dates, before they are adopted."""

from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from members.enums import DutyKind
from members.models import Committee
from members.rules import DeadlineRule, Rules
from supervision import deadlines
from supervision.calendar import Calendar
from supervision.deadlines import Facts, rule_for
from supervision.models import Duty
from supervision.selectors import current_calendar

NINE = time(9)
"""The hour of an example."""


def of_dates(before: Rules, after: Rules, committee: Committee, day: date) -> list[str]:
    """Compare by kind the dates that both rules give to a duty begun on the first day.

    Only kinds whose date changes are named. The last sentence says how many open duties keep
    theirs.
    """
    calendar = current_calendar()
    begun = make_aware(datetime.combine(day, NINE))
    facts = Facts(opened_at=begun, received_at=begun, session_closes_on=day, reply_due_at=begun)
    told = []
    for kind in DutyKind:
        old = _due(rule_for(before.deadlines, kind, facts), facts, calendar)
        new = _due(rule_for(after.deadlines, kind, facts), facts, calendar)
        if old != new:
            told.append(
                _("%(day)s 起算的“%(kind)s”：期限由 %(old)s 变为 %(new)s")
                % {"day": date_format(day), "kind": kind.label, "old": old, "new": new}
            )
    if told:
        number = Duty.objects.open().filter(committee=committee).count()
        told.append(
            _("此前已经起算的任务不受影响，期限不变（现有 %(n)s 项未了结）") % {"n": number}
        )
    return told


def _due(rule: DeadlineRule | None, facts: Facts, calendar: Calendar) -> str:
    if rule is None:
        return _("没有期限")
    due = deadlines.due_at(deadlines.terms(rule, facts), calendar)
    return date_format(localdate(due))
