"""The merge desk over the API: scans, the groups they find, and themes made of them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from members.models import Session
from proposals import models, permissions
from proposals.api.actions import SubjectViewSet, VisibleViewSet, documented
from proposals.api.serializers.matching import (
    MergeCandidateSerializer,
    ScanOrderSerializer,
    ScanSerializer,
    ThemeSerializer,
)
from proposals.api.similar import PassageSerializer
from proposals.matching import scan
from proposals.matching.similar import Analysed, profile_of, shared_passages, shared_terms
from proposals.matching.sources import texts


class WhyAlikeSerializer(serializers.Serializer[Any]):
    """What a proposal of a group shares with the one at its centre."""

    proposal = serializers.IntegerField()
    terms = serializers.ListField(child=serializers.CharField())
    passages = PassageSerializer(many=True)


@documented("并案候选")
class MergeCandidateViewSet(SubjectViewSet):
    """Groups of merge candidates."""

    queryset = models.MergeCandidate.objects.all()
    serializer_class = MergeCandidateSerializer
    filterset_fields = ("session", "scan", "state", "members__proposal")
    related = ("committee",)
    prefetched_in_lists = ("members__proposal__lead", "members__proposal__body")

    @extend_schema(summary="相似之处", responses=WhyAlikeSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def why(self, request: Request, pk: str | None = None) -> Response:
        """The words and passages that each proposal shares with the centre of the group."""
        candidate: models.MergeCandidate = self.get_object()
        keys = list(candidate.members.values_list("proposal_id", flat=True))
        written = {key: text for key, (_proposal, text) in texts(keys).items()}
        profile = profile_of(written[keys[0]])
        analysed = {key: Analysed(text) for key, text in written.items()}
        centre = analysed[keys[0]]
        answer = [
            {
                "proposal": key,
                "terms": shared_terms(profile, centre, analysed[key]),
                "passages": shared_passages(centre, analysed[key]),
            }
            for key in keys[1:]
        ]
        return Response(WhyAlikeSerializer(answer, many=True).data)


@documented("查重任务")
class ScanViewSet(VisibleViewSet):
    """Scans of a session for merge candidates, with their progress."""

    queryset = models.Scan.objects.all()
    serializer_class = ScanSerializer
    filterset_fields = ("session", "state")

    @extend_schema(summary="查重", request=ScanOrderSerializer, responses={201: ScanSerializer})
    def create(self, request: Request) -> Response:
        """Order a scan of a session; the answer is its progress row, to be read again."""
        asked = ScanOrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = Session.objects.select_related("term__committee")
        session = rows.filter(pk=asked.validated_data["session"]).first()
        if session is None or not permissions.works_in_office(
            self.reader, session.term.committee_id
        ):
            raise NotFound
        ordered = scan.ask(session, self.reader.user, self.reader.at)
        return Response(ScanSerializer(ordered).data, status=201)


@documented("督办专题")
class ThemeViewSet(VisibleViewSet):
    """Themes: proposals of one matter that are supervised together."""

    queryset = models.Theme.objects.all()
    serializer_class = ThemeSerializer
    filterset_fields = ("session", "candidate")
    prefetched_in_lists = ("proposals__lead", "proposals__body")
