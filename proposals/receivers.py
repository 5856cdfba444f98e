"""Receivers of signals: record rows, order index entries, ask why a text is no double."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.dispatch import receiver
from django.utils.translation import gettext as _

from members.enums import Channel
from members.models import User
from members.signals import row_changed
from proposals import records
from proposals.errors import RuleBroken, speaking_of
from proposals.inputs.drafting import DistinctInput
from proposals.machine.step import Step, StepContext
from proposals.machine.subject import Subject
from proposals.matching import indexing
from proposals.matching.similar import similar
from proposals.matching.sources import text_of
from proposals.models import Assignment, Cosignature, Event, IndexEntry, Proposal, Reply
from proposals.signals import call_recorded, event_recorded


@receiver(row_changed, dispatch_uid="record-row")
def record_row(
    row: Any,
    change: TextChoices,
    by: User | None,
    at: datetime,
    reason: str,
    channel: Channel,
    **_signal: Any,
) -> None:
    """Record a change of a row without a machine."""
    records.record(row, change, by=by, at=at, reason=reason, channel=channel)


READ = {model.kind for model in (Proposal, Cosignature, Assignment, Reply)}
"""The kinds of subjects whose rows ``matching.sources`` reads."""


@receiver(call_recorded, dispatch_uid="order-index-entries")
def order_entries(events: Sequence[Event], **_signal: Any) -> None:
    """Order the entry of each proposal that the call has changed."""
    changed = (event.proposal_id for event in events if event.subject_kind in READ)
    for proposal in dict.fromkeys(key for key in changed if key is not None):
        indexing.order(proposal)


@receiver(event_recorded, dispatch_uid="ask-why-distinct")
def ask_why_distinct(subject: Subject, step: Step, context: StepContext, **_signal: Any) -> None:
    """Ask whoever hands in what is very like another proposal why it is not the same.

    Likeness refuses nothing: any answer will do, and it is kept with the event. Only what the
    person may open is held up to them.
    """
    if not issubclass(step.input, DistinctInput) or not isinstance(subject, Proposal):
        return
    if context.by is None or context.data["distinct_because"] or not IndexEntry.objects.exists():
        return
    found = similar(
        text_of(subject),
        committee=subject.committee,
        reader=context.reader,
        limit=1,
        of=subject,
        above=context.rules.similarity.ask,
    )
    if found and found[0].is_open:
        other = found[0].proposal
        message = _(
            "与《%(title)s》（%(number)s）高度相似；若不是同一件事，请填写不同之处后再次提交"
        ) % {"title": other.title, "number": other.number}
        raise RuleBroken({"distinct_because": message}, "alike", extra=speaking_of(other))
