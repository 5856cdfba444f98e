"""What a unit would owe by when if it got a proposal: dates before there are duties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from members.enums import ANSWERING_ROLES, AssignmentRole, DutyKind
from members.reader import Reader
from members.rules import Rules
from proposals.models import Assignment, Proposal
from proposals.models.assignment import duties_of_issue
from supervision import deadlines
from supervision.calendar import Calendar
from supervision.deadlines import Facts
from supervision.duty_kinds import declared
from supervision.facts import basis_of, facts_of, session_closes_on
from supervision.selectors import calendar_for


@dataclass(frozen=True)
class Expectation:
    """A kind of duty that would be opened, when it would be due, and by which rule."""

    kind: DutyKind
    due_at: datetime
    basis: str


def expectations(
    proposals: Sequence[Proposal], reader: Reader
) -> dict[int, dict[str, list[Expectation]]]:
    """Key of each proposal to role to what a unit in it would owe, were it issued now.

    The dates are those that issuing would set. No query but for the calendar, as long as the
    session of each proposal has been fetched with it.
    """
    calendar = calendar_for(reader)
    return {
        proposal.pk: _of(proposal, reader.rules(proposal.committee_id), reader.at, calendar)
        for proposal in proposals
    }


def _of(
    proposal: Proposal, rules: Rules, at: datetime, calendar: Calendar
) -> dict[str, list[Expectation]]:
    reply_due: datetime | None = None
    found: dict[str, list[Expectation]] = {}
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
            rows.append(Expectation(kind, due, basis_of(rule)))
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
