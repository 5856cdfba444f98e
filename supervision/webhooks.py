"""Telling other systems of the ledger: the calls are written in the transaction of the event."""

from typing import Any

from django.dispatch import receiver

from members.models.webhook import KINDS
from members.services.webhook import announce
from proposals.machine.subject import Step, Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event
from proposals.signals import event_recorded


@receiver(event_recorded, dispatch_uid="call-webhooks")
def write_calls(subject: Subject, step: Step, event: Event, **_signal: Any) -> None:
    """Write a call for each webhook of the committee that wants such an event."""

    def body() -> dict[str, Any]:
        root = subject.root
        proposal = {"id": root.pk, "case_no": root.case_no} if root is not None else None
        return {
            "id": event.pk,
            "call_id": str(event.call_id),
            "kind": event.subject_kind,
            "subject": event.subject_id,
            "action": event.action,
            "from": event.source,
            "to": event.target,
            "at": event.at.isoformat(),
            "committee": event.committee_id,
            "proposal": proposal,
        }

    announce(
        committee=subject.committee_id,
        event=event.pk,
        kind=event.subject_kind,
        action=event.action,
        at=event.at,
        body=body,
    )


def register() -> None:
    """Tell the webhooks what they can ask for: each kind of subject, and each step of one."""
    for model in ALL_SUBJECTS:
        KINDS.update({model.kind, *(f"{model.kind}.{action}" for action in model.all_steps())})
