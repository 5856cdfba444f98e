"""Looking for proposals by their words, and going to one by its number."""

from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from members.api.filters import SEARCH_MIN
from members.models import Member
from members.pages.palette import MOST_HITS, Hit
from members.punctuation import reasons
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.api.actions import own_steps
from proposals.api.filters import ProposalFilter
from proposals.api.search import shown
from proposals.api.search_operators import Narrowing
from proposals.matching.query import parse
from proposals.matching.search import find
from proposals.models import Proposal
from proposals.pages.subjects import PAGES, page_of_model

PAGE = 20
"""Hits of a page."""

TITLES = 400
"""Of so many of the newest proposals the palette reads the titles."""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Proposals found by words, best first, with the passages that were found."""
    asked = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"asked": asked, "trouble": []}
    if asked:
        try:
            context |= _found(request, asked)
        except ValidationError as error:
            context["trouble"] = reasons(error.detail)
    return TemplateResponse(request, "proposals/search.html", context)


def _found(request: HttpRequest, asked: str) -> dict[str, Any]:
    reader = reader_of(request)
    query = parse(asked)
    rows = visible(reader, Proposal.objects.all())
    rows = Narrowing(ProposalFilter, cast(Request, request), "q")(rows, query.operators)
    found = find(rows, query, reader)
    page = Paginator(found.hits, PAGE).get_page(request.GET.get("page"))
    return {"page": page, "exact": found.exact, "hits": list(shown(page, query, reader))}


# -- In the palette ----------------------------------------------------------------------------


def by_number_or_title(reader: Reader, typed: str) -> list[Hit]:
    """Proposals whose number is typed, and the newest whose title has what is typed."""
    if not typed:
        return []
    rows = visible(reader, Proposal.objects.all())
    numbered = Q(case_no=typed) | Q(receipt_no=typed)
    if typed.isdecimal():
        numbered |= Q(case_serial=int(typed[:9]))
    newest = rows.order_by("-id").values("pk")[:TITLES]
    titled = Q(pk__in=list(newest.values_list("pk", flat=True)), title__icontains=typed)
    return [
        Hit(
            _("提案"),
            proposal.title,
            proposal.number,
            page_of_model(Proposal).url(proposal),
            "file-text",
        )
        for proposal in rows.filter(numbered | titled).order_by("-id")[:MOST_HITS]
    ]


def beginnings(reader: Reader, typed: str) -> list[Hit]:
    """The steps by which the reader can begin something."""
    found = []
    for page in PAGES:
        for step in own_steps(page.model):
            named = typed.casefold() in str(step.label).casefold()
            if not named or not step.creates:
                continue
            committees = {post.committee_id: post for post in reader.posts if post.committee_id}
            if any(step.who(page.model(committee_id=key), reader) for key in committees):
                url = page.step_url(page.model(), step)
                noun = str(page.model._meta.verbose_name)
                found.append(Hit(_("操作"), str(step.label), noun, url, "bolt"))
    return found[:MOST_HITS]


def people(reader: Reader, typed: str) -> list[Hit]:
    """Members by a part of their name; the hit leads to what they proposed."""
    if len(typed) < SEARCH_MIN:
        return []
    rows = visible(reader, Member.objects.filter(name__icontains=typed)).select_related("sector")
    address = reverse("worklist", args=["proposals"])
    return [
        Hit(
            _("委员"),
            str(member),
            str(member.sector or ""),
            f"{address}?{urlencode({'proposer': member.name})}",
            "user",
        )
        for member in rows[:MOST_HITS]
    ]
