"""The proposal: its text, its proposers, its review, its outcome."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.api.model_serializer import NamedSerializer, read_serializer
from members.enums import AssignmentRole
from proposals.api.serializers.base import subject_serializer
from proposals.models import (
    Assignment,
    Clue,
    Consultation,
    Cosignature,
    FollowUp,
    Proposal,
    ReviewOpinion,
    Suggestion,
    TextVersion,
)

SuggestionSerializer = read_serializer(
    Suggestion, "A suggestion; replies answer it by its key.", "id proposal number text"
)

ClueSerializer = subject_serializer(
    Clue,
    "A matter that members may write on.",
    "committee session topic text source published_at closed_at",
)

CosignatureSerializer = subject_serializer(
    Cosignature,
    "An invitation to co-sign and its answer.",
    "proposal member remark answered_at channel text_seen",
    named="member",
)


class UnitRoleSerializer(serializers.Serializer[Any]):
    """A unit that a reviewer suggests, by its key, and how it should take part."""

    unit = serializers.IntegerField()
    role = serializers.ChoiceField(choices=AssignmentRole.choices)


ReviewOpinionSerializer = read_serializer(
    ReviewOpinion,
    "An opinion of a round of review.",
    "round round_name reviewer reviewed_at outcome opinion category units ground disposition "
    "duplicates",
    named="reviewer",
    units=UnitRoleSerializer(many=True, read_only=True),
)

FamilySerializer = read_serializer(
    Proposal,
    "A proposal that another one is handled with; ``link`` leads to its detail.",
    "id receipt_no case_no title state state_label lead body link",
    of="Family",
    named="lead body",
    state=serializers.CharField(read_only=True),
    link=serializers.CharField(read_only=True),
)

ProposalSerializer = subject_serializer(
    Proposal,
    "A proposal in a list.",
    "committee session receipt_no case_no title lead body proposer_kind period_kind channel "
    "category urgent is_key received_at filed_at assigned_at replied_at concluded_at round "
    "merged_into publication_scope",
    named="lead body",
)

HandlingUnitSerializer = read_serializer(
    Assignment,
    "A unit that handles a proposal, and how.",
    "unit role state",
    of="HandlingUnit",
    named="unit",
)

ConsultationSerializer = read_serializer(
    Consultation, "A consultation on record.", "held_at persons outcome"
)

FollowUpSerializer = read_serializer(
    FollowUp,
    "A later look, with the second result.",
    "year result_class evidence recorded_at",
)


@extend_schema_field(FamilySerializer(allow_null=True))
class HostField(serializers.Field[Any, Any, Any, Any]):
    """The proposal that it was merged into, for those who see that one."""

    def to_representation(self, proposal: Proposal) -> Any:
        host = self.context["view"].host_of(proposal)
        return FamilySerializer(host).data if host else None


@extend_schema_field(HandlingUnitSerializer(many=True))
class HandlingUnitsField(serializers.Field[Any, Any, Any, Any]):
    """The units that handle it, for those who may know."""

    def to_representation(self, proposal: Proposal) -> Any:
        if not self.context["view"].tells_units(proposal):
            return []
        tasks = proposal.assignments.live().select_related("unit")
        return HandlingUnitSerializer(tasks, many=True).data


ProposalDetailSerializer = read_serializer(
    Proposal,
    "A proposal by itself.",
    "situation analysis suggestions background clue suggested_units publicity_wish "
    "publicity_reason cosignatures rounds_done meeting ground disposition destination notice "
    "withdrawal_requested_at withdrawal_reason merged_at host merged_from units "
    "government_leader consultations follow_ups public_summary published_at",
    of="ProposalDetail",
    extends=ProposalSerializer,
    rows={
        "suggestions": SuggestionSerializer,
        "cosignatures": CosignatureSerializer,
        "suggested_units": NamedSerializer,
        "merged_from": FamilySerializer,
        "consultations": ConsultationSerializer,
        "follow_ups": FollowUpSerializer,
    },
    host=HostField(source="*", read_only=True),
    units=HandlingUnitsField(source="*", read_only=True),
)

TextVersionSerializer = read_serializer(
    TextVersion,
    "The text as it was at a stage.",
    "number kind title situation analysis suggestions author kept_at consent_way consent_at",
    named="author",
    texts="suggestions",
)
