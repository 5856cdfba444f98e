"""Dates and loads for the pages of assigning."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Q

from members.enums import ANSWERING_ROLES, AssignmentRole, DutyKind
from members.reader import Reader
from members.rules import Rules
from members.visibility import visible
from proposals.due_dates import Date, Expected, Load
from proposals.models import Assignment, Proposal
from proposals.models.assignment_conditions import duties_of_issue
from supervision import deadlines
from supervision.calendar import Calendar
from supervision.deadline_facts import basis_of, facts_of, session_closes_on
from supervision.deadlines import Facts
from supervision.duty_kinds import ANSWERS, declared
from supervision.models import Duty
from supervision.models.duty import overdue_at
from supervision.selectors import calendar_for


def expected(proposals: Sequence[Proposal], reader: Reader) -> dict[int, Expected]:
    """Key of each proposal to role to what a unit in it would owe, were it issued now.

    The dates are those that issuing would set. No query but for the calendar, as long as the
    session of each proposal has been fetched with it.
    """
    calendar = calendar_for(reader)
    return {
        proposal.pk: _expected(proposal, reader.rules(proposal.committee_id), reader.at, calendar)
        for proposal in proposals
    }


def _expected(proposal: Proposal, rules: Rules, at: datetime, calendar: Calendar) -> Expected:
    reply_due: datetime | None = None
    found: Expected = {}
    # Assisting units last: their date can hang on that of the reply.
    for role in sorted(AssignmentRole, key=lambda role: role not in ANSWERING_ROLES):
        task = Assignment(proposal=proposal, role=role)
        task.rules = rules
        rows = []
        for kind in duties_of_issue(task):
            facts = _facts(task, kind, at, reply_due)
            rule = deadlines.rule_for(rules.deadlines, kind, facts)
            if rule is None:
                continue
            due = deadlines.due_at(deadlines.terms(rule, facts), calendar)
            rows.append(Date(kind, str(kind.label), due, basis_of(rule)))
            if kind == DutyKind.REPLY and role == AssignmentRole.LEAD:
                reply_due = due
        found[role.value] = rows
    return found


def _facts(task: Assignment, kind: DutyKind, at: datetime, reply_due: datetime | None) -> Facts:
    if not declared(kind).before_reply:
        return facts_of(task, kind, at)
    known = facts_of(task, DutyKind.REPLY, at)
    closes_on = session_closes_on(task, kind)
    return replace(known, session_closes_on=closes_on, reply_due_at=reply_due)


def loads(units: Collection[int], reader: Reader) -> dict[int, Load]:
    """Each unit's open tasks, and how many of its duties are overdue; one query."""
    late = overdue_at(reader.at)
    duties = visible(reader, Duty.objects.open().filter(unit__in=units))
    counted = duties.order_by().values_list("unit")
    rows = counted.annotate(
        tasks=Count("pk", filter=Q(kind__in=ANSWERS)), overdue=Count("pk", filter=late)
    )
    return {unit: Load(tasks, overdue) for unit, tasks, overdue in rows if unit is not None}


def dates_of_tasks(tasks: Collection[int], reader: Reader) -> dict[int, list[Date]]:
    """What is or was due on each task; one query."""
    rows = Duty.objects.filter(subject_kind=Assignment.kind, subject_id__in=tasks)
    found: dict[int, list[Date]] = defaultdict(list)
    for duty in visible(reader, rows).order_by("id"):
        found[duty.subject_id].append(
            Date(duty.kind, str(duty.get_kind_display()), duty.due_at, duty.basis)
        )
    return found
