"""Days as moments."""

from datetime import date, datetime, time

from django.utils import timezone


def end_of(day: date) -> datetime:
    """The last second of a local day: until then, what is due on it is in time."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
