"""Committees with their terms, sessions, bodies and units."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.serializers import BaseSerializer

from members import permissions, services
from members.api import filters, serializers
from members.api.views.base import CommitteeRows, EditableViewSet, described
from members.models import Body, Committee, Session, Term, Unit
from members.presets import preset
from members.reader import reader_of


@described("政协委员会", "list", "retrieve")
@extend_schema_view(
    create=extend_schema(summary="新建政协委员会（平台管理员）"),
    partial_update=extend_schema(summary="修改政协委员会（平台管理员）"),
)
class CommitteeViewSet(EditableViewSet):
    """The tree of committees: names for everyone signed in, kept by the platform."""

    queryset = Committee.objects.all()
    filterset_class = filters.filterset_of(Committee, "level", "parent", "code")
    ordering_fields = ["code", "name", "level"]

    def get_serializer_class(self) -> type[BaseSerializer]:
        writing = self.action in {"create", "partial_update"}
        return serializers.CommitteeSerializer if writing else serializers.CommitteeNameSerializer

    def check_permissions(self, request: Any) -> None:
        """Refuse those who may not write before saying anything about the data."""
        super().check_permissions(request)
        if self.action in {"create", "partial_update"}:
            permissions.require(permissions.refusal_to_administer_platform(reader_of(request)))

    def perform_create(self, serializer: BaseSerializer) -> None:
        details = dict(serializer.validated_data)
        name = details.pop("preset", None)
        serializer.instance = services.create_committee(
            **details, document=preset(name) if name else None, by=self.reader
        )

    def perform_update(self, serializer: BaseSerializer) -> None:
        details = dict(serializer.validated_data)
        details.pop("preset", None)  # only a new committee starts from one
        committee = cast(Committee, serializer.instance)
        for name, value in details.items():
            setattr(committee, name, value)
        committee.full_clean()
        committee.save()


@described("届", "list", "retrieve", "create", "partial_update")
class TermViewSet(CommitteeRows):
    queryset = Term.objects.select_related("committee")
    serializer_class = serializers.TermSerializer
    filterset_class = filters.filterset_of(Term, "committee")
    ordering_fields = ["number", "begins_on"]


@described("会议", "list", "retrieve", "create", "partial_update")
class SessionViewSet(CommitteeRows):
    queryset = Session.objects.select_related("committee", "term")
    serializer_class = serializers.SessionSerializer
    filterset_class = filters.filterset_of(Session, "committee", "term")
    ordering_fields = ["opens_on", "collection_opens_at"]


@described("集体提案者", "list", "retrieve", "create", "partial_update")
class BodyViewSet(CommitteeRows):
    queryset = Body.objects.select_related("committee")
    serializer_class = serializers.BodySerializer
    filterset_class = filters.filterset_of(Body, "committee", "kind", "is_active")
    ordering_fields = ["kind", "name"]


@described("承办单位", "list", "retrieve", "create", "partial_update")
class UnitViewSet(CommitteeRows):
    queryset = Unit.objects.select_related("committee")
    serializer_class = serializers.UnitSerializer
    filterset_class = filters.UnitFilters
    ordering_fields = ["kind", "name"]
