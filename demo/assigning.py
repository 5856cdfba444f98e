"""Pre-assignment, assignment, signing for tasks, and objections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from demo.api_user import Receipt
from demo.case import Case
from demo.engine import Script
from demo.letters import Note
from demo.people import People
from demo.scenario import REASSIGNED, Deviation
from members.enums import Role


def ask_first(case: Case, start: datetime) -> Script:
    """Pre-assign: the unit accepts, or says which unit is responsible."""
    wrong = case.plan.other_unit if case.plan.has(Deviation.PRE_ASSIGNMENT_OBJECTED) else ""
    yield case.until(case.later(start, 0, 1))
    asked = pre_assign(case, first=wrong)
    for name, number in asked.items():
        yield case.until(case.later(case.at, 0, 1))
        answer(case, name, number, instead=case.unit if name == wrong else "")


def pre_assign(case: Case, first: str = "") -> dict[str, int]:
    """Ask the units whether it is theirs; returns the key of each unit's answer to be."""
    rows = _rows(case, first=first)
    officer = case.people.office(Role.ASSIGNING_OFFICER)
    receipt = officer.post(f"{case.path}/pre-assign/", case.at, units=rows)
    names = [_unit_of(case.people, row["unit"]).name for row in rows]
    return dict(zip(names, receipt.ids("preassignment", "ask"), strict=True))


def answer(case: Case, unit: str, number: int, instead: str = "") -> None:
    """A unit that was asked accepts, or objects and names the unit whose it is ``instead``."""
    liaison, path = case.people.liaison(unit), f"pre-assignments/{number}"
    if not instead:
        liaison.post(f"{path}/accept/", case.at)
        return
    reason = case.write(Note.OBJECTION, unit=unit, other=instead)
    other = case.people.units[instead].pk
    liaison.post(f"{path}/object/", case.at, reason=reason, suggested_unit=other)


def assign_batches(cases: Iterable[Case], people: People, at: datetime) -> None:
    """The assignment meeting: long lists, each assigned in one step."""
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
    case.assigned_at = case.until(at)


def settle_returns(case: Case) -> Script:
    """Units that think a task is another's say so in time; the levels decide."""
    if case.plan.has(*REASSIGNED):
        yield from _granted(case)
    elif case.plan.has(Deviation.RETURN_REFUSED, Deviation.RETURN_LEADER):
        yield from _refused(case)


def ask_too_late(case: Case) -> Script:
    """A return that is asked for after the window is refused by the rules themselves."""
    if case.plan.has(Deviation.RETURN_LATE):
        at = case.later(case.assigned_at, 15, 18)
        yield at
        path = f"assignments/{case.tasks[case.unit]}/request-return/"
        request = return_request(case, case.unit)
        case.people.liaison(case.unit).refused(path, at, 409, **request)


def acknowledge(case: Case) -> Script:
    """Every unit signs for its task."""
    moments = sorted(case.later(case.assigned_at, 0, 2) for _task in case.plan.tasks)
    for task, at in zip(case.plan.tasks, moments, strict=True):
        yield case.until(at)
        sign_for(case, task.unit, case.at)


def sign_for(case: Case, unit: str, at: datetime) -> None:
    """A unit signs for its task."""
    case.people.liaison(unit).post(f"assignments/{case.tasks[unit]}/acknowledge/", at)


def _rows(case: Case, *, first: str = "") -> list[dict[str, Any]]:
    """The tasks as input; ``first`` stands in for the first unit."""
    units = case.people.units
    names = [first or case.unit, *(task.unit for task in case.plan.tasks[1:])]
    return [
        {"unit": units[name].pk, "role": task.role.value}
        for name, task in zip(names, case.plan.tasks, strict=True)
    ]


def _order(case: Case) -> dict[str, Any]:
    first = case.plan.other_unit if case.plan.has(*REASSIGNED) else ""
    return {"units": _rows(case, first=first), "urgent": case.plan.has(Deviation.URGENT)}


def _unit_of(people: People, key: int) -> Any:
    return next(unit for unit in people.units.values() if unit.pk == key)


def _note_tasks(batch: list[Case], receipt: Receipt, at: datetime) -> None:
    """Match the issued tasks with their units: they come in the order of the list."""
    issued = iter(receipt.ids("assignment", "issue"))
    for case in batch:
        for row in _order(case)["units"]:
            case.tasks[_unit_of(case.people, row["unit"]).name] = next(issued)
        case.assigned_at = case.until(at)


def return_request(case: Case, unit: str, note: Note = Note.WEAK_RETURN_REASON) -> dict[str, Any]:
    """What a unit writes that thinks a task is another's."""
    plan = case.plan
    other = plan.tasks[0].unit if unit == plan.other_unit else plan.other_unit
    return {
        "reason": case.write(note, unit=unit, other=other),
        "suggested_unit": case.people.units[other].pk,
        "signed_by": case.people.signatory(unit).user.name,
    }


def request_return(case: Case, unit: str, note: Note = Note.WEAK_RETURN_REASON) -> str:
    """A unit asks that its task be another's; returns the address of the request."""
    receipt = case.people.liaison(unit).post(
        f"assignments/{case.tasks[unit]}/request-return/",
        case.at,
        **return_request(case, unit, note),
    )
    (number,) = receipt.ids("returnrequest", "lodge")
    return f"return-requests/{number}"


def escalate(case: Case, path: str, unit: str, other: str) -> None:
    """The office leaves it to the next level to decide."""
    note = case.write(Note.COORDINATION, unit=unit, other=other)
    case.people.office(Role.ASSIGNING_OFFICER).post(f"{path}/escalate/", case.at, note=note)


def _granted(case: Case) -> Script:
    wrong, right = case.plan.other_unit, case.unit
    yield case.until(case.assigned_at + timedelta(hours=2))
    asked_at = case.at
    path = request_return(case, wrong, Note.RETURN_REASON)
    del case.tasks[wrong]
    if case.plan.has(Deviation.RETURN_COORDINATION):
        yield case.until(case.later(asked_at, 1, 2))
        escalate(case, path, wrong, right)
    yield case.until(case.later(asked_at, 3, 4))
    receipt = case.people.office(Role.ASSIGNING_OFFICER).post(
        f"{path}/grant/",
        case.at,
        note=case.write(Note.RETURN_GRANTED, unit=wrong, other=right),
    )
    (case.tasks[right],) = receipt.ids("assignment", "issue")
    case.assigned_at = case.at


def _refused(case: Case) -> Script:
    own, other = case.unit, case.plan.other_unit
    to_leader = case.plan.has(Deviation.RETURN_LEADER)
    yield case.until(case.assigned_at + timedelta(hours=3))
    asked_at = case.at
    path = request_return(case, own)
    for day in (1, 2) if to_leader else ():
        yield case.until(case.later(asked_at, day, day))
        escalate(case, path, own, other)
    yield case.until(case.later(asked_at, 3, 4))
    kind = Note.LEADER if to_leader else Note.RETURN_REFUSED
    reason = case.write(kind, unit=own, other=other)
    case.people.office(Role.ASSIGNING_OFFICER).post(f"{path}/refuse/", case.at, reason=reason)
