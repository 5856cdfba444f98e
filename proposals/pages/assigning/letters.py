"""The letter that assigns proposals to a unit (交办通知), to be read and printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from members.enums import AssignmentRole
from members.models import Committee, Unit
from members.reader import Reader
from proposals.due_dates import Date, Expected, due_dates
from proposals.models import Assignment, AssignmentBatch, Proposal


@dataclass
class Letter:
    """A letter to one unit."""

    committee: Committee
    unit: Unit
    on: date | None
    number: str = ""
    name: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)


Team = Sequence[tuple[Unit, str]]
"""The units of a proposal with their roles."""


def _item(
    proposal: Proposal, team: Team, role: str, due: Sequence[Date], **more: Any
) -> dict[str, Any]:
    """A line of a letter: the proposal, how the unit takes part, who else does, and the dates."""

    def those(*roles: str) -> list[Unit]:
        return [unit for unit, role in team if role in roles]

    return {
        "proposal": proposal,
        "role_name": AssignmentRole(role).label,
        "leads": those(AssignmentRole.SOLE, AssignmentRole.LEAD),
        "assists": those(AssignmentRole.ASSIST),
        "separate": those(AssignmentRole.SEPARATE),
        "dates": due,
        **more,
    }


def planned(proposal: Proposal, team: Team, expected: Expected, **more: Any) -> list[Letter]:
    """The letters that would go out if the proposal were assigned so."""
    return [
        Letter(
            proposal.committee,
            unit,
            None,
            items=[_item(proposal, team, role, expected.get(role, []), **more)],
        )
        for unit, role in team
    ]


def issued(
    tasks: Iterable[Assignment], reader: Reader, batch: AssignmentBatch | None = None
) -> list[Letter]:
    """The letters for tasks that have been issued, one a unit, with the dates that they have.

    ``tasks`` come with unit and proposal, all that each proposal has; two queries.
    """
    rows = list(tasks)
    due = due_dates().dates_of_tasks([task.pk for task in rows], reader)
    teams: dict[int, list[tuple[Unit, str]]] = {}
    for task in rows:
        teams.setdefault(task.proposal_id, []).append((task.unit, task.role))
    letters: dict[int, Letter] = {}
    for task in rows:
        proposal = task.proposal
        letter = letters.get(task.unit_id)
        if letter is None:
            letter = letters[task.unit_id] = Letter(
                proposal.committee,
                task.unit,
                batch.held_on if batch else _day(task.issued_at),
                number=batch.document_number if batch else "",
                name=batch.name if batch else "",
            )
        leader = proposal.government_leader
        team = teams[task.proposal_id]
        found = _item(proposal, team, task.role, due.get(task.pk, []), government_leader=leader)
        letter.items.append(found)
    return sorted(letters.values(), key=lambda letter: letter.unit.name)


def _day(moment: datetime | None) -> date | None:
    return localdate(moment) if moment else None
