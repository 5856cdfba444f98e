"""Inputs of the steps by which a proposal is written, co-signed and handed in."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from proposals.enums import ConsentWay
from proposals.inputs.fields import (
    LEFT_OUT,
    Reason,
    body_field,
    key_field,
    member_field,
    optional_text,
    past_moment,
    unit_field,
)


class TextInput(serializers.Serializer[Any]):
    """The parts of the text; what is left out keeps its value."""

    title = serializers.CharField(label=_("案由"), max_length=200)
    situation = serializers.CharField(
        label=_("情况与问题"), required=False, allow_blank=True, max_length=20000
    )
    analysis = serializers.CharField(
        label=_("分析"), required=False, allow_blank=True, max_length=20000
    )
    suggestions = serializers.ListField(
        label=_("建议"),
        child=serializers.CharField(max_length=5000),
        required=False,
        max_length=50,
        help_text=_("一条建议一项，按顺序编号"),
    )


class DraftInput(TextInput):
    """A proposal as its proposer writes it."""

    suggested_units = unit_field(many=True, required=False, help_text=_("建议承办单位"))
    publicity_wish = serializers.BooleanField(label=_("同意公开"), required=False, default=True)
    publicity_reason = serializers.CharField(
        label=_("不公开理由"), required=False, allow_blank=True, max_length=200
    )
    background = serializers.CharField(
        label=_("调研情况与线索来源"), required=False, allow_blank=True, max_length=5000
    )


class EditInput(DraftInput):
    """A change to a draft: any part of it."""

    title = serializers.CharField(label=_("案由"), max_length=200, required=False)
    publicity_wish = serializers.BooleanField(label=_("同意公开"), required=False)


class DistinctInput(serializers.Serializer[Any]):
    """Why it is not the same as a proposal that it is very like; asked only when there is one."""

    distinct_because = optional_text(
        _("与相似提案的不同之处"), 500, help_text=_("与已有提案高度相似时填写；相似本身不妨碍提交")
    )


class EnterInput(DistinctInput, DraftInput):
    """A proposal handed in on paper, typed in by the office for its proposer."""

    proposer = member_field(required=False, help_text=_("第一提案人；集体提案不填"))
    cosigners = member_field(many=True, required=False, help_text=_("纸质提案上已签名的联名人"))
    received_at = past_moment(_("收到时间"), required=False)
    one_matter = serializers.BooleanField(label=_("一事一案"), required=False, default=False)


class SubmitInput(DistinctInput):
    """What the proposer declares when handing in."""

    one_matter = serializers.BooleanField(
        label=_("一事一案"), required=False, default=False, help_text=_("确认本提案只反映一件事")
    )


class InviteInput(serializers.Serializer[Any]):
    """Members invited to co-sign."""

    members = member_field(many=True, allow_empty=False, help_text=_("被邀请的委员"))


class CosignInput(serializers.Serializer[Any]):
    """A remark with the answer to an invitation."""

    remark = optional_text(_("意见"), 1000)


class AttachInput(serializers.Serializer[Any]):
    """A file."""

    file = serializers.FileField(label=_("文件"), max_length=200)


class DetachInput(serializers.Serializer[Any]):
    """An attachment to remove."""

    attachment = serializers.IntegerField(label=_("附件编号"))


class ConsentInput(serializers.Serializer[Any]):
    """The consent of the proposer on record."""

    consent_way = serializers.ChoiceField(label=_("征得同意方式"), choices=ConsentWay.choices)
    consent_at = past_moment(_("征得同意时间"))


class OfficeEditInput(ConsentInput, TextInput):
    """An edit by the office, with the proposer's consent."""

    title = serializers.CharField(label=_("案由"), max_length=200, required=False)
    note = optional_text(_("修改说明"), 500)


class ReturnInput(Reason):
    """Why a proposal goes back to its proposer."""


# The collective proposer is chosen once, when the draft is begun.
class BeginInput(DraftInput):
    """A new draft; ``body`` makes it a collective proposal."""

    body = body_field(required=False, allow_null=True, help_text=_("集体提案者；个人或联名不填"))
    clue = key_field(label=_("提案线索"), **LEFT_OUT)


class EnterForInput(EnterInput):
    """A new entry from paper; ``body`` makes it a collective proposal."""

    body = body_field(required=False, allow_null=True, help_text=_("集体提案者；个人或联名不填"))
