"""Work in the background: each task finds its rows, calls one function, and may run twice."""

from celery import shared_task
from django.utils import timezone
from knox.models import AuthToken


@shared_task
def forget_tokens() -> int:
    """Delete the tokens that have expired; returns how many."""
    now = timezone.now()  # noqa: TID251 -- tokens live by the real clock
    count, _kinds = AuthToken.objects.filter(expiry__lt=now).delete()
    return count
