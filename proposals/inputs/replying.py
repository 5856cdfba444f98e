"""Inputs of the steps by which a reply is written, checked, sent and rated."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.rules import Rules
from proposals.enums import Adoption, PublicationScope, Publicity
from proposals.inputs.fields import (
    LEFT_OUT,
    Reason,
    RulebookCode,
    optional_text,
    past_moment,
    result_class_field,
)


class PointInput(serializers.Serializer[Any]):
    """The answer to one suggestion; what is not fully adopted needs a reason."""

    suggestion = serializers.IntegerField(label=_("建议编号"))
    answer = serializers.CharField(label=_("答复"), max_length=10000)
    adoption = serializers.ChoiceField(label=_("采纳情况"), choices=Adoption.choices)
    reason = optional_text(_("未采纳或部分采纳的原因"), 2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Not adopting is explained."""
        if attrs["adoption"] != Adoption.ADOPTED and not attrs["reason"]:
            raise serializers.ValidationError(
                {"reason": _("部分采纳或未采纳的，须说明原因")}, code="required"
            )
        return attrs


class CommitmentInput(serializers.Serializer[Any]):
    """A promise made in the reply (承诺事项)."""

    text = serializers.CharField(label=_("承诺事项"), max_length=1000)
    due_on = serializers.DateField(
        label=_("兑现期限"),
        **LEFT_OUT,
        help_text=_("不填则按规则"),
    )


class ReplyInput(serializers.Serializer[Any]):
    """A reply as the unit writes it; letter head and salutation are made by the system."""

    body = serializers.CharField(label=_("答复正文"), max_length=30000)
    result_class = result_class_field()
    publicity = serializers.ChoiceField(
        label=_("公开属性"), choices=Publicity.choices, default=Publicity.OPEN.value
    )
    publicity_reason = optional_text(_("不公开理由"), 200)
    points = PointInput(many=True, label=_("逐条答复"), required=False, default=list)
    commitments = CommitmentInput(many=True, label=_("承诺事项"), required=False, default=list)
    cc = serializers.ListField(
        label=_("抄送"), child=serializers.CharField(max_length=100), required=False, default=list
    )
    contact_name = serializers.CharField(label=_("承办人"), max_length=60)
    contact_phone = serializers.CharField(label=_("联系电话"), max_length=30)
    leader = optional_text(_("承办负责人"), 60)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Keeping a reply from the public is explained."""
        if attrs["publicity"] == Publicity.CLOSED and not attrs["publicity_reason"]:
            raise serializers.ValidationError(
                {"publicity_reason": _("不公开的，须说明理由")}, code="required"
            )
        return attrs


class CorrectionInput(ReplyInput):
    """A corrected reply and what was wrong with the delivered one."""

    reason = serializers.CharField(label=_("更正原因"), max_length=1000)


class SignInput(serializers.Serializer[Any]):
    """The signature."""

    signed_by = optional_text(_("签发人"), 60, help_text=_("默认为本人"))


class InspectInput(serializers.Serializer[Any]):
    """The inspection's decision to release; it may change the class."""

    result_class = result_class_field(required=False, allow_blank=True, default="")
    note = optional_text(_("审核意见"), 1000)


class DeliverInput(serializers.Serializer[Any]):
    """What the letter gets when it goes out."""

    document_number = serializers.CharField(label=_("文号"), max_length=60)


class RateInput(serializers.Serializer[Any]):
    """The proposer's feedback on the two scales of the rulebook."""

    attitude = RulebookCode(lambda rules: rules.feedback.attitude, label=_("对办理态度"))
    result = RulebookCode(lambda rules: rules.feedback.result, label=_("对办理结果"))
    comment = optional_text(_("意见和建议"), 2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A poor rating tells the unit what to do better."""
        if is_poor(self.context["rules"], attrs) and not attrs["comment"]:
            raise serializers.ValidationError(
                {"comment": _("评价为不满意的，请说明理由，便于承办单位重新办理")}, code="required"
            )
        return attrs


class PaperRateInput(RateInput):
    """A rating copied by the office from the signed paper form, with its scan."""

    signed_at = past_moment(_("签名时间"))
    scan = serializers.FileField(label=_("扫描件"))


def is_poor(rules: Rules, ratings: dict[str, Any]) -> bool:
    """Whether the rulebook reopens the work for these ``{"attitude", "result"}`` codes."""
    scales = {"attitude": rules.feedback.attitude, "result": rules.feedback.result}
    return any(
        entry.poor and entry.code == ratings[scale]
        for scale in rules.feedback.reopens_on
        for entry in scales[scale]
    )


class ConsultationInput(serializers.Serializer[Any]):
    """The consultation held after the last poor rating."""

    held_at = past_moment(_("协商时间"))
    persons = serializers.CharField(label=_("参加人"), max_length=500)
    outcome = serializers.CharField(label=_("协商结果"), max_length=2000)


class ConcludeInput(Reason):
    """Why the office concludes without waiting for feedback."""


class FollowUpInput(serializers.Serializer[Any]):
    """A later look at what became of it (跟踪办理), with the second result."""

    year = serializers.IntegerField(label=_("年度"), min_value=1949, max_value=2999)
    result_class = result_class_field()
    evidence = serializers.CharField(label=_("落实情况"), max_length=5000)


class ProgressInput(serializers.Serializer[Any]):
    """Evidence of how far a commitment has come."""

    evidence = serializers.CharField(label=_("进展"), max_length=2000)


class PublishInput(serializers.Serializer[Any]):
    """How much the public sees."""

    scope = serializers.ChoiceField(
        label=_("公开范围"),
        choices=[
            (PublicationScope.SUMMARY.value, PublicationScope.SUMMARY.label),
            (PublicationScope.FULL.value, PublicationScope.FULL.label),
        ],
    )
    summary = optional_text(_("摘要"), 1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A summary is written by a person."""
        if attrs["scope"] == PublicationScope.SUMMARY and not attrs["summary"]:
            raise serializers.ValidationError({"summary": _("公开摘要的，请填写摘要")})
        return attrs
