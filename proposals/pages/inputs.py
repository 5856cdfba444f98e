"""How the fields of a proposal's life look in a form, and what can be chosen in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from members.pages.forms import Choice, Choices, choices_of, kind_of
from members.reader import Reader
from proposals.inputs.fields import RulebookCode
from proposals.machine.subject import Step, Subject

Offered = Callable[[Any, Reader], list[Choice]]
"""Choices for a field, for a subject and a reader."""

Filled = Callable[[Any], Mapping[str, Any]]
"""What a form begins with, for a subject."""

CHOICES: dict[tuple[type[Subject], str, str], Offered] = {}
"""Model, step and path of a field (``units.unit``) to what can be chosen where the declaration
leaves it open, such as the key of an attachment."""

FILLED: dict[tuple[type[Subject], str], Filled] = {}
"""Model and step to what its form begins with: of steps that change what is there already, and
of those that begin something of which more is known than its kind."""


@kind_of.register
def _(declared: RulebookCode) -> str:
    return "select"


@choices_of.register
def _codes(declared: RulebookCode) -> list[Choice]:
    rules = declared.context.get("rules")
    entries = declared.table(rules) if rules is not None else ()
    return [Choice(entry.code, entry.name) for entry in entries]


def choices_for(subject: Subject, step: Step, reader: Reader) -> Choices:
    """The choices of the fields of a step that the declaration leaves open."""

    def choices(path: str, declared: Any) -> list[Choice] | None:
        offered = CHOICES.get((type(subject), step.name, path))
        return None if offered is None else offered(subject, reader)

    return choices


def filled(subject: Subject, step: Step) -> dict[str, Any]:
    """What the form of a step begins with."""
    begin = FILLED.get((type(subject), step.name))
    return dict(begin(subject)) if begin is not None else {}
