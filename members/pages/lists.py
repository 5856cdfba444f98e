"""The pages of worklists: viewing, exporting, printing, and display preferences."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.enums import Role
from members.models import SavedView
from members.pages.views import back
from members.pages.worklist import DENSITIES, FARTHEST, WORKLISTS, Listing, Worklist
from members.reader import Reader, reader_of
from members.visibility import visible

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CHUNK = 500
"""Rows that an export holds in memory at a time."""


def listing_of(request: HttpRequest, slug: str, asked: QueryDict) -> Listing:
    """The list as the reader sees it with these filters; a list of others is a 404."""
    reader = reader_of(request)
    worklist = WORKLISTS.get(slug)
    if worklist is None or not worklist.is_for(reader):
        raise Http404
    return Listing(worklist, reader, request, asked)


@require_safe
def worklist(request: HttpRequest, slug: str) -> HttpResponse:
    """A list: its rows, its filters, its views; or exactly these rows as a file, or to print."""
    listing = listing_of(request, slug, request.GET)
    form = request.GET.get("format", "")
    if form == "xlsx":
        return _workbook(listing)
    if form == "print":
        rows = listing.prepared(list(listing.rows[:1000]))
        return TemplateResponse(request, "members/worklist_print.html", _seen(listing, rows))
    context = _seen(listing, listing.page.object_list)
    context["steps"] = _bulk_steps(listing.worklist, listing)
    context["sharing"] = _roles_around(listing.reader)
    if request.htmx and request.htmx.target == "list":  # type: ignore[attr-defined]  # of the middleware
        return TemplateResponse(request, "members/worklist.html#list", context)
    return TemplateResponse(request, "members/worklist.html", context)


def _seen(listing: Listing, rows: Any) -> dict[str, Any]:
    start = (listing.page.number - 1) * listing.page.paginator.per_page
    return {
        "listing": listing,
        "worklist": listing.worklist,
        "rows": [
            {
                "row": row,
                "url": listing.worklist.page_of(row),
                "query": listing.position_query(start + at),
            }
            for at, row in enumerate(rows, start=1)
        ],
        "farthest": FARTHEST,
        "densities": DENSITIES,
    }


def _bulk_steps(worklist: Worklist, listing: Listing) -> list[Any]:
    """The steps for many that somebody in one of the reader's roles takes."""
    if not worklist.bulk:
        return []
    known = listing.base.model.all_steps()
    steps = [known[method.__name__] for method in worklist.bulk]
    return [step for step in steps if listing.reader.roles & set(step.who.roles())]


def _roles_around(reader: Reader) -> list[tuple[str, str]]:
    """The reader's roles: a view can be shared with others who hold one of them."""
    roles = dict.fromkeys(post.role for post in reader.posts if post.committee_id)
    return [(role, str(Role(role).label)) for role in roles]


# -- As a file ---------------------------------------------------------------------------------


def _workbook(listing: Listing) -> HttpResponse:
    """Exactly the rows of the list, in its order, with the columns that are shown."""
    file = BytesIO()
    # Text stays text: nothing that somebody typed becomes a formula or a link.
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    looks = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(file, {**plain, **looks}) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "text_wrap": True})
        for at, column in enumerate(listing.columns):
            sheet.write_string(0, at, str(column.label), head)
            sheet.set_column(at, at, 48 if column.main else 16)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(_in_chunks(listing), start=1):
            sheet.write_row(line, 0, [_plain(column.of(row)) for column in listing.columns])
    name = f"{listing.worklist.label}-{listing.reader.day:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def _in_chunks(listing: Listing) -> Iterator[Any]:
    rows = listing.rows[: FARTHEST * 10].iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield from listing.prepared(chunk)


def _plain(value: Any) -> Any:
    """A value as a sheet has it, which knows no zones."""
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date | int | float | None):
        return value
    return str(value)


# -- How one likes to see it -------------------------------------------------------------------


@require_POST
def look(request: HttpRequest, slug: str) -> HttpResponse:
    """Remember which columns of a list the reader wants, and how close its rows stand."""
    listing = listing_of(request, slug, QueryDict(request.POST.get("in", "")))
    known = {column.name for column in listing.worklist.columns}
    chosen: dict[str, Any] = {"columns": [c for c in request.POST.getlist("columns") if c in known]}
    if request.POST.get("density") in DENSITIES:
        chosen["density"] = request.POST["density"]
    reader = listing.reader
    reader.user.preferences.setdefault("lists", {})[slug] = chosen
    if "reset" in request.POST:
        del reader.user.preferences["lists"][slug]
    reader.user.save(update_fields=["preferences"])
    return back(request)


@require_POST
def save_view(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the filters of the list under a name, for oneself or for everybody of a role."""
    listing = listing_of(request, slug, QueryDict(request.POST.get("in", "")))
    name = request.POST.get("name", "").strip()[:40]
    role = request.POST.get("shared_with", "")
    posts = [post for post in listing.reader.posts if post.role == role]
    committee = next((post.committee for post in posts if post.committee_id), None)
    if not name:
        messages.error(request, _("请给视图起个名称"))
        return back(request)
    view = SavedView(
        owner=listing.reader.user,
        worklist=slug,
        name=name,
        query=listing.query[:1000],
        shared_with=role if committee else "",
        committee=committee,
    )
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        messages.error(request, _("已有同名的视图，请换一个名称"))
        return back(request)
    messages.success(request, _("已保存视图“%(name)s”") % {"name": name})
    return redirect(f"{listing.worklist.url}?{view.query}")


@require_POST
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one of the reader's views."""
    rows = visible(reader_of(request), SavedView.objects.filter(owner=reader_of(request).user))
    view = get_object_or_404(rows, pk=pk)
    view.delete()
    messages.success(request, _("已删除视图“%(name)s”") % {"name": view.name})
    return redirect("worklist", view.worklist)


@require_safe
def view_counts(request: HttpRequest, slug: str) -> HttpResponse:
    """How many rows each saved view of the list has now, as far as they are counted."""
    listing = listing_of(request, slug, request.GET)
    found = {}
    for view in listing.views[:10]:
        seen = Listing(listing.worklist, listing.reader, request, QueryDict(view.query))
        found[f"view-{view.pk}"] = seen.rows[: FARTHEST + 1].count()
    return JsonResponse(found)
