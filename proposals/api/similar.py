"""Similar proposals over the API: of one on record, or of a text being written."""

from typing import Any, cast

from django.utils.timezone import localtime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.model_serializer import NamedSerializer
from members.models import Committee
from members.reader import reader_of
from members.visibility import visible
from proposals.api.serializers.proposal import FamilySerializer
from proposals.enums import ProposalState
from proposals.inputs.fields import key_field
from proposals.matching.likeness import Text
from proposals.matching.similar import Alike, similar
from proposals.matching.sources import text_of
from proposals.models import Proposal

MOST = 20
"""How many similar proposals are returned at most."""


class PassageSerializer(serializers.Serializer[Any]):
    """A sentence of each text that say much the same, and the words they share."""

    here = serializers.CharField()
    there = serializers.CharField()
    shared = serializers.ListField(child=serializers.CharField())


class OutcomeSerializer(serializers.Serializer[Any]):
    """What a unit replied, in a word."""

    unit = NamedSerializer(source="assignment.unit")
    result_class = serializers.CharField()
    delivered_at = serializers.DateTimeField()


class PromiseSerializer(serializers.Serializer[Any]):
    """What was promised in a reply, and whether it was kept."""

    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    state = serializers.CharField()


class AlikeSerializer(serializers.Serializer[Any]):
    """A similar proposal, and the reasons.

    ``link`` is empty for a published one of another committee: its detail is not for others.
    """

    id = serializers.IntegerField(source="proposal.pk")
    committee = NamedSerializer(source="proposal.committee")
    number = serializers.SerializerMethodField()
    year = serializers.SerializerMethodField()
    title = serializers.CharField(source="proposal.title")
    state = serializers.ChoiceField(choices=ProposalState.choices, source="proposal.state")
    score = serializers.FloatField()
    high = serializers.SerializerMethodField()
    terms = serializers.ListField(child=serializers.CharField())
    passages = PassageSerializer(many=True)
    results = OutcomeSerializer(many=True, source="replies")
    promises = PromiseSerializer(many=True)
    link = serializers.SerializerMethodField()

    def get_number(self, alike: Alike) -> str:
        """The case number, or the receipt number of one that is not filed."""
        return alike.proposal.number

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_year(self, alike: Alike) -> int | None:
        """The year in which it came in."""
        received = alike.proposal.received_at
        return localtime(received).year if received else None

    def get_high(self, alike: Alike) -> bool:
        """Whether it is so alike that merging is proposed."""
        return alike.score >= self.context["high"]

    def get_link(self, alike: Alike) -> str:
        """Where its detail is read."""
        return alike.proposal.link if alike.is_open else ""


class TextSerializer(serializers.Serializer[Any]):
    """A text being written."""

    committee = key_field(required=False)
    title = serializers.CharField(max_length=200, allow_blank=True, default="")
    body = serializers.CharField(max_length=50_000, allow_blank=True, default="")
    session = key_field(required=False, allow_null=True, default=None)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=5)


class AskedSerializer(serializers.Serializer[Any]):
    """How many to return, and of which session; of all sessions when none is named."""

    session = key_field(required=False, default=None)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=5)


class SimilarOperations:
    """The operations that find similar proposals."""

    @extend_schema(
        summary="相似提案",
        parameters=[
            OpenApiParameter("limit", OpenApiTypes.INT, description=f"1–{MOST}"),
            OpenApiParameter("session", OpenApiTypes.INT, description="Of this session only."),
        ],
        responses=AlikeSerializer(many=True),
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def similar(self, request: Request, pk: str | None = None) -> Response:
        """The proposals most like this one, best first, with the reasons."""
        proposal: Proposal = cast(Any, self).get_object()
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        text = text_of(proposal)
        return _answer(request, text, proposal.committee, of=proposal, **asked.validated_data)

    @extend_schema(summary="同类提案", responses=FamilySerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def kin(self, request: Request, pk: str | None = None) -> Response:
        """The proposals that the office has found to be of one kind with this one."""
        proposal: Proposal = cast(Any, self).get_object()
        reader = reader_of(request)
        seen = visible(reader, proposal.kin())
        rows = seen.select_related("lead", "body").order_by("id")
        return Response(FamilySerializer(rows, many=True).data)

    @extend_schema(
        summary="与文本相似的提案",
        request=TextSerializer,
        responses=AlikeSerializer(many=True),
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="similar-to",
        pagination_class=None,
        filter_backends=[],
    )
    def similar_to(self, request: Request) -> Response:
        """The proposals most like a text being written; the text is not stored."""
        written = TextSerializer(data=request.data)
        written.is_valid(raise_exception=True)
        committee: Committee = cast(Any, self)._committee(request)
        data = dict(written.validated_data)
        data.pop("committee", None)
        text = Text(data.pop("title"), data.pop("body"), tuple(committee.place_names))
        return _answer(request, text, committee, **data)


def _answer(
    request: Request,
    text: Text,
    committee: Committee,
    *,
    session: int | None,
    limit: int,
    of: Proposal | None = None,
) -> Response:
    reader = reader_of(request)
    lines = reader.rules(committee).similarity
    found = similar(
        text,
        committee=committee,
        reader=reader,
        limit=limit,
        of=of,
        session=session,
        above=lines.shown,
    )
    answer = AlikeSerializer(found, many=True, context={"request": request, "high": lines.merge})
    return Response(answer.data)
