"""Inputs of the steps by which the committee examines and decides."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.enums import AssignmentRole
from proposals.enums import ConsentWay, ReviewOutcome
from proposals.inputs.fields import (
    Reason,
    category_field,
    disposition_field,
    ground_field,
    key_field,
    optional_text,
    past_moment,
    unit_field,
)

MOST_TAKEN_IN = 50
"""Proposals that a host takes in at once."""


class UnitRoleInput(serializers.Serializer[Any]):
    """A unit and how it takes part."""

    unit = unit_field()
    role = serializers.ChoiceField(label=_("办理方式"), choices=AssignmentRole.choices)


class ReviewInput(serializers.Serializer[Any]):
    """An opinion given in a round of review."""

    outcome = serializers.ChoiceField(label=_("审查意见"), choices=ReviewOutcome.choices)
    opinion = optional_text(_("意见说明"), 2000)
    category = category_field(required=False, allow_blank=True, default="")
    units = UnitRoleInput(label=_("建议承办单位"), many=True, required=False, default=list)
    ground = ground_field(required=False, allow_blank=True, default="")
    disposition = disposition_field(required=False, allow_blank=True, default="")
    duplicates = serializers.ListField(
        label=_("发现的同类提案"),
        child=key_field(),
        required=False,
        default=list,
        max_length=50,
    )


class FileInput(serializers.Serializer[Any]):
    """The decision to file."""

    category = category_field()
    meeting = optional_text(_("审定会议"), 200)
    urgent = serializers.BooleanField(label=_("时效性强"), required=False, default=False)


class KeyInput(serializers.Serializer[Any]):
    """The decision of the chairpersons' meeting on a key proposal."""

    meeting = serializers.CharField(label=_("审定会议"), max_length=200)


class NotFileInput(serializers.Serializer[Any]):
    """The decision not to file: always a ground, a disposition and a notice."""

    ground = ground_field()
    disposition = disposition_field()
    notice = serializers.CharField(label=_("通知内容"), max_length=2000)
    destination = optional_text(_("转送单位"), 200)
    category = category_field(required=False, allow_blank=True, default="")


class MergerConsentInput(serializers.Serializer[Any]):
    """The proposers' consent to a merger, where the rulebook asks for it, and a note."""

    consent_way = serializers.ChoiceField(
        label=_("征得同意方式"), choices=ConsentWay.choices, required=False
    )
    consent_at = past_moment(_("征得同意时间"), required=False)
    note = optional_text(_("备注"), 500)


class MergeInput(MergerConsentInput):
    """The filed proposal that this one is handled with."""

    into = key_field(label=_("并入提案"), help_text=_("已立案的主件"))


class TakenInField(serializers.ListField):
    """Keys of the proposals that a host takes in, each once."""

    child = key_field()

    def __init__(self, **kwargs: Any) -> None:
        help_text = _(
            "并入后各件保留收件号和提案者，随主件一并办理、分别答复；"
            "内容重复而不办理的，请用“不予立案”"
        )
        kwargs |= {"allow_empty": False, "max_length": MOST_TAKEN_IN}
        super().__init__(label=_("并入的提案"), help_text=help_text, **kwargs)

    def to_internal_value(self, data: Any) -> list[int]:
        """Refuses a proposal that is named twice."""
        numbers: list[int] = super().to_internal_value(data)
        twice: dict[Any, Any] = {
            place: [_("编号为 %(pk)s 的提案已在前面列出，请去掉重复项") % {"pk": number}]
            for place, number in enumerate(numbers)
            if number in numbers[:place]
        }
        if twice:
            raise serializers.ValidationError(twice, code="twice")
        return numbers


class TakeInInput(MergerConsentInput):
    """The proposals that are handled with this filed one."""

    members = TakenInField()


class WithdrawalInput(Reason):
    """A written request to withdraw; ``requested_at`` when the office records one from paper."""

    requested_at = past_moment(_("申请时间"), required=False)
