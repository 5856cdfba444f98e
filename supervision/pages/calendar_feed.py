"""Due dates in the calendars of those whom they concern."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime, make_aware
from django.utils.translation import gettext as _

from members.pages.calendar_feed import MOST, Entry, Window
from members.pages.links import page_of
from members.punctuation import aside, stated, titled
from members.reader import Reader
from members.visibility import visible
from supervision.models import Duty, Milestone
from supervision.pages.duties import number, owed_by
from supervision.pages.key_topics.lists import milestones_owed
from supervision.permissions import foreseen


def concerning(reader: Reader) -> QuerySet[Duty]:
    """What the reader owes, and the milestones of the key topics at which they work."""
    milestones = Q(
        subject_kind=Milestone.kind,
        subject_id__in=milestones_owed(reader).order_by().values("pk"),
    )
    owed = visible(reader, Duty.objects.open().owed())
    return owed.filter(milestones | owed_by(reader))


def awaited(reader: Reader) -> QuerySet[Duty]:
    """The answers to the reader's own proposals, whoever owes them."""
    return Duty.objects.open().filter(foreseen(reader))


def due_dates(reader: Reader, days: Window) -> Iterable[Entry]:
    """The dates of what the reader owes or oversees, and of the answers that they wait for."""
    own = list(_within(concerning(reader), days))
    known = {duty.pk for duty in own}
    yield from (_entry(duty, duty.get_kind_display()) for duty in own)
    for duty in _within(awaited(reader), days):
        if duty.pk not in known:
            yield _entry(duty, _("等待%(what)s") % {"what": duty.get_kind_display()})


def _within(duties: QuerySet[Duty], days: Window) -> Iterator[Duty]:
    first = make_aware(datetime.combine(days.first, time.min))
    end = make_aware(datetime.combine(days.last + timedelta(days=1), time.min))
    rows = duties.filter(due_at__gte=first, due_at__lt=end).select_related("proposal")
    return rows.order_by("due_at", "pk")[:MOST].iterator()


def _entry(duty: Duty, what: str) -> Entry:
    named = titled(number(duty), duty.title or str(duty)).strip()
    due = localtime(duty.due_at)
    paused = duty.paused_at is not None
    return Entry(
        key=f"duty-{duty.pk}",
        day=localdate(duty.due_at),
        title=stated(aside(what, _("暂停计时") if paused else ""), named),
        link=page_of(duty.link),
        text=_("期限：%(due)s") % {"due": date_format(due, "Y-m-d H:i")},
        moves=duty.date_version - 1,
        changed_at=max(duty.dated_at, duty.paused_at or duty.dated_at),
        is_settled=not paused,
    )


SOURCES = (due_dates,)
