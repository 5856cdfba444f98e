"""Listening to the ledger: duties open, move and close in the transaction of the event."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from proposals.errors import TooLate
from proposals.machine.step import Step, StepContext
from proposals.machine.subject import Subject
from proposals.models import Event, Proposal
from proposals.signals import event_recorded, step_checked
from supervision import calendar_moves, services
from supervision.enums import CalendarChangeState
from supervision.models import CalendarChange, Duty


@receiver(step_checked, dispatch_uid="keep-time-limits")
def keep_time_limits(subject: Subject, step: Step, at: datetime, **_signal: Any) -> None:
    """Refuse a step whose time limit has passed; late requests are not considered."""
    if step.within is None or subject.pk is None:
        return
    duty = Duty.objects.of(subject.kind, subject.pk).filter(kind=step.within).last()
    if duty is not None and duty.due_at < at:
        due = timezone.localtime(duty.due_at).strftime("%Y-%m-%d %H:%M")
        raise TooLate(_("“%(step)s”的期限为 %(due)s，现已超过") % {"step": step.label, "due": due})


@receiver(event_recorded, dispatch_uid="keep-duties")
def keep_duties(
    subject: Subject, step: Step, event: Event, context: StepContext, **_signal: Any
) -> None:
    """Open, extend, satisfy and cancel what the step declares."""
    services.close(subject, step.closed_by(subject), event, done=True)
    services.close(subject, step.cancels, event, done=False)
    if step.extends:
        services.extend(subject, step.extends, context, event)
    if step.pauses:
        services.pause(subject, step.pauses, event, context)
    if step.resumes:
        services.resume(subject, step.resumes, event, context)
    if step.reminds_anew and isinstance(subject, Proposal):
        services.remind_anew_of(subject, event)
    with override(settings.LANGUAGE_CODE):  # a basis is read by others than the one who acts
        services.open_duties(subject, step.opened_by(subject), event, context)


@receiver(event_recorded, dispatch_uid="keep-the-calendar")
def keep_the_calendar(subject: Subject, step: Step, event: Event, **_signal: Any) -> None:
    """Move the dates that an applied change of the calendar moves, in the same step."""
    if isinstance(subject, CalendarChange) and subject.state == CalendarChangeState.APPLIED:
        calendar_moves.apply_calendar(subject, event)
