"""Endpoints of channels, stand-ins, deliveries and webhooks."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from members import services
from members.api import delivery, filters
from members.api.views.base import (
    CommitteeRows,
    EditableViewSet,
    IsPerson,
    VisibleViewSet,
    described,
)
from members.models import Delivery, NoticeChannel, StandIn, User, Webhook, WebhookCall
from members.services.stand_in import MOST_CANDIDATES, candidates


@described("通知渠道", "list", "retrieve", "destroy")
@extend_schema_view(
    create=extend_schema(summary="设置通知渠道"),
    partial_update=extend_schema(summary="修改通知渠道"),
)
class NoticeChannelViewSet(mixins.DestroyModelMixin, EditableViewSet):
    """The person's channels outside the product; statutory notices always go at once."""

    permission_classes = [IsAuthenticated, IsPerson]
    queryset = NoticeChannel.objects.select_related("user")
    filterset_class = filters.filterset_of(NoticeChannel, "means")

    def get_serializer_class(self) -> type[BaseSerializer]:
        if self.action == "partial_update":
            return delivery.NoticeChannelChangeSerializer
        return delivery.NoticeChannelSerializer

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.instance = services.set_channel(
            user=self.actor, **serializer.validated_data, at=self.reader.at
        )

    def perform_update(self, serializer: BaseSerializer) -> None:
        known = cast(NoticeChannel, serializer.instance)
        serializer.instance = services.set_channel(
            user=self.actor, means=known.means, **serializer.validated_data, at=self.reader.at
        )

    def perform_destroy(self, instance: NoticeChannel) -> None:
        services.remove_channel(channel=instance)


@described("代收安排", "list", "retrieve", "create")
class StandInViewSet(mixins.CreateModelMixin, VisibleViewSet):
    """Stand-ins: who gets whose notices during an absence."""

    queryset = StandIn.objects.select_related("user", "stand_in")
    serializer_class = delivery.StandInSerializer
    filterset_class = filters.StandInFilters
    ordering_fields = ["since", "until"]

    def perform_create(self, serializer: BaseSerializer) -> None:
        wanted: dict[str, Any] = {"user": self.actor, **serializer.validated_data}
        stand_in = User.objects.filter(pk=wanted.pop("stand_in_id")).first()
        serializer.instance = services.appoint_stand_in(**wanted, stand_in=stand_in, by=self.reader)

    @extend_schema(
        summary="可以代收的人", responses=delivery.PersonSerializer(many=True), filters=False
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def candidates(self, request: Request) -> Response:
        """Who shares every scope of the person's posts, by name."""
        people = candidates(self.actor, self.reader.day)[:MOST_CANDIDATES]
        return Response(delivery.PersonSerializer(people, many=True).data)

    @extend_schema(summary="结束代收", request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End an arrangement today."""
        services.end_stand_in(stand_in=self.get_object(), by=self.reader)
        return Response(status=204)


@described("通知投递", "list", "retrieve")
class DeliveryViewSet(VisibleViewSet):
    """Deliveries to the person; for administrators, also to the committee's people."""

    queryset = Delivery.objects.select_related("recipient")
    serializer_class = delivery.NoticeDeliverySerializer
    filterset_class = filters.filterset_of(Delivery, "state", "means", "recipient")
    ordering_fields = ["id", "next_try_at"]

    @extend_schema(summary="重发", request=None, responses=delivery.NoticeDeliverySerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Try a dead message again, with the same key."""
        row = self.get_object()
        services.resend_delivery(delivery=row, by=self.reader)
        return Response(self.get_serializer(self.get_object()).data)


@described("事件推送", "list", "retrieve")
@extend_schema_view(
    create=extend_schema(
        summary="新建事件推送（委员会管理员）", responses={201: delivery.WebhookSecretSerializer}
    ),
    partial_update=extend_schema(summary="修改事件推送"),
)
class WebhookViewSet(CommitteeRows):
    """Addresses that receive a committee's events; for its administrators."""

    queryset = Webhook.objects.select_related("committee").prefetch_related("secrets")
    filterset_class = filters.filterset_of(Webhook, "committee", "is_active")

    def get_serializer_class(self) -> type[BaseSerializer]:
        tells = self.action in {"create", "rotate_secret"}
        return delivery.WebhookSecretSerializer if tells else delivery.WebhookSerializer

    @extend_schema(
        summary="轮换密钥",
        request=delivery.SecretRotationSerializer,
        responses=delivery.WebhookSecretSerializer,
    )
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """A new secret, shown only once; the old one signs as well until ``old_ends_at``."""
        webhook = self.get_object()
        asked = delivery.SecretRotationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        webhook = services.rotate_secret(webhook=webhook, **asked.validated_data, by=self.reader)
        return Response(self.get_serializer(webhook).data)

    @extend_schema(
        summary="可推送的事件种类", responses=delivery.WebhookKindsSerializer, filters=False
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def kinds(self, request: Request) -> Response:
        """Subjects, as ``proposal``, and their steps, as ``proposal.file``."""
        return Response(delivery.WebhookKindsSerializer({}).data)


@described("推送记录", "list", "retrieve")
class WebhookCallViewSet(VisibleViewSet):
    """The log of calls, with the responses."""

    queryset = WebhookCall.objects.select_related("webhook__committee")
    serializer_class = delivery.WebhookCallSerializer
    filterset_class = filters.filterset_of(WebhookCall, "webhook", "state", "event", "kind")
    ordering_fields = ["id", "next_try_at"]

    @extend_schema(summary="重放", request=None, responses=delivery.WebhookCallSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Call again for the same event, with the same key and body."""
        services.replay(call=self.get_object(), by=self.reader)
        return Response(self.get_serializer(self.get_object()).data)
