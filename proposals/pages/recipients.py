"""Whom a step on many would tell, counted before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from members.models import User
from proposals.machine.subject import Step, Subject
from proposals.notices import AUDIENCES

LABELS: dict[str, StrOrPromise] = {
    "addressee": _("收到征询或邀请的人"),
    "assigners": _("交办单位"),
    "lead": _("第一提案人"),
    "lead_unit": _("主办单位"),
    "office": _("提案委办公室"),
    "proposers": _("提案者"),
    "unit": _("承办单位"),
    "units": _("承办单位"),
}
"""Audiences in words."""

TOGETHER = frozenset({"proposers", "units"})
"""Audiences that are found for many proposals at once."""

SAME = frozenset({"assigners", "office"})
"""Audiences that are the same for everything of a committee."""


@dataclass(frozen=True)
class Told:
    """How many people would get a notice, each once; and how many of each audience."""

    count: int
    parts: Sequence[tuple[StrOrPromise, int]]


def told(subjects: Sequence[Subject], step: Step, by: User, day: date) -> Told | None:
    """Whom ``step`` on all ``subjects`` of one committee would tell; None: nobody by itself."""
    if not step.tells or not subjects:
        return None
    everybody: set[int] = set()
    parts = []
    for name in step.tells:
        people = _audience(name, subjects, day) - {by.pk}
        everybody |= people
        if people:
            parts.append((LABELS[name], len(people)))
    return Told(len(everybody), parts)


def _audience(name: str, subjects: Sequence[Subject], day: date) -> set[int]:
    first, *others = subjects
    if name in TOGETHER:
        return set(AUDIENCES[name](first, day, [row.root for row in others]))
    some = [first] if name in SAME else subjects
    return {user for row in some for user in AUDIENCES[name](row, day, ())}
