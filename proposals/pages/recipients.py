"""Whom a step on many would tell, counted before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django_stubs_ext import StrOrPromise

from members.models import User
from proposals.audiences import Occasion, people
from proposals.machine.subject import Step, Subject


@dataclass(frozen=True)
class Told:
    """How many people would get a notice, each once; and how many of each audience."""

    count: int
    parts: Sequence[tuple[StrOrPromise, int]]


def told(subjects: Sequence[Subject], step: Step, by: User, day: date) -> Told | None:
    """Whom ``step`` on all ``subjects`` of one committee would tell; None: nobody by itself."""
    if not step.tells or not subjects:
        return None
    occasion = Occasion(subjects, day)
    everybody: set[int] = set()
    parts = []
    for audience in step.tells:
        found = people([audience], occasion) - {by.pk}
        everybody |= found
        if found:
            parts.append((audience.label, len(found)))
    return Told(len(everybody), parts)
