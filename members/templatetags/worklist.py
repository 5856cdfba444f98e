"""What the cells of a worklist ask for."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()

CALM = "bg-secondary-lt"

TONES = {
    "bg-green-lt": {
        *("concluded", "closed", "delivered", "rated", "agreed", "kept", "met", "granted"),
        *("accepted", "applied"),
    },
    "bg-blue-lt": {"submitted", "reviewing", "filed", "assigned", "handling", "acknowledged"},
    "bg-yellow-lt": {
        *("returned", "invited", "issued", "sent", "signing", "checking", "inspection", "signed"),
        *("requested", "office", "coordination", "leader", "asked", "objected", "open"),
    },
    "bg-red-lt": {"not_filed", "missed", "escalated", "refused"},
}
"""Classes to the states that they mark; all others are calm."""

_class_of = {state: name for name, states in TONES.items() for state in states}


@register.simple_tag
def value(column: Any, row: Any) -> Any:
    """What the column says of a row."""
    return column.value(row)


@register.simple_tag
def tone(state: str) -> str:
    """The class of the badge of a state; the state is always in words beside it."""
    return _class_of.get(state, CALM)
