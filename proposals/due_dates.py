"""What proposals ask about dates; supervision, which keeps them, answers."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from members.provided import Provided
from members.reader import Reader
from proposals.machine.subject import Subject
from proposals.models import Assignment, Proposal


@dataclass(frozen=True)
class Due:
    """Until when something is owed, as ``proposals/_due.html`` draws it.

    ``days`` are working days left, negative when late; ``tone`` is one of late, soon, near,
    far, paused.
    """

    due_at: datetime
    days: int
    tone: str


@dataclass(frozen=True)
class Clock(Due):
    """What is owed next on a proposal, as far as the reader is told.

    ``words`` is the line "now with …, day 12 of 60, waiting for …".
    """

    words: str


@dataclass(frozen=True)
class Date:
    """Something that is due: what (a kind of duty, and in words), when, and by which rule."""

    kind: str
    label: str
    due_at: datetime
    basis: str = ""


@dataclass(frozen=True)
class Load:
    """What a unit has in hand: tasks to answer, and how many of all it owes are late."""

    open: int = 0
    late: int = 0


Expected = dict[str, list[Date]]
"""Role to what a unit in it would owe by when."""


def _nothing(*_asked: Any) -> dict[int, Any]:
    return {}


@dataclass(frozen=True)
class DueDates:
    """The answers about dates, each as far as the reader may know; by default there are none.

    ``overdue`` finds the proposals with an overdue duty. ``sign_by`` is the date by which a task
    must be signed for. ``clocks`` gives what is owed next on each proposal, and ``dates_on``
    until when something is owed on subjects of one kind, both by their keys. ``expected`` is
    what each role would owe by when, were the proposals assigned at the reader's moment, each as
    urgent as it says. ``loads`` are those of units, and ``dates_of_tasks`` what is or was due on
    each task, by their keys. Each takes as many queries for one as for all.
    """

    overdue: Callable[[Reader], Q] = lambda _reader: Q(pk__in=[])
    sign_by: Callable[[Assignment], datetime | None] = lambda _task: None
    clocks: Callable[[Sequence[Proposal], Reader], dict[int, Clock]] = _nothing
    dates_on: Callable[[type[Subject], Collection[int], Reader], dict[int, Due]] = _nothing
    expected: Callable[[Sequence[Proposal], Reader], dict[int, Expected]] = _nothing
    loads: Callable[[Collection[int], Reader], dict[int, Load]] = _nothing
    dates_of_tasks: Callable[[Collection[int], Reader], dict[int, list[Date]]] = _nothing


PROVIDED = Provided(DueDates())
"""Supervision gives its answers here; without them pages simply say less."""


def due_dates() -> DueDates:
    """The answers of the application that keeps the dates."""
    return PROVIDED.current


def due_on(subject: Subject, reader: Reader) -> Due | None:
    """Until when something is owed on a subject, as far as the reader sees it."""
    return due_dates().dates_on(type(subject), [subject.pk], reader).get(subject.pk)


def add_due_dates(model: type[Subject], rows: Sequence[Any], reader: Reader) -> None:
    """Give each row of one kind until when something is owed on it (``due``), or None."""
    found = due_dates().dates_on(model, [row.pk for row in rows], reader)
    for row in rows:
        row.due = found.get(row.pk)
