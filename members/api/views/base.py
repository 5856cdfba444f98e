"""The common base of this application's endpoints."""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, permissions, viewsets
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from members.api.errors import RefusalsMixin
from members.api.filters import BACKENDS
from members.models import User
from members.permissions import refusal_to_administer, refusal_to_have_notices
from members.reader import Reader, reader_of
from members.visibility import visible

Service = Callable[..., Any]
"""A service that writes rows; see ``members.services``."""


def described(noun: str, *actions: str) -> Any:
    """Give the usual actions of a view set their summaries in the API document."""
    verbs = {
        "list": "列出",
        "retrieve": "查看",
        "create": "新建",
        "partial_update": "修改",
        "destroy": "删除",
    }
    return extend_schema_view(
        **{name: extend_schema(summary=f"{verbs[name]}{noun}") for name in actions}
    )


class VisibleViewSet(RefusalsMixin, viewsets.ReadOnlyModelViewSet):
    """A view set over the rows that the person may see; the rest is a 404."""

    filter_backends = BACKENDS
    ordering_fields: list[str] = []
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    @property
    def actor(self) -> User:
        """The signed-in person; the permission classes let nobody else this far."""
        return cast(User, self.request.user)

    @property
    def reader(self) -> Reader:
        """The same, at the moment of the request."""
        return reader_of(self.request)

    def get_queryset(self) -> QuerySet:
        return visible(self.reader, super().get_queryset())


class ServiceWritesMixin:
    """Rows that services write, which need to know by whom and when.

    ``add`` takes the fields of a new row; ``change`` takes the row, under the name of its model,
    and those fields that change.
    """

    add: Service
    change: Service
    reader: Reader

    def perform_create(self, serializer: BaseSerializer) -> None:
        """Have the service make the row."""
        serializer.instance = type(self).add(**serializer.validated_data, by=self.reader)

    def perform_update(self, serializer: BaseSerializer) -> None:
        """Have the service change the row, which stays in its committee."""
        row = cast(Model, serializer.instance)
        changes = {str(row._meta.model_name): row, **serializer.validated_data}
        changes.pop("committee", None)
        serializer.instance = type(self).change(**changes, by=self.reader)


class AdministersCommittee(permissions.BasePermission):
    """Only administrators of its committee change a row; a refusal gives the reason."""

    message: str | None = None

    def has_object_permission(self, request: Request, view: Any, row: Any) -> bool:
        if request.method in permissions.SAFE_METHODS:
            return True
        self.message = refusal_to_administer(reader_of(request), row.committee)
        return self.message is None


class IsPerson(permissions.BasePermission):
    """Only people have an inbox and channels; a service token is told so."""

    message: str | None = None

    def has_permission(self, request: Request, view: Any) -> bool:
        self.message = refusal_to_have_notices(reader_of(request))
        return self.message is None


class EditableViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, VisibleViewSet):
    """A view set over rows that are also made and changed."""


class CommitteeRows(EditableViewSet):
    """Rows of committees: seen by those who hold a post there, written by its administrators."""

    permission_classes = [permissions.IsAuthenticated, AdministersCommittee]
