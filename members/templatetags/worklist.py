"""Template tags for the cells of a worklist."""

from typing import Any

from django import template

register = template.Library()

CALM = "bg-secondary-lt"

TONES = {
    CALM: {
        *("abandoned", "announced", "cancelled", "decided", "declined", "discarded"),
        *("dismissed", "draft", "drafting", "dropped", "entered"),
        *("followed_up", "lapsed", "listed", "merged", "muted", "needless", "nobody"),
        *("nominated", "not_chosen", "planned", "postponed", "pre_assigned", "published"),
        *("reassigned", "recalled", "related", "replied", "reported"),
        *("settled", "skipped", "superseded", "supervising", "void", "waiting", "withdrawn"),
    },
    "bg-green-lt": {
        *("accepted", "agreed", "applied", "closed", "concluded", "delivered", "done"),
        *("granted", "kept", "met", "rated"),
    },
    "bg-blue-lt": {
        *("acknowledged", "assigned", "filed", "handling", "reviewing", "running", "sending"),
        "submitted",
    },
    "bg-yellow-lt": {
        *("asked", "checking", "coordination", "inspection", "invited", "issued", "leader"),
        *("objected", "office", "open", "requested", "returned", "sent", "signed", "signing"),
    },
    "bg-red-lt": {"dead", "escalated", "failed", "missed", "not_filed", "refused"},
}
"""Class to the states that it marks: every state of every machine, in one class."""

_class_of = {state: name for name, states in TONES.items() for state in states}


@register.simple_tag
def value(column: Any, row: Any) -> Any:
    """What the column says of a row."""
    return column.of(row)


@register.simple_tag
def tone(state: str) -> str:
    """The class of the badge of a state; the state is always in words beside it."""
    return _class_of.get(state, CALM)
