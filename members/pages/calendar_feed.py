"""Somebody's dates as a calendar that phones and computers subscribe to (RFC 5545).

What stands in it each application declares as a source. Whoever has the address reads it: so it
says what the first page says to its owner, and leads to pages that ask for a login.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

import icalendar
from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from members import clock, services
from members.models import CalendarFeed, Session
from members.models.service_token import digest_of
from members.pages.plain_form import shows_and_takes_form
from members.reader import Reader, reader_of
from members.services.calendar_feed import owner_of
from members.visibility import visible

PAST = timedelta(days=60)
FUTURE = timedelta(days=400)
"""How far back and ahead the dates go."""

MOST = 1000
"""How many dates a source gives at most, the earliest of the time."""

ASKED_EVERY = timedelta(hours=3)
"""How often calendars are asked to look again."""


@dataclass(frozen=True)
class Entry:
    """A date: what is due, and on which day; ``last`` is the last of several.

    ``key`` stays the same when the date moves; then ``moves`` and ``changed_at`` grow. ``link``
    is the page of it, ``text`` says more.
    """

    key: str
    day: date
    title: str
    link: str = ""
    text: str = ""
    last: date | None = None
    moves: int = 0
    changed_at: datetime | None = None
    is_settled: bool = True


@dataclass(frozen=True)
class Window:
    """The days of a calendar, both included."""

    first: date
    last: date


Source = Callable[[Reader, Window], Iterable[Entry]]
"""The dates of one kind that a reader is concerned with."""

SOURCES: list[Source] = []


def add(*sources: Source) -> None:
    """Let these stand in the calendars too."""
    SOURCES.extend(sources)


def window(reader: Reader) -> Window:
    """The days of the reader's calendar."""
    return Window(reader.day - PAST, reader.day + FUTURE)


def entries(reader: Reader) -> list[Entry]:
    """All dates of the reader's calendar, in order."""
    days = window(reader)
    found = [entry for source in SOURCES for entry in source(reader, days)]
    return sorted(found, key=lambda entry: (entry.day, entry.key))


# -- Sessions ---------------------------------------------------------------------------------


def sessions(reader: Reader, days: Window) -> Iterable[Entry]:
    """The sessions of those who propose and of the office, and when proposals are collected."""
    committees = reader.reach.assemblies | reader.reach.offices
    rows = visible(reader, Session.objects.filter(committee__in=committees))
    for session in rows.select_related("committee", "term").order_by("pk"):
        # It ends before the moment at which it closes.
        closes = session.collection_closes_at - timedelta(microseconds=1)
        for key, first, last, title in (
            ("collection-opens", localdate(session.collection_opens_at), None, _("开始征集提案")),
            ("collection-closes", localdate(closes), None, _("征集提案截止")),
            ("session", session.opens_on, session.closes_on, _("会议召开")),
        ):
            if days.first <= first <= days.last:
                name = _("%(session)s%(what)s") % {"session": session, "what": title}
                yield Entry(f"{key}-{session.pk}", first, name, last=last)


# -- What calendars fetch ---------------------------------------------------------------------


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The dates of whoever the address belongs to; it is all that is asked for."""
    owner = owner_of(secret)
    if owner is None:
        raise Http404
    reader = Reader(owner, clock.now())
    root = _root(request)
    with override(settings.LANGUAGE_CODE):  # calendars speak no language of their own
        content = drawn(reader, root)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="tian.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    patch_cache_control(response, private=True, no_cache=True)
    etag = quote_etag(digest_of(content.decode()))
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _root(request: HttpRequest) -> str:
    """How addresses begin, without a slash at the end."""
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")


def drawn(reader: Reader, root: str) -> bytes:
    """The calendar as a file; ``root`` begins the addresses in it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Tian//Tian//ZH")
    calendar.add("version", "2.0")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, _("提案期限"))
    calendar.add("refresh-interval", ASKED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT3H")
    midnight = make_aware(datetime.combine(reader.day, time.min))
    for entry in entries(reader):
        calendar.add_component(_event(entry, root, midnight))
    return calendar.to_ical()


def _event(entry: Entry, root: str, midnight: datetime) -> icalendar.Event:
    """A date as an event of whole days: phones show those, and not what is to be done."""
    event = icalendar.Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"{root}/calendar/{entry.key}")))
    event.add("dtstamp", entry.changed_at or midnight)
    if entry.changed_at is not None:
        event.add("last-modified", entry.changed_at)
        event.add("sequence", entry.moves)
    event.add("dtstart", entry.day)
    event.add("dtend", (entry.last or entry.day) + timedelta(days=1))
    event.add("summary", entry.title)
    if entry.text:
        event.add("description", entry.text)
    if entry.link:
        event.add("url", f"{root}{entry.link}")
    event.add("status", "CONFIRMED" if entry.is_settled else "TENTATIVE")
    event.add("transp", "TRANSPARENT")  # nobody is busy for it
    event.add("class", "PRIVATE")
    return event


# -- On the account page ----------------------------------------------------------------------


@reauthentication_required
@shows_and_takes_form
def own(request: HttpRequest) -> HttpResponse:
    """What the subscription is; a new address is shown once, by the page that answers."""
    reader = reader_of(request)
    if request.method != "POST":
        known = visible(reader, CalendarFeed.objects.all()).first()
        return TemplateResponse(request, "members/own_calendar.html", {"feed": known})
    secret = services.make_calendar_address(user=reader.user, at=reader.at)
    context = {
        "heading": _("日历订阅"),
        "what": _("订阅地址"),
        "note": _("在手机或电脑的日历中选“添加订阅日历”，把地址粘贴进去。"),
        "secret": f"{_root(request)}{reverse('calendar_feed', args=[secret])}",
        "above": {"url": reverse("account"), "label": _("我的账号")},
        "back": reverse("account"),
    }
    response = TemplateResponse(request, "members/settings/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Switch the subscription off."""
    services.close_calendar(user=reader_of(request).user)
    messages.success(request, _("日历订阅已关闭，原来的地址不再有效"))
    return redirect("account")
