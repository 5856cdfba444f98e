"""The page of a group of merge candidates, and the scans that find them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Session
from members.pages.plain_form import shows_and_takes_form
from members.permissions import visible as seen_sessions
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals import permissions
from proposals.enums import SCAN_UNDER_WAY
from proposals.matching import scan as scans
from proposals.models import CandidateMember, MergeCandidate, Scan
from proposals.pages.office.groups import read_groups
from proposals.pages.office.merge_desk import laid_out, may_merge
from proposals.pages.subjects import SubjectPage, key_in, row_or_404
from proposals.permissions import give_rules

IN_WORDS = ("session__term", "session__committee", "asked_by")
"""What a scan is told with."""

POLLED = "scan"
"""The part of the page that is asked for again."""


def group(candidate: MergeCandidate, reader: Reader) -> dict[str, Any]:
    """A group on the merge desk: those that are in it now, and those that were left out."""
    members = list(candidate.members.all())
    rows = {member.proposal_id: member.proposal for member in members}
    for row in rows.values():
        row.committee = candidate.committee
        if row.session is not None:
            row.session.committee = candidate.committee
    keys = [member.proposal_id for member in members if member.left_out_at is None]
    give_rules(candidate, reader)
    desk = laid_out(reader, keys, candidate=candidate, host=_host_of(members), known=rows)
    return {
        "desk": desk,
        "keys": keys,
        "may_merge": desk is not None and may_merge(desk, reader),
        "members": members,
        "left_out": [member for member in members if member.left_out_at is not None],
    }


def _host_of(members: list[Any]) -> int:
    """The proposal that others of the group were merged into, if they were; else 0."""
    hosts = {member.proposal.merged_into_id for member in members}
    return next((one.proposal_id for one in members if one.proposal_id in hosts), 0)


in_groups = CandidateMember.objects.select_related("proposal__session__term")

SUBJECT_PAGES = (
    SubjectPage(
        MergeCandidate,
        "merge-candidates",
        template="proposals/office/candidate.html",
        related=("committee", "session__term", "session__committee"),
        prefetched=(Prefetch("members", in_groups),),
        context=group,
    ),
)


# -- Scans ------------------------------------------------------------------------------------


@shows_and_takes_form
def all_scans(request: HttpRequest) -> HttpResponse:
    """The scans so far, the newest first; or begin one of a session."""
    if request.method == "POST":
        return _asked(request)
    reader = reader_of(request)
    rows = visible(reader, Scan.objects.select_related(*IN_WORDS))
    if not reader.reach.offices:
        raise Http404
    page = Paginator(rows.order_by("-id"), 30).get_page(request.GET.get("page"))
    return TemplateResponse(request, "proposals/office/scans.html", {"page": page})


def _asked(request: HttpRequest) -> HttpResponse:
    """Order a scan of the session, as its office may; then show how far it is."""
    reader = reader_of(request)
    rows = Session.objects.select_related("term__committee")
    session = seen_sessions(reader, rows).filter(pk=key_in(request.POST, "session")).first()
    if session is None or not permissions.works_in_office(reader, session.term.committee_id):
        raise Http404
    return redirect("scan", scans.ask(session, reader.user, reader.at).pk)


@require_safe
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a scan is, and the groups that it found; asks again until it is done."""
    reader = reader_of(request)
    row = row_or_404(reader, Scan.objects.select_related(*IN_WORDS), pk)
    found: list[MergeCandidate] = []
    if row.state not in SCAN_UNDER_WAY:
        groups = MergeCandidate.objects.filter(scan=row)
        found = list(visible(reader, groups).order_by("id")[:200])
        read_groups(found, reader)
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
