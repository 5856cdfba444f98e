"""The proposal: its text, its proposers, its review, what became of it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from proposals.api.serializers.base import STANDING, NamedSerializer, SubjectSerializer
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


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    """A suggestion; replies answer it by its key."""

    class Meta:
        model = Suggestion
        fields = ["id", "proposal", "number", "text"]


class ClueSerializer(SubjectSerializer):
    """A matter that members may write on."""

    class Meta:
        model = Clue
        fields = [
            *STANDING,
            "committee",
            "session",
            "topic",
            "text",
            "source",
            "published_at",
            "closed_at",
        ]


class CosignatureSerializer(SubjectSerializer):
    """An invitation to co-sign and its answer."""

    member = NamedSerializer(read_only=True)

    class Meta:
        model = Cosignature
        fields = [*STANDING, "proposal", "member", "remark", "answered_at", "channel", "text_seen"]


class ReviewOpinionSerializer(serializers.ModelSerializer[ReviewOpinion]):
    """An opinion of a round of review."""

    reviewer = NamedSerializer(read_only=True)

    class Meta:
        model = ReviewOpinion
        fields = [
            "round",
            "round_name",
            "reviewer",
            "reviewed_at",
            "outcome",
            "opinion",
            "category",
            "units",
            "ground",
            "disposition",
            "duplicates",
        ]


class FamilySerializer(SubjectSerializer):
    """A proposal that another one is handled with; ``link`` leads to its detail."""

    lead = NamedSerializer(read_only=True)
    body = NamedSerializer(read_only=True)

    class Meta:
        model = Proposal
        fields = [
            "id",
            "receipt_no",
            "case_no",
            "title",
            "state",
            "state_label",
            "lead",
            "body",
            "link",
        ]
        read_only_fields = ["link"]


class ProposalSerializer(SubjectSerializer):
    """A proposal in a list."""

    lead = NamedSerializer(read_only=True)
    body = NamedSerializer(read_only=True)

    class Meta:
        model = Proposal
        fields = [
            *STANDING,
            "committee",
            "session",
            "receipt_no",
            "case_no",
            "title",
            "lead",
            "body",
            "proposer_kind",
            "period_kind",
            "channel",
            "category",
            "urgent",
            "is_key",
            "received_at",
            "filed_at",
            "assigned_at",
            "replied_at",
            "concluded_at",
            "round",
            "merged_into",
            "publication_scope",
        ]


class HandlingUnitSerializer(serializers.ModelSerializer[Assignment]):
    """A unit that handles a proposal, and how."""

    unit = NamedSerializer(read_only=True)

    class Meta:
        model = Assignment
        fields = ["unit", "role", "state"]


class ConsultationSerializer(serializers.ModelSerializer[Consultation]):
    """A consultation on record."""

    class Meta:
        model = Consultation
        fields = ["held_at", "persons", "outcome"]


class FollowUpSerializer(serializers.ModelSerializer[FollowUp]):
    """A later look, with the second result."""

    class Meta:
        model = FollowUp
        fields = ["year", "result_class", "evidence", "recorded_at"]


class ProposalDetailSerializer(ProposalSerializer):
    """A proposal by itself."""

    suggestions = SuggestionSerializer(many=True, read_only=True)
    cosignatures = CosignatureSerializer(many=True, read_only=True)
    suggested_units = NamedSerializer(many=True, read_only=True)
    units = serializers.SerializerMethodField()
    host = serializers.SerializerMethodField()
    merged_from = FamilySerializer(many=True, read_only=True)
    consultations = ConsultationSerializer(many=True, read_only=True)
    follow_ups = FollowUpSerializer(many=True, read_only=True)

    class Meta:
        model = Proposal
        fields = [
            *ProposalSerializer.Meta.fields,
            "situation",
            "analysis",
            "suggestions",
            "background",
            "clue",
            "suggested_units",
            "publicity_wish",
            "publicity_reason",
            "cosignatures",
            "rounds_done",
            "meeting",
            "ground",
            "disposition",
            "destination",
            "notice",
            "withdrawal_requested_at",
            "withdrawal_reason",
            "merged_at",
            "host",
            "merged_from",
            "units",
            "government_leader",
            "consultations",
            "follow_ups",
            "public_summary",
            "published_at",
        ]

    @extend_schema_field(FamilySerializer(allow_null=True))
    def get_host(self, proposal: Proposal) -> Any:
        """The proposal that it was merged into, for those who see that one."""
        host = self.context["view"].host_of(proposal)
        return FamilySerializer(host).data if host else None

    @extend_schema_field(HandlingUnitSerializer(many=True))
    def get_units(self, proposal: Proposal) -> Any:
        """The units that handle it, for those who are told."""
        if not self.context["view"].tells_units(proposal):
            return []
        tasks = proposal.assignments.live().select_related("unit")
        return HandlingUnitSerializer(tasks, many=True).data


class TextVersionSerializer(serializers.ModelSerializer[TextVersion]):
    """The text as it was at a stage."""

    author = NamedSerializer(read_only=True)

    class Meta:
        model = TextVersion
        fields = [
            "number",
            "kind",
            "title",
            "situation",
            "analysis",
            "suggestions",
            "author",
            "kept_at",
            "consent_way",
            "consent_at",
        ]
