"""Third act of a played year: units are asked, get their tasks, sign, and some object."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from demo.caller import Receipt
from demo.company import Company
from demo.letters import Note
from demo.scenario import REASSIGNED, Path
from demo.story import Story
from members.enums import Role


def ask_first(story: Story, at: datetime) -> None:
    """Pre-assignment: the unit that is asked accepts, or says whose it is."""
    life, company = story.life, story.company
    officer = company.office(Role.ASSIGNING_OFFICER)
    objecting = life.on(Path.PRE_ASSIGNMENT_OBJECTED)
    asked = _rows(story, first=life.other_unit) if objecting else _rows(story)
    receipt = officer.post(f"{story.path}/pre-assign/", at, units=asked)
    names = [unit.name for row in asked for unit in [_unit_of(company, row["unit"])]]
    for name, number in zip(names, receipt.ids("preassignment", "ask"), strict=True):
        path, moment = f"pre-assignments/{number}", story.later(at, 0, 1)
        if objecting and name == life.other_unit:
            company.liaison(name).post(
                f"{path}/object/",
                moment,
                reason=story.write(Note.OBJECTION, unit=name, other=life.tasks[0].unit),
                suggested_unit=company.units[life.tasks[0].unit].pk,
            )
        else:
            company.liaison(name).post(f"{path}/accept/", moment)


def assign_batches(stories: Iterable[Story], company: Company, at: datetime) -> None:
    """The assignment meeting: long lists, each in one act."""
    listed = [story for story in stories if story.life.batch is not None]
    listed.sort(key=lambda story: story.life.batch or 0)
    officer = company.office(Role.ASSIGNING_OFFICER)
    for number, group in groupby(listed, key=lambda story: story.life.batch or 0):
        batch = list(group)
        receipt = officer.post(
            "assignment-batches/issue/",
            at,
            committee=company.committee.pk,
            name=f"提案交办会第{number}批",
            document_number=f"交办〔{at.year}〕{number}号",
            items=[{"proposal": story.id, **_order(story)} for story in batch],
        )
        _note_tasks(batch, receipt, at)


def assign_singly(story: Story, at: datetime) -> None:
    """As they come, and the urgent ones at once."""
    officer = story.company.office(Role.ASSIGNING_OFFICER)
    receipt = officer.post(f"{story.path}/assign/", at, **_order(story))
    names = [task["unit"] for task in _order(story)["units"]]
    for unit, number in zip(names, receipt.ids("assignment", "issue"), strict=True):
        story.tasks[_unit_of(story.company, unit).name] = number
    story.assigned_at = at


def settle_returns(story: Story) -> None:
    """Units that think a task is another's say so in time; the levels decide."""
    life = story.life
    if life.on(*REASSIGNED):
        _granted(story)
    elif life.on(Path.RETURN_REFUSED, Path.RETURN_LEADER):
        _refused(story)


def ask_too_late(story: Story, at: datetime) -> None:
    """A return that is asked for after the window is refused by the rules themselves."""
    own = story.life.tasks[0].unit
    story.company.liaison(own).refused(
        f"assignments/{story.tasks[own]}/request-return/", at, 409, **return_request(story, own)
    )


def acknowledge(story: Story) -> None:
    """Every unit signs for its task."""
    for task in story.life.tasks:
        sign_for(story, task.unit, story.later(story.assigned_at, 0, 2))


def sign_for(story: Story, unit: str, at: datetime) -> None:
    """A unit signs for its task."""
    story.company.liaison(unit).post(f"assignments/{story.tasks[unit]}/acknowledge/", at)


def _rows(story: Story, *, first: str = "") -> list[dict[str, Any]]:
    """The tasks as input; ``first`` stands in for the first unit."""
    units = story.company.units
    names = [first or story.life.tasks[0].unit, *(task.unit for task in story.life.tasks[1:])]
    return [
        {"unit": units[name].pk, "role": task.role.value}
        for name, task in zip(names, story.life.tasks, strict=True)
    ]


def _order(story: Story) -> dict[str, Any]:
    first = story.life.other_unit if story.life.on(*REASSIGNED) else ""
    return {"units": _rows(story, first=first), "urgent": story.life.on(Path.URGENT)}


def _unit_of(company: Company, key: int) -> Any:
    return next(unit for unit in company.units.values() if unit.pk == key)


def _note_tasks(batch: list[Story], receipt: Receipt, at: datetime) -> None:
    """Match the issued tasks with their units: they come in the order of the list."""
    issued = iter(receipt.ids("assignment", "issue"))
    for story in batch:
        for row in _order(story)["units"]:
            story.tasks[_unit_of(story.company, row["unit"]).name] = next(issued)
        story.assigned_at = at


def return_request(story: Story, unit: str, note: Note = Note.WEAK_RETURN_REASON) -> dict[str, Any]:
    """What a unit writes that thinks a task is another's."""
    life = story.life
    other = life.tasks[0].unit if unit == life.other_unit else life.other_unit
    return {
        "reason": story.write(note, unit=unit, other=other),
        "suggested_unit": story.company.units[other].pk,
        "signed_by": story.company.signatory(unit).user.name,
    }


def _granted(story: Story) -> None:
    life, company = story.life, story.company
    wrong, right = life.other_unit, life.tasks[0].unit
    officer = company.office(Role.ASSIGNING_OFFICER)
    at = story.assigned_at + timedelta(hours=2)
    request = company.liaison(wrong).post(
        f"assignments/{story.tasks.pop(wrong)}/request-return/",
        at,
        **return_request(story, wrong, Note.RETURN_REASON),
    )
    (number,) = request.ids("returnrequest", "lodge")
    if life.on(Path.RETURN_COORDINATION):
        note = story.write(Note.COORDINATION, unit=wrong, other=right)
        officer.post(f"return-requests/{number}/escalate/", story.later(at, 1, 2), note=note)
    decided_at = story.later(at, 3, 4)
    receipt = officer.post(
        f"return-requests/{number}/grant/",
        decided_at,
        note=story.write(Note.RETURN_GRANTED, unit=wrong, other=right),
    )
    (story.tasks[right],) = receipt.ids("assignment", "issue")
    story.assigned_at = decided_at


def _refused(story: Story) -> None:
    own = story.life.tasks[0].unit
    officer = story.company.office(Role.ASSIGNING_OFFICER)
    at = story.assigned_at + timedelta(hours=3)
    request = story.company.liaison(own).post(
        f"assignments/{story.tasks[own]}/request-return/", at, **return_request(story, own)
    )
    (number,) = request.ids("returnrequest", "lodge")
    path = f"return-requests/{number}"
    if story.life.on(Path.RETURN_LEADER):
        for day, kind in ((1, Note.COORDINATION), (2, Note.COORDINATION)):
            note = story.write(kind, unit=own, other=story.life.other_unit)
            officer.post(f"{path}/escalate/", story.later(at, day, day), note=note)
    kind = Note.LEADER if story.life.on(Path.RETURN_LEADER) else Note.RETURN_REFUSED
    reason = story.write(kind, unit=own, other=story.life.other_unit)
    officer.post(f"{path}/refuse/", story.later(at, 3, 4), reason=reason)
