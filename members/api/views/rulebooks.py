"""Rulebooks: what is in force, what is being prepared, their schema and presets."""

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from members import rules, services
from members.api import filters
from members.api.serializers import RulebookDocumentSerializer, RulebookSerializer
from members.api.views.base import CommitteeRows, ServiceWritesMixin, described
from members.models import Rulebook
from members.presets import NAMES, preset


class _CommitteeQuery(serializers.Serializer):
    committee = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


@described("规则", "list", "retrieve", "create", "partial_update", "destroy")
class RulebookViewSet(ServiceWritesMixin, mixins.DestroyModelMixin, CommitteeRows):
    """What is in force is read by the committee's people; what comes by its administrators."""

    queryset = Rulebook.objects.select_related("committee")
    filterset_class = filters.filterset_of(Rulebook, "committee")
    lookup_value_regex = r"\d+"
    ordering_fields = ["effective_from"]
    add = services.adopt_rulebook
    change = services.edit_rulebook

    def get_serializer_class(self) -> type[BaseSerializer]:
        return RulebookSerializer if self.action == "list" else RulebookDocumentSerializer

    def perform_destroy(self, instance: Rulebook) -> None:
        services.drop_rulebook(rulebook=instance, by=self.reader)

    @extend_schema(
        summary="现行规则",
        parameters=[OpenApiParameter("committee", OpenApiTypes.INT, required=True)],
        responses=RulebookDocumentSerializer,
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def current(self, request: Request) -> Response:
        """The rulebook in force today in a committee where the person holds a post."""
        query = _CommitteeQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        in_force = self.get_queryset().filter(effective_from__lte=self.reader.day)
        committee = query.validated_data["committee"]
        row = in_force.filter(committee=committee).order_by("-effective_from").first()
        if row is None:
            raise Http404
        return Response(self.get_serializer(row).data)

    @extend_schema(
        summary="规则的 JSON Schema", responses={200: OpenApiTypes.OBJECT}, filters=False
    )
    @action(detail=False, pagination_class=None, url_path="schema")
    def json_schema(self, request: Request) -> Response:
        """The shape of ``document``, with titles in the reader's language."""
        return Response(rules.json_schema())

    @extend_schema(
        summary="规则样本",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=NAMES)],
        responses={200: OpenApiTypes.OBJECT},
        filters=False,
    )
    @action(detail=False, pagination_class=None, url_path="presets/(?P<name>[a-z]+)")
    def presets(self, request: Request, name: str) -> Response:
        """The rules of a real place, to start from."""
        try:
            return Response(preset(name))
        except KeyError as error:
            raise exceptions.NotFound(_("没有这份规则样本")) from error
