"""Whom a step on many would tell, counted before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from members.models import User
from proposals.audiences import Occasion, people
from proposals.machine.subject import Step, Subject


def told(subjects: Sequence[Subject], step: Step, by: User, day: date) -> dict[str, Any] | None:
    """Whom ``step`` on all ``subjects`` of one committee would tell; None: nobody by itself.

    ``count`` is how many people, each once; ``parts`` how many of each audience.
    """
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
    return {"count": len(everybody), "parts": parts}
