"""System checks of the kinds of duties, and of the lists that pages lead to."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from members.enums import DutyKind
from members.pages.worklist import WORKLISTS
from proposals.machine.subjects import ALL_SUBJECTS
from supervision.duty_kinds import DUTY_KINDS, PAUSABLE
from supervision.pages import dashboard, figures, session_end


@register
def duty_kinds(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each kind that a rulebook can name is declared once; steps stop only clocks that can stop."""
    return [*_undeclared(), *_stopped()]


@register
def lists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each list that figures, or groups of the end of a session, lead to is there."""
    named = {
        *(slug for slug, _asked in figures.LISTS.values()),
        *(slug for slug, _asked in dashboard.LISTS.values()),
        *(group.worklist for group in session_end.GROUPS),
    }
    return [
        Error(
            f"No list of work has the slug {slug!r}.",
            hint="Figures, or groups of the end of a session, lead to it.",
            id="supervision.E003",
        )
        for slug in sorted(named.difference(WORKLISTS))
    ]


def _undeclared() -> Iterator[CheckMessage]:
    times = Counter(declared.kind for declared in DUTY_KINDS)
    for kind in DutyKind:
        if times[kind] != 1:
            yield Error(
                f"DutyKind.{kind.name} is declared {times[kind]} times.",
                hint="Declare it once in supervision.duty_kinds.DUTY_KINDS.",
                id="supervision.E001",
            )


def _stopped() -> Iterator[CheckMessage]:
    for model in ALL_SUBJECTS:
        for step in model.all_steps().values():
            for kind in {*step.pauses, *step.resumes}.difference(PAUSABLE):
                yield Error(
                    f"{model.__name__}.{step.name} stops the clock of DutyKind.{kind.name}.",
                    hint="Declare the kind as pausable in supervision.duty_kinds.DUTY_KINDS.",
                    id="supervision.E002",
                )
