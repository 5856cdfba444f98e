"""Listening to the ledger: what changes a proposal orders its entry in the index anew."""

from typing import Any

from django.dispatch import receiver

from proposals.lifecycle.subject import Subject
from proposals.matching import upkeep
from proposals.models import Assignment, Cosignature, Event, Proposal, Reply
from proposals.signals import event_recorded

READ = (Proposal, Cosignature, Assignment, Reply)
"""The subjects whose rows ``matching.sources`` reads."""


@receiver(event_recorded, dispatch_uid="order-index-entry")
def order_entry(subject: Subject, event: Event, **_signal: Any) -> None:
    """Order the entry, once for each act and proposal."""
    if not isinstance(subject, READ) or subject.root_id is None:
        return
    ordered: set[Any] = subject.root.__dict__.setdefault("_ordered", set())
    if event.act not in ordered:
        ordered.add(event.act)
        upkeep.order(subject.root_id)
