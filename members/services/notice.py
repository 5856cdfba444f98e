"""Reading notices."""

from datetime import datetime

from django.db.models import QuerySet

from members.models import Notice


def mark_read(*, notices: QuerySet[Notice], at: datetime) -> int:
    """Mark those of ``notices`` as read that were not; returns how many."""
    return notices.filter(read_at__isnull=True).update(read_at=at)
