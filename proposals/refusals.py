"""Why a step is refused, and what whoever tried it needs to go on."""

from typing import Any

from members.reader import Reader
from proposals.errors import Conflict, Unmet, WithItsHost, WrongState
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.models import Event


def refusal(reader: Reader | None, subject: Subject, step: Step) -> Conflict:
    """Why the machine refused: the state, or the first condition that does not hold."""
    if subject.state not in step.source:
        return with_state(wrong_state(subject, step), reader, subject)
    for condition in step.conditions:
        if not condition(subject):
            return with_state(Unmet(str(condition.message)), reader, subject)
    return with_state(Conflict(), reader, subject)


def wrong_state(subject: Subject, step: Step) -> Conflict:
    """The state does not lead there; what hangs on a merged proposal is its host's matter."""
    host = subject.root.merged_into if subject.root is not None else None
    if host is not None:
        return WithItsHost(str(step.label), host)
    return WrongState(str(step.label), str(subject.get_state_display()))


def with_state(
    error: Conflict, reader: Reader | None, subject: Subject, *, since: int | None = None
) -> Conflict:
    """The refusal with what its reader needs: the subject's state, and the possible steps."""
    error.extra |= {
        "state": subject.state,
        "version": subject.version,
        "changes": changes_since(subject, since) if since is not None else [],
        "actions": [
            step.name
            for step in subject.all_steps().values()
            if subject.state in step.source and step.who(subject, reader)
        ],
    }
    return error


def changes_since(subject: Subject, version: int) -> list[dict[str, Any]]:
    """What happened to a subject after ``version``: a list of plain dicts, oldest first."""
    events = Event.objects.filter(
        subject_kind=subject.kind, subject_id=subject.pk, sequence__gt=version
    ).select_related("actor")
    return [
        {
            "version": event.sequence,
            "action": event.action,
            "by": str(event.actor) if event.actor else None,
            "at": event.at,
            "fields": sorted(event.input),
        }
        for event in events.order_by("sequence")[:50]
    ]
