"""The timeline of a subject: who did what when, and on whose behalf."""

from typing import Any

from django.db.models import QuerySet

from members.reader import Reader
from members.visibility import visible
from proposals.enums import Tone
from proposals.ledger import kind_in_words, label_of, step_of
from proposals.models import Event

NEWEST = 100
"""Lines that a page shows; the ledger has all."""

QUOTED = ("reason", "note", "opinion", "comment", "outcome", "evidence", "text")
"""Fields of an input that the record quotes to those who read the whole of it."""


def timeline(events: QuerySet[Event], reader: Reader) -> list[dict[str, Any]]:
    """The newest lines that the reader sees; officials read who and what as well."""
    rows = visible(reader, events.select_related("actor", "on_behalf_of"))
    reach = reader.reach
    lines = []
    for event in rows.order_by("-id")[:NEWEST]:
        step = step_of(event.subject_kind, event.action)
        official = event.committee_id in reach.officials or event.actor_id == reader.user.pk
        lines.append(
            {
                "at": event.at,
                "label": label_of(event.subject_kind, event.action),
                "by": str(event.actor or "") if official else "",
                "behalf": str(event.on_behalf_of or ""),
                "channel": str(event.get_channel_display()),
                "words": _words(event) if official else "",
                "kind": event.subject_kind,
                "kind_label": kind_in_words(event.subject_kind),
                "tone": str(step.tone if step is not None else Tone.NEUTRAL),
                "event": event,
            }
        )
    return lines


def _words(event: Event) -> str:
    said = (event.input.get(name) for name in QUOTED)
    return next((words for words in said if isinstance(words, str) and words.strip()), "")
