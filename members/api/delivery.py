"""Serializers of channels, stand-ins, deliveries and webhooks."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members import services
from members.api.model_serializer import ALL, model_serializer
from members.api.serializers import CommitteeRowSerializer, Visible
from members.enums import Means, Pace
from members.models import (
    Delivery,
    NoticeChannel,
    StandIn,
    User,
    Webhook,
    WebhookCall,
    WebhookSecret,
)
from members.models.webhook import KINDS
from members.reader import reader_of
from members.services.channel import masked


class NoticeChannelSerializer(serializers.ModelSerializer):
    """A person's settings for one channel; the address is never fully returned."""

    means = serializers.ChoiceField(choices=Means.choices)
    address = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=500
    )
    address_shown = serializers.SerializerMethodField()
    for_action = serializers.ChoiceField(choices=Pace.choices, required=False)
    for_others = serializers.ChoiceField(choices=Pace.choices, required=False)

    class Meta:
        model = NoticeChannel
        fields = ["id", "means", "address", "address_shown", "for_action", "for_others"]
        validators: list[Any] = []  # setting one that there is changes it

    def get_address_shown(self, row: NoticeChannel) -> str:
        return masked(row)


class NoticeChannelChangeSerializer(NoticeChannelSerializer):
    means = serializers.ChoiceField(choices=Means.choices, read_only=True)


PersonSerializer = model_serializer(
    User,
    "A name to choose.",
    "id name",
    of="Person",
    read_only=ALL,
    name=serializers.CharField(source="get_short_name", read_only=True),
)
StandInSerializer = model_serializer(
    StandIn,
    "An arrangement; ``user`` is oneself when left out.",
    "id user user_name stand_in stand_in_name since until reason made_by made_at",
    read_only="made_by made_at",
    user=Visible(queryset=User.objects.all(), required=False),
    stand_in=serializers.IntegerField(source="stand_in_id", min_value=1, max_value=2**63 - 1),
    user_name=serializers.CharField(source="user.get_short_name", read_only=True),
    stand_in_name=serializers.CharField(source="stand_in.get_short_name", read_only=True),
)
NoticeDeliverySerializer = model_serializer(
    Delivery,
    "How far a message has come; what it says is its reader's, and not shown.",
    "id key recipient recipient_name means state state_name attempts carried_by created_at due_at "
    "next_try_at sent_at last_error",
    of="NoticeDelivery",
    read_only=ALL,
    recipient_name=serializers.CharField(source="recipient.get_short_name", read_only=True),
    state_name=serializers.CharField(source="get_state_display", read_only=True),
)
SigningSecretSerializer = model_serializer(
    WebhookSecret,
    "When a secret signs; ``ends_at`` is null for the current one.",
    "made_at ends_at",
    of="SigningSecret",
    read_only=ALL,
)


class OfWebhook(CommitteeRowSerializer):
    """A webhook, which services make and change."""

    def create(self, data: dict[str, Any]) -> Webhook:
        return services.create_webhook(**data, by=reader_of(self.context["request"]))

    def update(self, row: Webhook, data: dict[str, Any]) -> Webhook:
        return services.change_webhook(webhook=row, **data, by=reader_of(self.context["request"]))


WebhookSerializer = model_serializer(
    Webhook,
    "A webhook; its secret is told when it is made or rotated, and never again.",
    "url kinds is_active made_by made_at secrets",
    extends=OfWebhook,
    read_only="made_by made_at",
    kinds=serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=200, required=False
    ),
    secrets=SigningSecretSerializer(many=True, read_only=True),
)


class WebhookSecretSerializer(WebhookSerializer):  # type: ignore[valid-type]  # made in a line
    """A webhook with its new secret: keep it now."""

    secret = serializers.SerializerMethodField()

    class Meta(WebhookSerializer.Meta):  # type: ignore[name-defined]  # made in a line
        fields = [*WebhookSerializer.Meta.fields, "secret"]

    def get_secret(self, row: Webhook) -> str:
        return row.secrets.all()[0].value


class SecretRotationSerializer(serializers.Serializer):
    """Until when the old secrets sign as well."""

    old_ends_at = serializers.DateTimeField(
        label=_("旧密钥停用时间"),
        help_text=_("省略时为一天之后；最多 30 天；已过的时间表示立即停用"),
        required=False,
    )


WebhookCallSerializer = model_serializer(
    WebhookCall,
    "One event's call, with what was last answered.",
    "id key webhook event kind body state state_name attempts created_at next_try_at claimed_at "
    "sent_at status_code answer last_error",
    read_only=ALL,
    state_name=serializers.CharField(source="get_state_display", read_only=True),
)


class WebhookKindsSerializer(serializers.Serializer):
    """A kind of event that a webhook can subscribe to."""

    kinds = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_kinds(self, _row: Any) -> list[str]:
        return sorted(KINDS)
