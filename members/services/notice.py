"""Telling people: the inbox first, in the transaction of what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from members.models import Notice


@dataclass(frozen=True)
class Message:
    """What one user is told.

    ``act`` when it asks for something to be done; ``statutory`` when nobody can switch it off.
    """

    recipient: int
    title: str
    text: str = ""
    link: str = ""
    act: bool = False
    statutory: bool = False


def send(messages: Sequence[Message], *, at: datetime) -> list[Notice]:
    """Write a notice for each message, in order; the only place that writes notices.

    Call it inside the transaction of the event that is told: the rows come or go with it.
    """
    return Notice.objects.bulk_create(
        Notice(
            recipient_id=message.recipient,
            title=message.title[:200],
            text=message.text,
            link=message.link,
            created_at=at,
        )
        for message in messages
    )


def mark_read(*, notices: QuerySet[Notice], at: datetime) -> int:
    """Mark those of ``notices`` as read that were not; returns how many."""
    return notices.filter(read_at__isnull=True).update(read_at=at)
