"""Reminders that are still on their way when what they remind of is over."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef

from members.models import Notice
from members.services.delivery import withdraw
from supervision.models import Reminder
from supervision.models.reminder import ReminderState


def withdraw_reminders(duties: Iterable[int]) -> None:
    """Send nothing more of what reminds of these duties: they are closed, moved or paused.

    Call it in the transaction in which that happens. A notice that also reminds of another
    duty, which is still owed by the date it tells of, goes out. It stays in the inbox either way.
    """
    keys = set(duties)
    if not keys:
        return
    sent = Reminder.objects.filter(state=ReminderState.SENT).order_by()
    needed = sent.filter(
        notice=OuterRef("notice"),
        date_version=F("duty__date_version"),
        duty__closed_at=None,
        duty__paused_at=None,
    ).exclude(duty__in=keys)
    stale = sent.filter(~Exists(needed), duty__in=keys, notice__isnull=False)
    withdraw(Notice.objects.filter(pk__in=stale.values("notice")))
