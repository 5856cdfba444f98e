"""Telling other systems of the ledger: the calls are written in the transaction of the event."""

from typing import Any

from django.dispatch import receiver

from members.models.webhook import KINDS
from members.services.webhook import announce
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event
from proposals.signals import event_recorded


@receiver(event_recorded, dispatch_uid="call-webhooks")
def write_calls(subject: Subject, step: Step, event: Event, **_signal: Any) -> None:
    """Write a call for each webhook of the committee that wants such an event."""

    def data() -> dict[str, Any]:
        """The event as ``/api/v1/events/`` shows it to everybody, and the number of its case."""
        return {
            "id": event.pk,
            "call_id": str(event.call_id),
            "subject_kind": event.subject_kind,
            "subject_id": event.subject_id,
            "version": event.sequence,
            "committee": event.committee_id,
            "proposal": event.proposal_id,
            "case_no": subject.root.case_no if subject.root is not None else "",
            "action": event.action,
            "source": event.source,
            "target": event.target,
            "channel": event.channel,
        }

    announce(
        committee=subject.committee_id,
        event=event.pk,
        kind=event.subject_kind,
        action=event.action,
        at=event.at,
        data=data,
    )


def register() -> None:
    """Tell the webhooks what they can ask for: each kind of subject, and each step of one."""
    for model in ALL_SUBJECTS:
        KINDS.update({model.kind, *(f"{model.kind}.{action}" for action in model.all_steps())})
