"""One's own record (履职档案): what one did in proposals, session by session, and the points."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import Merit, ProposingPart
from members.models import Body, Member
from members.pages.navigation import NavigationEntry, Section
from members.reader import Reader, reader_of
from members.rules import Rules
from members.selectors import rules_by_day
from members.visibility import visible
from proposals.models import Proposal
from proposals.pages.proposing.home import PROPOSERS
from proposals.selectors.record import SessionContributions, account, handed_in, total, years


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """What the reader has done, on a page or, with ``format=print``, on paper."""
    reader = reader_of(request)
    posts = reader.posts
    who: list[Any] = [post.member for post in posts if post.member is not None]
    who += [post.body for post in posts if post.body is not None]
    context = {"records": [_record(one, reader) for one in who], "at": reader.at}
    form = "record_print" if request.GET.get("format") == "print" else "record"
    return TemplateResponse(request, f"proposals/{form}.html", context)


def _record(who: Member | Body, reader: Reader) -> dict[str, Any]:
    """The record of one membership, or of one body."""
    is_body = isinstance(who, Body)
    members, bodies = ([], [who.pk]) if is_body else ([who.pk], [])
    seen = visible(reader, Proposal.objects.filter(committee=who.committee_id))
    found = years(handed_in(seen, members, bodies), members)
    rules = rules_by_day(who.committee_id, [_day_of(year, reader) for year in found])
    rows = [_row(year, None if is_body else rules.get(_day_of(year, reader))) for year in found]
    points = [row["points"] for row in rows if row["points"] is not None]
    return {
        "who": who,
        "is_body": is_body,
        "rows": rows,
        "total": sum(points) if points else None,
    }


def _day_of(year: SessionContributions, reader: Reader) -> date:
    """The day whose rules count: when the window closed, or today while it is open."""
    return min(localdate(year.session.collection_closes_at), reader.day)


def _row(year: SessionContributions, rules: Rules | None) -> dict[str, Any]:
    """A session as the table shows it; ``points`` is None where there is no scheme.

    ``most`` is the limit that has cut the points off, or 0.
    """
    scheme = rules.points if rules is not None and rules.points.rules else None
    lines = account(scheme, year.contributions) if scheme is not None else []
    points = total(scheme, lines) if scheme is not None else None
    earned = sum(line.points for line in lines)
    return {
        "year": year,
        "initiated": year.number(part=ProposingPart.LEAD),
        "cosigned": year.number(part=ProposingPart.COSIGNER),
        "filed": year.number(Merit.FILED),
        "adopted": year.number(Merit.ADOPTED),
        "key": year.number(Merit.KEY),
        "lines": lines,
        "points": points,
        "most": points if points is not None and points < earned else 0,
    }


NAVIGATION = (
    NavigationEntry(
        section=Section.FIGURES,
        label=_("履职档案"),
        icon="certificate",
        address=("record",),
        roles=PROPOSERS,
    ),
)
