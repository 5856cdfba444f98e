"""Two people at one item: each is told of the other, and either can go on with the form.

Nothing is locked: a step on what has changed meanwhile is refused with both texts, whatever was
agreed here. Colleagues see each other; proposers and units are not told who reads what.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from members.models import User
from members.reader import Reader, reader_of
from proposals.models import Presence
from proposals.pages.steps import subject_of
from proposals.pages.subjects import page_of_kind

KEPT = timedelta(days=1)
"""Rows of who left longer ago are deleted as others come."""


@require_POST
def here(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Note that the reader is at a subject, and tell who else is; asked every few seconds.

    ``writing`` is sent from an open form; ``take`` by who goes on instead of the others.
    """
    reader = reader_of(request)
    user, now = reader.user, reader.at
    page = page_of_kind(kind)
    subject_of(page, reader, pk)
    writing = request.POST.get("writing") == "1"
    own = _note(user, kind, pk, now, writing=writing)
    others = _colleagues(reader, kind, pk)
    if "take" in request.POST:
        keys = [row.pk for row in others if row.writing_since]
        Presence.objects.filter(pk__in=keys).update(taken_by=user, writing_since=None)
        Presence.objects.filter(pk=own.pk).update(taken_by=None)
        own.taken_by = None
        others = _colleagues(reader, kind, pk)
    context = {
        "kind": kind,
        "pk": pk,
        "own": own,
        "writers": [row for row in others if row.writing_since],
        "readers": [row for row in others if not row.writing_since],
        "writing": writing,
    }
    return TemplateResponse(request, "proposals/_presence.html", context)


def _note(user: User, kind: str, key: int, now: datetime, *, writing: bool) -> Presence:
    Presence.objects.filter(subject_kind=kind, subject_id=key, seen_at__lt=now - KEPT).delete()
    own, _new = Presence.objects.select_related("taken_by").get_or_create(
        user=user, subject_kind=kind, subject_id=key, defaults={"seen_at": now}
    )
    away = now - own.seen_at > timedelta(minutes=5)
    own.seen_at = now
    if away or not writing:
        own.taken_by = None
    if writing and own.taken_by is None:
        own.writing_since = own.writing_since or now
    else:
        own.writing_since = None
    own.save()
    return own


def _colleagues(reader: Reader, kind: str, key: int) -> list[Presence]:
    """Who else is there, of those with whom the reader shares an office or a unit."""
    rows = Presence.objects.at(kind, key, reader.at).exclude(user=reader.user)
    own = reader.reach
    found = []
    for row in rows.select_related("user")[:10]:
        reach = Reader(row.user, reader.at).reach
        if own.officials & reach.officials or own.units & reach.units:
            found.append(row)
    return found
