"""Units are asked, get their tasks, sign, and some object."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from demo.api_user import Receipt
from demo.case import Case
from demo.letters import Note
from demo.people import People
from demo.scenario import REASSIGNED, Path
from members.enums import Role


def ask_first(case: Case, at: datetime) -> None:
    """Pre-assignment: the unit that is asked accepts, or says whose it is."""
    plan, people = case.plan, case.people
    officer = people.office(Role.ASSIGNING_OFFICER)
    objecting = plan.on(Path.PRE_ASSIGNMENT_OBJECTED)
    asked = _rows(case, first=plan.other_unit) if objecting else _rows(case)
    receipt = officer.post(f"{case.path}/pre-assign/", at, units=asked)
    names = [unit.name for row in asked for unit in [_unit_of(people, row["unit"])]]
    for name, number in zip(names, receipt.ids("preassignment", "ask"), strict=True):
        path, moment = f"pre-assignments/{number}", case.later(at, 0, 1)
        if objecting and name == plan.other_unit:
            people.liaison(name).post(
                f"{path}/object/",
                moment,
                reason=case.write(Note.OBJECTION, unit=name, other=plan.tasks[0].unit),
                suggested_unit=people.units[plan.tasks[0].unit].pk,
            )
        else:
            people.liaison(name).post(f"{path}/accept/", moment)


def assign_batches(cases: Iterable[Case], people: People, at: datetime) -> None:
    """The assignment meeting: long lists, each in one act."""
    listed = [case for case in cases if case.plan.batch is not None]
    listed.sort(key=lambda case: case.plan.batch or 0)
    officer = people.office(Role.ASSIGNING_OFFICER)
    for number, group in groupby(listed, key=lambda case: case.plan.batch or 0):
        batch = list(group)
        receipt = officer.post(
            "assignment-batches/issue/",
            at,
            committee=people.committee.pk,
            name=f"提案交办会第{number}批",
            document_number=f"交办〔{at.year}〕{number}号",
            items=[{"proposal": case.id, **_order(case)} for case in batch],
        )
        _note_tasks(batch, receipt, at)


def assign_singly(case: Case, at: datetime) -> None:
    """As they come, and the urgent ones at once."""
    officer = case.people.office(Role.ASSIGNING_OFFICER)
    receipt = officer.post(f"{case.path}/assign/", at, **_order(case))
    names = [task["unit"] for task in _order(case)["units"]]
    for unit, number in zip(names, receipt.ids("assignment", "issue"), strict=True):
        case.tasks[_unit_of(case.people, unit).name] = number
    case.assigned_at = at


def settle_returns(case: Case) -> None:
    """Units that think a task is another's say so in time; the levels decide."""
    plan = case.plan
    if plan.on(*REASSIGNED):
        _granted(case)
    elif plan.on(Path.RETURN_REFUSED, Path.RETURN_LEADER):
        _refused(case)


def ask_too_late(case: Case, at: datetime) -> None:
    """A return that is asked for after the window is refused by the rules themselves."""
    own = case.plan.tasks[0].unit
    case.people.liaison(own).refused(
        f"assignments/{case.tasks[own]}/request-return/", at, 409, **return_request(case, own)
    )


def acknowledge(case: Case) -> None:
    """Every unit signs for its task."""
    for task in case.plan.tasks:
        sign_for(case, task.unit, case.later(case.assigned_at, 0, 2))


def sign_for(case: Case, unit: str, at: datetime) -> None:
    """A unit signs for its task."""
    case.people.liaison(unit).post(f"assignments/{case.tasks[unit]}/acknowledge/", at)


def _rows(case: Case, *, first: str = "") -> list[dict[str, Any]]:
    """The tasks as input; ``first`` stands in for the first unit."""
    units = case.people.units
    names = [first or case.plan.tasks[0].unit, *(task.unit for task in case.plan.tasks[1:])]
    return [
        {"unit": units[name].pk, "role": task.role.value}
        for name, task in zip(names, case.plan.tasks, strict=True)
    ]


def _order(case: Case) -> dict[str, Any]:
    first = case.plan.other_unit if case.plan.on(*REASSIGNED) else ""
    return {"units": _rows(case, first=first), "urgent": case.plan.on(Path.URGENT)}


def _unit_of(people: People, key: int) -> Any:
    return next(unit for unit in people.units.values() if unit.pk == key)


def _note_tasks(batch: list[Case], receipt: Receipt, at: datetime) -> None:
    """Match the issued tasks with their units: they come in the order of the list."""
    issued = iter(receipt.ids("assignment", "issue"))
    for case in batch:
        for row in _order(case)["units"]:
            case.tasks[_unit_of(case.people, row["unit"]).name] = next(issued)
        case.assigned_at = at


def return_request(case: Case, unit: str, note: Note = Note.WEAK_RETURN_REASON) -> dict[str, Any]:
    """What a unit writes that thinks a task is another's."""
    plan = case.plan
    other = plan.tasks[0].unit if unit == plan.other_unit else plan.other_unit
    return {
        "reason": case.write(note, unit=unit, other=other),
        "suggested_unit": case.people.units[other].pk,
        "signed_by": case.people.signatory(unit).user.name,
    }


def _granted(case: Case) -> None:
    plan, people = case.plan, case.people
    wrong, right = plan.other_unit, plan.tasks[0].unit
    officer = people.office(Role.ASSIGNING_OFFICER)
    at = case.assigned_at + timedelta(hours=2)
    request = people.liaison(wrong).post(
        f"assignments/{case.tasks.pop(wrong)}/request-return/",
        at,
        **return_request(case, wrong, Note.RETURN_REASON),
    )
    (number,) = request.ids("returnrequest", "lodge")
    if plan.on(Path.RETURN_COORDINATION):
        note = case.write(Note.COORDINATION, unit=wrong, other=right)
        officer.post(f"return-requests/{number}/escalate/", case.later(at, 1, 2), note=note)
    decided_at = case.later(at, 3, 4)
    receipt = officer.post(
        f"return-requests/{number}/grant/",
        decided_at,
        note=case.write(Note.RETURN_GRANTED, unit=wrong, other=right),
    )
    (case.tasks[right],) = receipt.ids("assignment", "issue")
    case.assigned_at = decided_at


def _refused(case: Case) -> None:
    own = case.plan.tasks[0].unit
    officer = case.people.office(Role.ASSIGNING_OFFICER)
    at = case.assigned_at + timedelta(hours=3)
    request = case.people.liaison(own).post(
        f"assignments/{case.tasks[own]}/request-return/", at, **return_request(case, own)
    )
    (number,) = request.ids("returnrequest", "lodge")
    path = f"return-requests/{number}"
    if case.plan.on(Path.RETURN_LEADER):
        for day, kind in ((1, Note.COORDINATION), (2, Note.COORDINATION)):
            note = case.write(kind, unit=own, other=case.plan.other_unit)
            officer.post(f"{path}/escalate/", case.later(at, day, day), note=note)
    kind = Note.LEADER if case.plan.on(Path.RETURN_LEADER) else Note.RETURN_REFUSED
    reason = case.write(kind, unit=own, other=case.plan.other_unit)
    officer.post(f"{path}/refuse/", case.later(at, 3, 4), reason=reason)
