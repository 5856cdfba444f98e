"""Work in the background: each task finds its rows, calls one function, and may run twice."""

from celery import shared_task
from django.utils import timezone
from knox.models import AuthToken


@shared_task
def forget_tokens() -> int:
    """Delete the tokens that have expired; returns how many."""
    count, _kinds = AuthToken.objects.filter(expiry__lt=timezone.now()).delete()
    return count
