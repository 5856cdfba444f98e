"""The first page: what waits on the reader, the nearest date first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from members.enums import DutyKind
from members.models import User
from members.pages import home
from members.pages.links import page_of
from members.selectors import posts_of
from proposals.pages.proposing.desk import PROPOSERS
from supervision.pages.duties import mine, prepare

FIRST = 12
"""Duties that the first page shows; the worklists have all."""

IN_PLACE = (DutyKind.COSIGN, DutyKind.FEEDBACK)
"""Kinds that proposers answer on the first page itself, where they stand with their texts."""


def waiting_on(user: User, at: datetime) -> dict[str, Any] | None:
    """What the reader owes; nothing is said to proposers where nothing but the above waits."""
    owed = mine()(user, at).exclude(kind__in=IN_PLACE)
    rows = owed.select_related("proposal", "unit", "member", "body")
    found: list[Any] = list(rows.order_by("due_at", "id")[: FIRST + 1])
    if not found and {post.role for post in posts_of(user, localdate(at))} <= PROPOSERS:
        return None
    prepare(found, user, at)
    return {
        "duties": [{"row": row, "url": page_of(row.link)} for row in found[:FIRST]],
        "more": len(found) > FIRST,
    }


home.add(home.HomeSection("supervision/first_page/_waiting.html", waiting_on, order=10))
