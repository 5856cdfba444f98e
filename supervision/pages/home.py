"""The first page: the reader's duties, the nearest date first."""

from typing import Any

from members.pages import home
from members.pages.links import page_of
from members.reader import Reader
from proposals.pages.proposing.home import PROPOSERS
from supervision.duty_kinds import IN_PLACE
from supervision.pages.duties import mine, prepare

FIRST = 12
"""Duties that the first page shows; the worklists have all."""


def own_duties(reader: Reader) -> dict[str, Any] | None:
    """The reader's duties; None for proposers whose duties are all answered in place."""
    owed = mine()(reader).exclude(kind__in=IN_PLACE)
    rows = owed.select_related("proposal", "unit", "member", "body")
    found: list[Any] = list(rows.order_by("due_at", "id")[: FIRST + 1])
    if not found and reader.roles <= PROPOSERS:
        return None
    prepare(found, reader)
    return {
        "duties": [{"row": row, "url": page_of(row.link)} for row in found[:FIRST]],
        "more": len(found) > FIRST,
    }


HOME_SECTIONS = (home.HomeSection("supervision/first_page/_waiting.html", own_duties, order=10),)
