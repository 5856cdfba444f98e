"""Endpoints of service tokens."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from members import services
from members.api import filters, service_tokens
from members.api.authentication import channel_of
from members.api.views.base import VisibleViewSet, described
from members.authentication import has_reauthenticated
from members.models import Post, ServiceToken
from members.permissions import refusal_to_make_token, require


@described("服务令牌", "list", "retrieve")
class ServiceTokenViewSet(VisibleViewSet):
    """One's own service tokens; for administrators all of the committee."""

    queryset = ServiceToken.objects.select_related("account", "made_by").prefetch_related(
        Prefetch("posts", Post.objects.select_related("user", "committee", "unit", "body"))
    )
    serializer_class = service_tokens.ServiceTokenSerializer
    filterset_class = filters.filterset_of(
        ServiceToken, "committee", "made_by", "account", "read_only"
    )
    ordering_fields = ["id", "until", "last_used_at"]

    def get_queryset(self) -> QuerySet:
        rows: Any = super().get_queryset()
        return rows.with_standing(self.reader.day)

    @extend_schema(
        summary="新建服务令牌",
        request=service_tokens.NewServiceTokenSerializer,
        responses={201: service_tokens.MadeServiceTokenSerializer},
    )
    def create(self, request: Request) -> Response:
        """A key for another system, within some of one's posts; shown only once.

        403 in a session whose password was not asked for again just now, and with a service token.
        """
        require(refusal_to_make_token(self.reader))
        in_session = isinstance(request.successful_authenticator, SessionAuthentication)
        if in_session and not has_reauthenticated(request._request):
            raise PermissionDenied(_("请在网页上建立，并重新验证身份"))
        asked = service_tokens.NewServiceTokenSerializer(
            data=request.data, context=self.get_serializer_context()
        )
        asked.is_valid(raise_exception=True)
        made, secret = services.create_service_token(
            **asked.validated_data, by=self.reader, channel=channel_of(request)
        )
        row = self.get_queryset().get(pk=made.pk)
        row.token = secret
        context = self.get_serializer_context()
        told = service_tokens.MadeServiceTokenSerializer(row, context=context).data
        return Response(told, status=201)

    @extend_schema(
        summary="撤销服务令牌",
        request=service_tokens.RevocationSerializer,
        responses=service_tokens.ServiceTokenSerializer,
    )
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End a token at once and for good."""
        token = self.get_object()
        asked = service_tokens.RevocationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.revoke_service_token(
            token=token, **asked.validated_data, by=self.reader, channel=channel_of(request)
        )
        return Response(self.get_serializer(self.get_object()).data)
