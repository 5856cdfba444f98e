"""The page of a group of merge candidates, and the scans that find them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_safe

from members import clock
from members.models import Session, User
from members.pages.views import reader
from members.permissions import visible as seen_sessions
from proposals import permissions
from proposals.enums import SCAN_UNDER_WAY
from proposals.matching import scan as scans
from proposals.models import CandidateMember, MergeCandidate, Scan
from proposals.pages import subjects
from proposals.pages.office.desk import laid_out, may_merge
from proposals.pages.office.groups import read_groups
from proposals.pages.office.labels import rules_known
from proposals.permissions import visible, visible_row

"""A scan that its page asks about again and again."""

IN_WORDS = ("session__term", "session__committee", "asked_by")
"""What a scan is told with."""

POLLED = "scan"
"""The part of the page that is asked for again."""


def group(candidate: MergeCandidate, user: User, at: datetime) -> dict[str, Any]:
    """A group on the merge desk: those that are in it now, and those that were left out."""
    members = list(candidate.members.all())
    rows = {member.proposal_id: member.proposal for member in members}
    for row in rows.values():
        row.committee = candidate.committee
        if row.session is not None:
            row.session.committee = candidate.committee
    keys = [member.proposal_id for member in members if member.left_out_at is None]
    rules_known(candidate, user, localdate(at))
    desk = laid_out(user, keys, candidate=candidate, host=_host_of(members), known=rows)
    return {
        "desk": desk,
        "keys": keys,
        "may_merge": desk is not None and may_merge(desk, user),
        "members": members,
        "left_out": [member for member in members if member.left_out_at is not None],
    }


def _host_of(members: list[Any]) -> int:
    """The proposal that others of the group were merged into, if they were; else 0."""
    hosts = {member.proposal.merged_into_id for member in members}
    return next((one.proposal_id for one in members if one.proposal_id in hosts), 0)


in_groups = CandidateMember.objects.select_related("proposal__session__term")

subjects.add(
    subjects.SubjectPage(
        MergeCandidate,
        "merge-candidates",
        template="proposals/office/candidate.html",
        related=("committee", "session__term", "session__committee"),
        prefetched=(Prefetch("members", in_groups),),
        context=group,
    )
)


# -- Scans ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def all_scans(request: HttpRequest) -> HttpResponse:
    """The scans so far, the newest first; or begin one of a session."""
    if request.method == "POST":
        return _asked(request)
    user = reader(request)
    rows = visible(
        user,
        Scan.objects.select_related(*IN_WORDS),
        clock.today(),
    )
    if not permissions.Reach.of(permissions.posts_of(user, clock.today())).offices:
        raise Http404
    page = Paginator(rows.order_by("-id"), 30).get_page(request.GET.get("page"))
    return TemplateResponse(request, "proposals/office/scans.html", {"page": page})


def _asked(request: HttpRequest) -> HttpResponse:
    """Order a scan of the session, as its office may; then show how far it is."""
    user, wanted = reader(request), request.POST.get("session", "")
    rows = Session.objects.select_related("term__committee")
    key = int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0
    session = seen_sessions(user, rows, clock.today()).filter(pk=key).first()
    if session is None or not permissions.works_in_office(
        user, session.term.committee_id, clock.today()
    ):
        raise Http404
    return redirect("scan", scans.ask(session, user, clock.now()).pk)


@require_safe
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a scan is, and the groups that it found; asks again until it is done."""
    user = reader(request)
    rows = Scan.objects.select_related(*IN_WORDS)
    row = visible_row(user, rows, pk, clock.today())
    if row is None:
        raise Http404
    found: list[MergeCandidate] = []
    if row.state not in SCAN_UNDER_WAY:
        groups = MergeCandidate.objects.filter(scan=row)
        found = list(visible(user, groups, clock.today()).order_by("id")[:200])
        read_groups(found, user, clock.now())
    context = {
        "scan": row,
        "under_way": row.state in SCAN_UNDER_WAY,
        "percent": 100 * row.done // row.total if row.total else 0,
        "groups": found,
    }
    part = request.htmx and request.htmx.target == POLLED  # type: ignore[attr-defined]  # of the middleware
    return TemplateResponse(
        request, f"proposals/office/scan.html{'#progress' if part else ''}", context
    )
