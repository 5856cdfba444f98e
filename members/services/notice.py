"""Writes notices to the inbox, in the transaction of the event that they report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localdate

from members.models import Notice
from members.services.delivery import enqueue
from members.services.stand_in import readers


@dataclass(frozen=True)
class Message:
    """A notice to one user.

    ``needs_action`` says whether it asks for something to be done, ``statutory`` whether nobody
    can switch it off. ``about`` is its subject, by kind and key, for what a mail says besides.
    """

    recipient: int
    title: str
    text: str = ""
    link: str = ""
    needs_action: bool = False
    statutory: bool = False
    about: str = ""


def send(messages: Sequence[Message], *, at: datetime) -> list[Notice]:
    """Write a notice for each message, in order; the only place that writes notices.

    Call it inside the transaction of the event that is told: the rows come or go with it, those
    of the outbox too. While somebody is away, their stand-in gets the notice. Messages that
    thereby tell one reader the same are one notice, which then stands in the list several times.
    """
    if not messages:
        return []
    instead = readers({message.recipient for message in messages}, localdate(at))
    notices: dict[tuple[int, str, str, str], Notice] = {}
    told: list[Notice] = []
    for message in messages:
        reader = instead.get(message.recipient, message.recipient)
        title = message.title[:200]
        notice = notices.setdefault(
            (reader, title, message.text, message.link),
            Notice(
                recipient_id=reader,
                title=title,
                text=message.text,
                link=message.link,
                about=message.about,
                on_behalf_of_id=message.recipient,
                created_at=at,
            ),
        )
        notice.needs_action |= message.needs_action
        notice.statutory |= message.statutory
        if reader == message.recipient:  # what is one's own is not told on anybody's behalf
            notice.on_behalf_of_id = None
        told.append(notice)
    enqueue(Notice.objects.bulk_create(notices.values()), at=at)
    return told


def mark_read(*, notices: QuerySet[Notice], at: datetime) -> int:
    """Mark those of ``notices`` as read that were not; returns how many."""
    return notices.filter(read_at__isnull=True).update(read_at=at)
