"""How the language of the reader joins words: 「甲、乙」 is "A, B", 「主办：甲」 is "Lead: A"."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
"""A text, or one that is translated when it is shown."""


def listed(things: Iterable[object]) -> str:
    """The things one after the other, as an enumeration."""
    return _("、").join(map(str, things))


def clauses(things: Iterable[object]) -> str:
    """The things one after the other, each a clause with commas of its own perhaps."""
    return _("；").join(map(str, things))


def aside(what: object, more: object) -> str:
    """A text with a note in brackets; without brackets if the note is empty."""
    return _("%(what)s（%(more)s）") % {"what": what, "more": more} if more else str(what)


def stated(what: object, said: object) -> str:
    """A subject and a statement about it."""
    return _("%(what)s：%(said)s") % {"what": what, "said": said}


def titled(number: object, title: object) -> str:
    """Number and title, as sentences name a thing."""
    return _("%(number)s《%(title)s》") % {"number": number, "title": title}


def flattened(detail: Any) -> list[Any]:
    """What nested structures of faults come down to: each fault, as it is."""
    if isinstance(detail, Mapping):
        return [fault for part in detail.values() for fault in flattened(part)]
    if isinstance(detail, list | tuple):
        return [fault for part in detail for fault in flattened(part)]
    return [detail] if detail else []


def reasons(detail: Any) -> list[str]:
    """All texts of a refusal, which may be one text or nested structures of texts."""
    return [str(fault) for fault in flattened(detail)]
