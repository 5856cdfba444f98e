"""Serializers of channels, stand-ins, deliveries and webhooks."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.api.model_serializer import ALL, model_serializer
from members.api.serializers import OfCommittee, Visible
from members.models import Delivery, Means, NoticeChannel, Pace, StandIn, User, Webhook, WebhookCall
from members.models.webhook import KINDS
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
WebhookSerializer = model_serializer(
    Webhook,
    "A webhook; its secret is told when it is made, and never again.",
    "url kinds is_active made_by made_at",
    extends=OfCommittee,
    read_only="made_by made_at",
    kinds=serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=200, required=False
    ),
)
WebhookSecretSerializer = model_serializer(
    Webhook,
    "A webhook with its secret: keep it now.",
    "secret",
    extends=WebhookSerializer,
    of="WebhookSecret",
    read_only="made_by made_at secret",
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
