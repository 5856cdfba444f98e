"""The preview of a merger."""

from typing import Any

from rest_framework import serializers

from members.api.model_serializer import NamedSerializer, read_serializer
from proposals.api.serializers.proposal import SuggestionSerializer
from proposals.inputs.reviewing import TakenInField
from proposals.models import Attachment


class MergePreviewQuery(serializers.Serializer[Any]):
    """The proposals that are to be merged, as the query of the address names them."""

    members = TakenInField()


class JoiningSerializer(serializers.Serializer[Any]):
    """A proposer, and whether the merger makes them a joint proposer of the host."""

    member = serializers.IntegerField(source="member.pk", default=None, allow_null=True)
    body = serializers.IntegerField(source="body.pk", default=None, allow_null=True)
    name = serializers.CharField(source="__str__")
    joins = serializers.BooleanField()


class WantedUnitSerializer(serializers.Serializer[Any]):
    """A suggested unit, and whether the host does not suggest it yet."""

    id = serializers.IntegerField(source="unit.pk")
    name = serializers.CharField(source="unit.__str__")
    is_new = serializers.BooleanField()


FileSerializer = read_serializer(Attachment, "A file that comes along.", "id name size", of="File")


class SideSerializer(serializers.Serializer[Any]):
    """The host or a member; what the reader cannot see has a key and a refusal only."""

    id = serializers.IntegerField()
    refusal = serializers.CharField(allow_blank=True, help_text="Why not, in words; or empty.")
    receipt_no = serializers.CharField(source="proposal.receipt_no", default="")
    case_no = serializers.CharField(source="proposal.case_no", default="")
    title = serializers.CharField(source="proposal.title", default="")
    state = serializers.CharField(source="proposal.state", default="")
    state_label = serializers.CharField(source="proposal.get_state_display", default="")
    link = serializers.CharField(source="proposal.link", default="")
    proposers = JoiningSerializer(many=True)
    suggestions = SuggestionSerializer(many=True)
    attachments = FileSerializer(many=True)
    suggested_units = WantedUnitSerializer(many=True)
    publicity_wish = serializers.BooleanField(
        source="proposal.publicity_wish", default=None, allow_null=True
    )


class CautionSerializer(serializers.Serializer[Any]):
    """Something to weigh before merging; without a proposal it concerns the whole merger."""

    proposal = serializers.IntegerField(source="proposal.pk", default=None, allow_null=True)
    receipt_no = serializers.CharField(source="proposal.receipt_no", default="")
    text = serializers.CharField()


class MergePreviewSerializer(serializers.Serializer[Any]):
    """What taking the members in would refuse, bring along, end, and tell to whom."""

    host = SideSerializer()
    members = SideSerializer(many=True)
    warnings = CautionSerializer(many=True)
    notices = NamedSerializer(source="told", many=True)
    hosts = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Of the given ones, who could take in the others.",
    )
