"""The form that assigns a proposal: its text, the units, what each would owe by when."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.enums import AssignmentRole
from members.models import Unit
from members.pages.forms import Field
from members.reader import Reader, reader_of
from proposals.due_dates import Expected, Load, due_dates
from proposals.machine.step import declared_step
from proposals.models import Proposal
from proposals.pages.assigning.letters import Letter, planned
from proposals.pages.assigning.meeting import gather
from proposals.pages.assigning.suggestions import Candidate, candidates, experienced
from proposals.pages.proposal import proposal_of
from proposals.pages.step_pages import StepPage
from proposals.pages.steps import StepForm
from proposals.permissions import require

BLANK = 2
"""How many rows for further units stand below the candidates."""

FROM_EXPERIENCE = 1000
"""The number of the first row that is fetched after the others."""

PREVIEW = "letters"
"""What the button for the preview sends where others ask for one more row."""


@dataclass
class AssignmentForm:
    """What the template of the form draws beside the fields of the form."""

    form: StepForm
    reader: Reader
    tells_dates: bool = True
    typed: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.typed = self.form.data or {}

    @property
    def proposal(self) -> Proposal:
        """The proposal that lies on it."""
        found: Any = self.form.subject
        return found

    @cached_property
    def candidates(self) -> list[Candidate]:
        """The units that it could go to, those with a role first."""
        rows = candidates([self.proposal], self._units, self.reader)
        found = rows[self.proposal.pk]
        for row in found:
            row.load = self._loads.get(row.unit.pk, Load())
        return sorted(found, key=lambda row: not row.role)

    @cached_property
    def _units(self) -> list[Unit]:
        units = Unit.objects.filter(committee=self.proposal.committee_id, is_active=True)
        return list(units.order_by("kind", "name"))

    @cached_property
    def _loads(self) -> dict[int, Load]:
        return due_dates().loads([unit.pk for unit in self._units], self.reader)

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Every unit, with what it has in hand."""
        return [{"unit": unit, "load": self._loads.get(unit.pk, Load())} for unit in self._units]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The candidates with their roles, as typed or as proposed, and rows for other units."""
        typed = {str(row.get("unit")): str(row.get("role", "")) for row in self._typed_units}
        begun = "units" in self.typed
        found: list[dict[str, Any]] = []
        for candidate in self.candidates:
            role = typed.pop(str(candidate.unit.pk), "") if begun else candidate.role
            found.append({"role": role, "candidate": candidate})
        found += [{"unit": unit, "role": role} for unit, role in typed.items()]
        found += [{} for _blank in range(BLANK + (self.form.more == "units"))]
        plain = {"role": "", "candidate": None, "unit": ""}
        return [{**plain, **row, "at": number} for number, row in enumerate(found)]

    @property
    def _typed_units(self) -> list[Mapping[str, Any]]:
        rows = self.typed.get("units", [])
        return [row for row in rows if isinstance(row, Mapping)]

    @property
    def fields(self) -> list[Field]:
        """The other fields of the form."""
        return [one for one in self.form.fields if one.name != "units"]

    @cached_property
    def _expected(self) -> tuple[Expected, Expected]:
        """By role, as urgent as it is typed; and as it would be otherwise."""
        as_typed, otherwise = copy(self.proposal), copy(self.proposal)
        as_typed.urgent, otherwise.urgent = self.is_urgent, not self.is_urgent
        otherwise.pk = 0  # asked about together, told apart by the key
        found = due_dates().expected([as_typed, otherwise], self.reader)
        return found.get(self.proposal.pk, {}), found.get(0, {})

    @cached_property
    def roles(self) -> list[dict[str, Any]]:
        """The roles to choose, with the dates that they bring."""
        return _roles(self._expected[0]) if self.tells_dates else _roles({})

    @property
    def roles_otherwise(self) -> list[dict[str, Any]]:
        """The same were it as urgent as it is not; nothing where that changes no date."""
        one, other = self._expected
        return _roles(other) if self.tells_dates and one != other else []

    @property
    def is_urgent(self) -> bool:
        """Whether the dates are those of an urgent one."""
        return bool(self.typed.get("urgent", self.proposal.urgent))

    @property
    def letters(self) -> list[Letter]:
        """The letters that would go out; none before they are asked for."""
        if self.form.more != PREVIEW:
            return []
        known = {str(unit.pk): unit for unit in self._units}
        rows = [(known.get(str(row.get("unit"))), row.get("role")) for row in self._typed_units]
        team = [(unit, str(role)) for unit, role in rows if unit and role in AssignmentRole]
        return planned(
            self.proposal,
            team,
            self._expected[0],
            government_leader=str(self.typed.get("government_leader", "")),
            note=str(self.typed.get("note", "")),
        )


def _roles(known: Expected) -> list[dict[str, Any]]:
    """Each role with the dates that it brings; the ``main`` one is of the answer or opinion."""
    found = []
    for role in AssignmentRole:
        dates = known.get(role, [])
        main = dates[-1] if dates else None
        found.append({"value": role.value, "label": role.label, "dates": dates, "main": main})
    return found


def assignment_form(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """Assign a proposal, or ask units before: text on one side, units on the other."""
    prefetch_related_objects([form.subject], "suggested_units", "suggestions")
    tells_dates = form.step is declared_step(Proposal.assign)
    return {
        "assigning": AssignmentForm(form, form.reader, tells_dates=tells_dates),
        "proposal": form.subject,
    }


@require_safe
def experience(request: HttpRequest, pk: int) -> HttpResponse:
    """Who handled the proposals most like this one: a part of the form, fetched by itself.

    ``known`` in the address are units that the form lists already.
    """
    reader = reader_of(request)
    proposal = proposal_of(request, pk)
    require(reader, declared_step(Proposal.pre_assign), proposal)
    known = set(request.GET.getlist("known"))
    found = experienced(proposal, reader)
    load_of = due_dates().loads([unit.pk for unit, _cases in found], reader)
    dated = due_dates().expected([proposal], reader).get(pk, {}) if "dates" in request.GET else {}
    context = {
        "rows": [
            {
                "at": FROM_EXPERIENCE + number,
                "known": str(unit.pk) in known,
                "load": load_of.get(unit.pk, Load()),
                "unit": unit,
                "cases": cases,
            }
            for number, (unit, cases) in enumerate(found)
        ],
        "assigning": {"roles": _roles(dated)},
    }
    return TemplateResponse(request, "proposals/assigning/_experience.html", context)


STEP_PAGES = tuple(
    StepPage(
        step,
        template="proposals/assigning/assignment_form.html",
        context=assignment_form,
        # The template draws the units itself, with the open tasks of each.
        choices={"units.unit": lambda _subject, _reader: []},
        full_page=True,
        bulk=bulk,
    )
    for step, bulk in ((Proposal.assign, gather), (Proposal.pre_assign, None))
)
