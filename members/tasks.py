"""Work in the background: each task finds its rows, calls one function, and may run twice."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from knox.models import AuthToken

from members import clock
from members.models import Heartbeat
from members.services import delivery, job, outbox, service_token, webhook
from members.services.sms.sending import SMS

HANGING = 240
"""Seconds after which a task that hangs is broken off, before the lease of its rows ends."""


@shared_task
def forget_tokens() -> int:
    """Delete the tokens that have expired; returns how many."""
    now = timezone.now()  # noqa: TID251 -- tokens live by the real clock
    count, _kinds = AuthToken.objects.filter(expiry__lt=now).delete()
    return count


@shared_task
def warn_of_tokens() -> int:
    """Tell the makers of service tokens that end soon; returns how many tokens that were."""
    return service_token.warn_of_ends(at=clock.now())


@shared_task
def forget_sessions() -> None:
    """Delete the sessions of browsers that have expired."""
    SessionStore.clear_expired()


@shared_task
def beat(queue: str) -> None:
    """Note that a worker of ``queue`` heard from beat."""
    Heartbeat.touch(queue, clock.now())


@shared_task
def run_jobs() -> bool:
    """Run one of the jobs that wait, and have the others run soon; returns whether it ran one."""
    waiting = job.waiting(at=clock.now())
    if len(waiting) > 1:
        job.RUNNING_JOBS.soon()
    return any(job.run(key, clock.now) for key in waiting)


@shared_task(soft_time_limit=HANGING)
def deliver() -> int:
    """Send e-mail that is due, the daily ones gathered; returns how many messages."""
    at = clock.now()
    delivery.gather(at=at)
    return outbox.run(delivery.EMAIL, at=at)


@shared_task(soft_time_limit=HANGING)
def deliver_sms() -> int:
    """Send text messages that are due, the daily ones gathered; returns how many."""
    at = clock.now()
    delivery.gather(at=at)
    return outbox.run(SMS, at=at)


@shared_task(soft_time_limit=HANGING)
def deliver_to_robots() -> int:
    """Send to robots what is due; returns how many messages."""
    at = clock.now()
    delivery.gather(at=at)
    return outbox.run(delivery.ROBOTS, at=at)


@shared_task(soft_time_limit=HANGING)
def call_webhooks() -> int:
    """Call the webhooks that are to be called; returns how many heard it."""
    return outbox.run(webhook.WEBHOOKS, at=clock.now())
