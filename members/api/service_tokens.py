"""Serializers of service tokens."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members import clock
from members.api.model_serializer import ALL, model_serializer
from members.api.serializers import PostSerializer, Visible, related_name
from members.enums import TokenStanding
from members.models import Post, ServiceToken
from members.services.service_token import LIFE


def in_a_year() -> date:
    """Until when a token is good, unless something else is said."""
    return clock.today() + LIFE


class NewServiceTokenSerializer(serializers.Serializer):
    """A service token to make: within which of one's posts it acts, and until when."""

    name = serializers.CharField(
        label=_("名称"), help_text=_("使用它的系统；以它办理的事项都记在这个名下"), max_length=40
    )
    posts = Visible(
        label=_("权限"),
        help_text=_("它能看、能办的，以所选职务为限；职务结束时随之失效"),
        queryset=Post.objects.all(),
        many=True,
    )
    read_only = serializers.BooleanField(
        label=_("只读"), help_text=_("只能读取，什么都不能办"), default=False
    )
    until = serializers.DateField(
        label=_("有效期至"),
        help_text=_("不含当日；清空为不定期"),
        allow_null=True,
        default=in_a_year,
    )


ServiceTokenSerializer = model_serializer(
    ServiceToken,
    "A service token; the token itself is told when it is made, and never again.",
    "id name account committee posts read_only until standing standing_name prefix made_by "
    "made_by_name made_at last_used_at last_used_from revoked_at",
    read_only=ALL,
    name=serializers.CharField(read_only=True),
    posts=PostSerializer(many=True, read_only=True),
    standing=serializers.ChoiceField(choices=TokenStanding.choices, read_only=True),
    standing_name=serializers.CharField(source="get_standing_display", read_only=True),
    made_by_name=related_name("made_by.get_short_name"),
)
MadeServiceTokenSerializer = model_serializer(
    ServiceToken,
    "A service token with the token itself: keep it now.",
    "token",
    extends=ServiceTokenSerializer,
    of="MadeServiceToken",
    read_only=ALL,
    token=serializers.CharField(read_only=True),
)


class RevocationSerializer(serializers.Serializer):
    """Why a token is revoked."""

    reason = serializers.CharField(label=_("事由"), max_length=200)
