"""Views of the frame: counts of pending work, the inbox, and display preferences."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from members import services
from members.models import Notice, Session
from members.pages.links import page_of
from members.pages.navigation import entries_for
from members.pages.page_context import THEMES
from members.pages.sessions import ALL_SESSIONS
from members.reader import reader_of
from members.visibility import visible

YEAR = 365 * 24 * 3600
"""How long a choice of looks is remembered, in seconds."""


def back(request: HttpRequest, otherwise: str = "home") -> HttpResponseRedirect:
    """To where the form says one came from, if that is a page of ours."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return redirect(wanted if ours else otherwise)


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """How much waits at each line of the reader's navigation: one query for all of them."""
    reader = reader_of(request)
    waiting = [
        entry.waiting(reader)
        .order_by()
        .annotate(line=Value(entry.key, output_field=CharField()))
        .values("line")
        .annotate(number=Count("pk"))
        .values_list("line", "number")
        for entry in entries_for(reader.posts)
        if entry.waiting is not None
    ]
    if not waiting:
        return JsonResponse({})
    found = waiting[0].union(*waiting[1:], all=True) if len(waiting) > 1 else waiting[0]
    return JsonResponse(dict(found))


@require_POST
def choose_session(request: HttpRequest) -> HttpResponse:
    """Remember in which session the reader works."""
    user, wanted = reader_of(request).user, request.POST.get("session", "")
    if wanted == ALL_SESSIONS:
        user.preferences["session"] = ALL_SESSIONS
    else:
        rows = visible(reader_of(request), Session.objects.all())
        key = int(wanted) if wanted.isdecimal() else 0
        user.preferences["session"] = get_object_or_404(rows, pk=key).pk
    user.save(update_fields=["preferences"])
    return back(request)


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in this browser."""
    answer = back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        answer.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The reader's notices, the newest first."""
    rows = visible(reader_of(request), Notice.objects.select_related("on_behalf_of"))
    if request.GET.get("show") == "unread":
        rows = rows.filter(read_at=None)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    return TemplateResponse(request, "members/inbox.html", {"page": page})


@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    reader = reader_of(request)
    own = visible(reader, Notice.objects.all())
    notice = get_object_or_404(own, pk=pk)
    services.mark_read(notices=own.filter(pk=pk), at=reader.at)
    return redirect(page_of(notice.link) if notice.link else "inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice of the reader as read."""
    reader = reader_of(request)
    services.mark_read(notices=visible(reader, Notice.objects.all()), at=reader.at)
    return redirect("inbox")
