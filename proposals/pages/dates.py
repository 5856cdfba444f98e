"""What the pages of assigning ask about time: what a unit would owe by when, and what it owes now.

Supervision, with the dates, answers; without it these pages simply say less.
"""

from collections import ChainMap
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from members.reader import Reader
from proposals.models import Assignment, Proposal


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

EXPECTED: list[Callable[[Sequence[Proposal], Reader], dict[int, Expected]]] = []
"""From proposals that would be assigned at the reader's moment, each as urgent as it says."""

LOADS: list[Callable[[Collection[int], Reader], dict[int, Load]]] = []
"""Keys of units to their loads, as far as the reader may know."""

OWED: list[Callable[[Collection[int], Reader], dict[int, list[Date]]]] = []
"""Keys of tasks to their dates, as far as the reader may know."""


def expected(proposals: Sequence[Proposal], reader: Reader) -> dict[int, Expected]:
    """What each role would owe by when, for each proposal, were it assigned now."""
    return dict(ChainMap(*(tell(proposals, reader) for tell in EXPECTED)))


def loads(units: Collection[int], reader: Reader) -> dict[int, Load]:
    """The loads of units, as many queries for one as for all."""
    return dict(ChainMap(*(tell(units, reader) for tell in LOADS)))


def owed(tasks: Collection[Assignment], reader: Reader) -> dict[int, list[Date]]:
    """What is or was due on each of the tasks."""
    keys = [task.pk for task in tasks]
    return dict(ChainMap(*(tell(keys, reader) for tell in OWED)))
