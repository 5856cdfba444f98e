"""What stands on the first page of somebody signed in; each application adds its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from members import clock
from members.models import User
from members.pages.navigation import EVERYBODY, entries_for
from members.selectors import posts_of


@dataclass(frozen=True)
class HomeSection:
    """A part of the first page: ``context`` reads what ``template`` shows.

    It must read a constant number of queries; a part whose context is None is left out.
    """

    template: str
    context: Callable[[User, datetime], dict[str, Any] | None]
    roles: Collection[str] = field(default=EVERYBODY)
    order: int = 50


FEW = 1
"""So few lists need no tiles."""

PARTS: list[HomeSection] = []
"""The parts of the first page; see ``add``."""


def add(*parts: HomeSection) -> None:
    """Put parts on the first page; those of a lower ``order`` stand higher."""
    PARTS.extend(parts)
    PARTS.sort(key=lambda part: part.order)


def lists(user: User, at: datetime) -> dict[str, Any] | None:
    """The reader's lists with a number, as tiles; None when there are hardly any."""
    found = [entry for entry in entries_for(posts_of(user, clock.today())) if entry.is_counted]
    return {"entries": found} if len(found) > FEW else None


def parts_for(user: User) -> list[tuple[str, dict[str, Any]]]:
    """The parts for the reader: list of (template, what it shows)."""
    roles = {post.role for post in posts_of(user, clock.today())}
    now = clock.now()
    own = [part for part in PARTS if part.roles is EVERYBODY or roles & set(part.roles)]
    found = [(part.template, part.context(user, now)) for part in own]
    return [(template, context) for template, context in found if context is not None]


add(HomeSection("members/first_page/_lists.html", lists, order=5))
