"""What the endpoints of this application share."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, permissions, viewsets
from rest_framework.request import Request

from members.api.errors import TellsReasons
from members.api.filters import BACKENDS
from members.models import User
from members.permissions import refusal_to_administer
from members.reader import Reader, reader_of
from members.visibility import visible


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


class Seen(TellsReasons, viewsets.GenericViewSet):
    """A view set over what the person may see; the rest is a 404."""

    filter_backends = BACKENDS
    ordering_fields: list[str] = []
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    @property
    def actor(self) -> User:
        """Who is signed in; the permission classes let nobody else this far."""
        return cast(User, self.request.user)

    @property
    def reader(self) -> Reader:
        """The same, at the moment of the request."""
        return reader_of(self.request)

    def get_queryset(self) -> QuerySet:
        return visible(self.reader, super().get_queryset())


class AdministersCommittee(permissions.BasePermission):
    """A row is changed by the administrators of its committee; the reason is told."""

    message: str | None = None

    def has_object_permission(self, request: Request, view: Any, row: Any) -> bool:
        if request.method in permissions.SAFE_METHODS:
            return True
        self.message = refusal_to_administer(reader_of(request), row.committee)
        return self.message is None


class CommitteeRows(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    Seen,
):
    """Rows of committees: seen by who holds a post there, written by their administrators."""

    permission_classes = [permissions.IsAuthenticated, AdministersCommittee]
    http_method_names = ["get", "post", "patch", "head", "options"]
