"""Inputs of the steps on merge candidates."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from proposals.enums import ConsentWay
from proposals.inputs.fields import key_field, optional_text, past_moment

MOST_GATHERED = 50
"""Members of a group made by hand."""


class GroupedInput(serializers.Serializer[Any]):
    """A proposal of a group: its likeness to the others on the average."""

    proposal = key_field(label=_("提案"))
    score = serializers.FloatField(label=_("相似度"), min_value=0, max_value=1)


class FindInput(serializers.Serializer[Any]):
    """What a scan found."""

    members = serializers.ListField(child=GroupedInput(), min_length=2)
    scan = key_field(label=_("查重任务"))


class GatherInput(serializers.Serializer[Any]):
    """Proposals that somebody found alike without a scan."""

    members = serializers.ListField(
        label=_("提案"), child=key_field(), min_length=2, max_length=MOST_GATHERED
    )
    note = optional_text(_("说明"), 500)


class MergeGroupInput(serializers.Serializer[Any]):
    """The host, and who joins it: everybody else in the group if nobody is named."""

    host = key_field(label=_("主件"), help_text=_("已立案的提案"))
    members = serializers.ListField(
        label=_("并入提案"), child=key_field(), required=False, default=list, max_length=50
    )
    consent_way = serializers.ChoiceField(
        label=_("征得同意方式"), choices=ConsentWay.choices, required=False
    )
    consent_at = past_moment(_("征得同意时间"), required=False)
    note = optional_text(_("备注"), 500)


class LeaveOutInput(serializers.Serializer[Any]):
    """A proposal that is not of the same matter as the rest of its group."""

    proposal = key_field(label=_("提案"))
    reason = serializers.CharField(label=_("理由"), max_length=500)


class ThemeInput(serializers.Serializer[Any]):
    """The name under which the group is supervised."""

    name = serializers.CharField(label=_("专题名称"), max_length=100)
