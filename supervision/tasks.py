"""Work in the background: each task finds its rows, calls one function, and may run twice."""

from celery import shared_task

from members import clock
from supervision import reminders, services


@shared_task
def lapse_invitations() -> int:
    """Let invitations to co-sign lapse whose hour has passed; returns how many."""
    return services.lapse_invitations(at=clock.now())


@shared_task
def send_reminders() -> int:
    """Remind of every duty whose next moment has come; returns how many reminders went out."""
    return reminders.remind(at=clock.now())
