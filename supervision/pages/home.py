"""The first page: what waits on the reader, the nearest date first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from members.models import User
from members.pages import home
from members.pages.links import page_of
from supervision.pages.duties import mine, prepare

FIRST = 12
"""Duties that the first page shows; the worklists have all."""


def waiting_on(user: User, at: datetime) -> dict[str, Any] | None:
    """What the reader owes."""
    rows = mine()(user, at).select_related("proposal", "unit", "member", "body")
    found: list[Any] = list(rows.order_by("due_at", "id")[: FIRST + 1])
    prepare(found, user, at)
    return {
        "duties": [{"row": row, "url": page_of(row.link)} for row in found[:FIRST]],
        "more": len(found) > FIRST,
    }


home.add(home.Part("supervision/home/_waiting.html", waiting_on, order=10))
