"""Which units a proposal could go to, and why: what proposers, reviewers and units said, and who
handled the proposals most like it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from members.enums import AssignmentRole
from members.models import Unit
from members.reader import Reader
from members.visibility import visible
from proposals.due_dates import Load
from proposals.enums import PreAssignmentState
from proposals.matching.similar import similar
from proposals.matching.sources import text_of
from proposals.models import Assignment, PreAssignment, Proposal, ReviewOpinion

ALIKE = 6
"""How many similar proposals are looked at."""

ALIKE_ENOUGH = 0.12
"""The likeness from which it matters who handled a proposal."""


@dataclass
class Candidate:
    """A unit that a proposal could go to, with the reasons and its initial role."""

    unit: Unit
    role: str = ""
    reasons: list[str] = field(default_factory=list)
    load: Load = field(default_factory=Load)


Candidates = dict[int, Candidate]
"""Key of the unit to the candidate."""


def candidates(
    proposals: Sequence[Proposal], units: Iterable[Unit], reader: Reader
) -> dict[int, list[Candidate]]:
    """Key of each proposal to its candidates, as proposers, reviewers and units named them.

    Their roles are those of the pre-assignment, else of the last review, else as the proposer
    suggests. As many queries for one as for all; ``proposals`` come with ``suggested_units``,
    and ``units`` are those that can be given one.
    """
    active = {unit.pk: unit for unit in units}
    found: dict[int, Candidates] = {row.pk: {} for row in proposals}
    keys = [row.pk for row in proposals]
    asked = visible(reader, PreAssignment.objects.filter(proposal__in=keys))
    for row in asked.select_related("unit", "suggested_unit").order_by("id"):
        if row.state != PreAssignmentState.SETTLED:
            _add_answer(found[row.proposal_id], row)
    opinions = ReviewOpinion.objects.filter(proposal__in=keys).order_by("-id")
    for opinion in opinions:
        _add_opinion(found[opinion.proposal_id], opinion, active)
    for proposal in proposals:
        _add_wishes(found[proposal.pk], proposal)
    return {key: list(rows.values()) for key, rows in found.items()}


def _has_roles(rows: Candidates) -> bool:
    return any(row.role for row in rows.values())


def _of(rows: Candidates, unit: Unit) -> Candidate:
    return rows.setdefault(unit.pk, Candidate(unit))


def _add_answer(rows: Candidates, asked: PreAssignment) -> None:
    candidate = _of(rows, asked.unit)
    if asked.state != PreAssignmentState.OBJECTED:
        candidate.role = asked.role
        candidate.reasons.append(_("预交办：%(state)s") % {"state": asked.get_state_display()})
        return
    candidate.reasons.append(_("预交办：提出异议（%(why)s）") % {"why": asked.answer[:80]})
    if asked.suggested_unit is not None:
        instead = _of(rows, asked.suggested_unit)
        instead.role = instead.role or asked.role
        instead.reasons.append(_("%(unit)s认为应由其承办") % {"unit": asked.unit})


def _add_opinion(rows: Candidates, opinion: ReviewOpinion, units: dict[int, Unit]) -> None:
    takes_roles = not _has_roles(rows)
    for named in opinion.units:
        if (unit := units.get(named["unit"])) is not None:
            candidate = _of(rows, unit)
            if takes_roles:
                candidate.role = named["role"]
            role = AssignmentRole(named["role"]).label
            reason = _("%(round)s建议%(role)s") % {"round": opinion.round_name, "role": role}
            if reason not in candidate.reasons:
                candidate.reasons.append(reason)


def _add_wishes(rows: Candidates, proposal: Proposal) -> None:
    wished = [unit for unit in proposal.suggested_units.all() if unit.is_active]
    takes_roles = not _has_roles(rows)
    first = AssignmentRole.SOLE if len(wished) == 1 else AssignmentRole.LEAD
    for number, unit in enumerate(wished):
        candidate = _of(rows, unit)
        if takes_roles:
            candidate.role = AssignmentRole.ASSIST if number else first
        candidate.reasons.append(_("提案者建议"))


def experienced(proposal: Proposal, reader: Reader) -> list[tuple[Unit, list[str]]]:
    """The units that handled the proposals most like this one, with the numbers of those.

    Who handled most of them stands first.
    """
    alike = similar(
        text_of(proposal),
        committee=proposal.committee,
        reader=reader,
        limit=ALIKE,
        of=proposal,
        above=ALIKE_ENOUGH,
    )
    own = [row.proposal for row in alike if row.proposal.committee_id == proposal.committee_id]
    order = {row.pk: place for place, row in enumerate(own)}
    tasks = Assignment.objects.answering().filter(proposal__in=order, unit__is_active=True)
    seen = visible(reader, tasks.select_related("unit"))
    cases: dict[int, list[str]] = defaultdict(list)
    units: dict[int, Unit] = {}
    for task in sorted(seen, key=lambda task: order[task.proposal_id]):
        units.setdefault(task.unit_id, task.unit)
        cases[task.unit_id].append(own[order[task.proposal_id]].case_no)
    found = [(unit, cases[key]) for key, unit in units.items()]
    return sorted(found, key=lambda pair: -len(pair[1]))
