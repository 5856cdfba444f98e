"""Inputs of the steps on clues for proposals (提案线索)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.models import Session
from proposals.inputs.fields import LEFT_OUT, InCommittee


class ClueInput(serializers.Serializer[Any]):
    """A clue: one matter that members may write on, and where it comes from."""

    topic = serializers.CharField(label=_("题目"), max_length=100)
    text = serializers.CharField(label=_("内容"), max_length=2000)
    source = serializers.CharField(
        label=_("线索来源"),
        max_length=200,
        help_text=_("如：市民来信、某单位征集；个人的电话和地址不要写在这里"),
    )
    session = InCommittee(
        Session,
        label=_("会议"),
        **LEFT_OUT,
        help_text=_("供哪次会议选用；不填则长期可用"),
    )
