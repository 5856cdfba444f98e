"""The search over the API."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.filters import AllowListFilters
from members.api.pagination import BoundedPagination
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.api.filters import ProposalFilter, SearchFilter
from proposals.api.search_operators import Narrowing
from proposals.api.serializers.search import HitSerializer
from proposals.enums import SENT_OUT, CosignatureState
from proposals.matching.query import Query, parse
from proposals.matching.query_terms import question
from proposals.matching.search import Hit, find
from proposals.matching.snippets import Marks
from proposals.models import Cosignature, Proposal, Reply


class SearchPagination(BoundedPagination):
    """Pages of hits; ``exact`` is false when there may be more than are counted."""

    page_size = 20
    exact = True

    def get_paginated_response(self, data: Any) -> Response:
        """The page, and whether the count is the whole."""
        response = super().get_paginated_response(data)
        response.data["exact"] = self.exact
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of the page."""
        page = super().get_paginated_response_schema(schema)
        page["properties"]["exact"] = {
            "type": "boolean",
            "description": "False: more match; the best of the newest are ranked and counted.",
        }
        return {**page, "required": list(page["properties"])}


class SearchOperations:
    """The search operation on proposals."""

    @extend_schema(summary="检索提案", responses=HitSerializer(many=True))
    @action(
        detail=False,
        filter_backends=[AllowListFilters],
        filterset_class=SearchFilter,
        pagination_class=SearchPagination,
    )
    def search(self, request: Request) -> Response:
        """Proposals found by words, best first, with the passages that were found.

        `q`: free words, all of which a hit has, or what means the same; `"an exact phrase"`;
        `前缀*`; `-without`; operators such as `状态:办理中 单位:教育局 逾期:是 届:5-2`.
        Every filter of the list narrows the search. When few proposals have all the words,
        some that have a part of them follow (`complete` is false).
        """
        view = cast(Any, self)
        query = parse(request.query_params.get("q", ""))
        rows = view.filter_queryset(view.get_queryset())
        rows = Narrowing(ProposalFilter, request, "q")(rows, query.operators)
        found = find(rows, query, reader_of(request))
        view.paginator.exact = found.exact
        page = view.paginate_queryset(found.hits)
        rows_shown = list(shown(page, query, reader_of(request)))
        return cast(
            Response, view.get_paginated_response(HitSerializer(rows_shown, many=True).data)
        )


def shown(page: Sequence[Hit], query: Query, reader: Reader) -> Iterator[Proposal]:
    """The proposals of the hits, with their marks; the same few queries for any page."""
    marks = Marks(query, question(query))
    rows = (
        Proposal.objects.filter(pk__in=[hit.key for hit in page])
        .select_related("lead", "body", "committee", "session__committee", "session__term")
        .prefetch_related(
            "suggestions",
            Prefetch(
                "cosignatures",
                Cosignature.objects.filter(state=CosignatureState.AGREED)
                .select_related("member")
                .order_by("id"),
                to_attr="signed",
            ),
            Prefetch(
                "replies",
                visible(reader, Reply.objects.filter(state__in=SENT_OUT)).order_by("id"),
                to_attr="told",
            ),
        )
    )
    proposals = {proposal.pk: proposal for proposal in rows}
    for hit in page:
        proposal: Any = proposals[hit.key]
        proposal.score, proposal.complete = hit.score, hit.complete
        proposal.title_pieces = marks.pieces(proposal.title)
        proposal.passages = marks.passages(_texts(proposal))
        yield proposal


def _texts(proposal: Any) -> Iterator[tuple[str, str]]:
    yield "situation", proposal.situation
    yield "analysis", proposal.analysis
    for suggestion in proposal.suggestions.all():
        yield "suggestion", suggestion.text
    yield "background", proposal.background
    for reply in proposal.told:
        yield "reply", reply.body
