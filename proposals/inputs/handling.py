"""Inputs of the steps by which units get, return, handle and answer."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.enums import AssignmentRole, ContactStage
from proposals.enums import ContactWay
from proposals.inputs.fields import (
    LEFT_OUT,
    Reason,
    RulebookCode,
    key_field,
    optional_text,
    past_moment,
    unit_field,
)
from proposals.inputs.reviewing import UnitRoleInput


class PreAssignInput(serializers.Serializer[Any]):
    """The units that are asked."""

    units = UnitRoleInput(label=_("承办单位"), many=True, allow_empty=False)


class ObjectInput(Reason):
    """An objection to a proposed assignment."""

    suggested_unit = unit_field(label=_("建议承办单位"), **LEFT_OUT)


class AssignInput(serializers.Serializer[Any]):
    """The units that get a proposal, and how they take part."""

    units = UnitRoleInput(label=_("承办单位"), many=True, allow_empty=False)
    urgent = serializers.BooleanField(label=_("时效性强"), required=False)
    government_leader = optional_text(_("牵头领导"), 60)
    note = optional_text(_("交办要求"), 500)


class BatchItemInput(AssignInput):
    """One line of an assignment list."""

    proposal = key_field(label=_("提案"))


class BatchInput(serializers.Serializer[Any]):
    """An assignment meeting or a batch between sessions."""

    name = serializers.CharField(label=_("名称"), max_length=100)
    document_number = optional_text(_("文号"), 60)
    held_on = serializers.DateField(label=_("交办日期"), required=False, default=None)
    items = BatchItemInput(many=True, allow_empty=False, max_length=300)  # type: ignore[call-arg]  # a keyword of the list


class IssueInput(serializers.Serializer[Any]):
    """A task for one unit; made by the system from an assignment."""


class AddUnitInput(serializers.Serializer[Any]):
    """A further unit for an assigned proposal."""

    unit = unit_field()
    role = serializers.ChoiceField(
        label=_("办理方式"),
        choices=[
            (AssignmentRole.ASSIST.value, AssignmentRole.ASSIST.label),
            (AssignmentRole.SEPARATE.value, AssignmentRole.SEPARATE.label),
        ],
    )


class ReassignInput(Reason):
    """The unit that takes over."""

    unit = unit_field()


class ReturnRequestInput(Reason):
    """Why a unit thinks the task is not its own, and whose it is."""

    suggested_unit = unit_field(label=_("建议承办单位"))
    signed_by = optional_text(_("单位负责人签字"), 60)


class StopClockInput(Reason):
    """Why the clock of a task is stopped."""

    ground = RulebookCode(lambda rules: rules.handling.pauses.grounds, label=_("事由"))


class QuietInput(Reason):
    """Until when, and why, nobody is reminded of a proposal."""

    until = serializers.DateField(label=_("静默至（含当日）"))

    def validate_until(self, until: date) -> date:
        """A day to come."""
        if until < timezone.localdate(self.context["at"]):
            raise serializers.ValidationError(_("须不早于今天"))
        return until


class GrantReturnInput(serializers.Serializer[Any]):
    """The unit that gets the task instead."""

    unit = unit_field(**LEFT_OUT)
    note = optional_text(_("裁定说明"), 1000)


class ExtensionInput(Reason):
    """A request for more time."""

    new_due_on = serializers.DateField(label=_("申请延至"))
    proposer_consulted = serializers.BooleanField(label=_("已与提案者沟通"), default=False)

    def validate_new_due_on(self, value: date) -> date:
        """The day must lie ahead."""
        at = self.context.get("at")
        if at is not None and value <= timezone.localtime(at).date():
            raise serializers.ValidationError(_("须晚于今天"), code="in_the_past")
        return value


class ContactInput(serializers.Serializer[Any]):
    """A talk with the proposer (沟通记录)."""

    held_at = past_moment(_("沟通时间"))
    way = serializers.ChoiceField(label=_("沟通方式"), choices=ContactWay.choices)
    stage = serializers.ChoiceField(label=_("阶段"), choices=ContactStage.choices)
    place = optional_text(_("地点"), 100)
    persons = serializers.CharField(label=_("参加人"), max_length=200)
    outcome = serializers.CharField(label=_("提案者意见"), max_length=2000)


class OpinionInput(serializers.Serializer[Any]):
    """The assisting unit's opinion, addressed to the lead unit (会办意见)."""

    text = serializers.CharField(label=_("会办意见"), max_length=20000)
    document_number = optional_text(_("文号"), 60)
    signed_by = serializers.CharField(label=_("签发人"), max_length=60)
    handler = optional_text(_("承办人"), 60)
    phone = optional_text(_("联系电话"), 30)
