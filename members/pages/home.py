"""The first page after signing in; each application adds its parts."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from members.pages.navigation import EVERYBODY, entries_for
from members.reader import Reader


@dataclass(frozen=True)
class HomeSection:
    """A part of the first page: ``context`` reads what ``template`` shows.

    It must read a constant number of queries; a part whose context is None is left out.
    """

    template: str
    context: Callable[[Reader], dict[str, Any] | None]
    roles: Collection[str] = field(default=EVERYBODY)
    order: int = 50


FEW = 1
"""With so few lists there are no tiles."""

SECTIONS: list[HomeSection] = []
"""The parts of the first page; see ``add``."""


def add(*parts: HomeSection) -> None:
    """Put parts on the first page; those of a lower ``order`` stand higher."""
    SECTIONS.extend(parts)
    SECTIONS.sort(key=lambda part: part.order)


def lists(reader: Reader) -> dict[str, Any] | None:
    """The reader's lists with a number, as tiles; None when there are hardly any."""
    found = [entry for entry in entries_for(reader.posts) if entry.is_counted]
    return {"entries": found} if len(found) > FEW else None


def sections_for(reader: Reader) -> list[tuple[str, dict[str, Any]]]:
    """The parts for the reader: list of (template, what it shows)."""
    roles = reader.roles
    own = [part for part in SECTIONS if part.roles is EVERYBODY or roles & set(part.roles)]
    found = [(part.template, part.context(reader)) for part in own]
    return [(template, context) for template, context in found if context is not None]


HOME_SECTIONS = (HomeSection("members/first_page/_lists.html", lists, order=5),)
