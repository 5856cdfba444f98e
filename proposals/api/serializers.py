"""What the API shows of each kind of row; fields are listed, never all."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from proposals.models import (
    Assignment,
    AssignmentBatch,
    Attachment,
    Commitment,
    Consultation,
    ContactRecord,
    Cosignature,
    Delivery,
    Event,
    ExtensionRequest,
    Feedback,
    FollowUp,
    PreAssignment,
    Proposal,
    Reply,
    ReplyPoint,
    ReturnRequest,
    ReviewOpinion,
    Suggestion,
    TextVersion,
)

STANDING = ["id", "state", "state_label", "version", "created_at"]
"""Fields of every subject."""


class SubjectSerializer(serializers.ModelSerializer[Any]):
    """What every subject shows of its standing."""

    state = serializers.CharField(read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)


class NamedSerializer(serializers.Serializer[Any]):
    """A row of another list, by key and name."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="__str__", read_only=True)


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    """A suggestion; replies answer it by its key."""

    class Meta:
        model = Suggestion
        fields = ["id", "proposal", "number", "text"]


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
    merged_from: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
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
            "merged_from",
            "units",
            "government_leader",
            "consultations",
            "follow_ups",
            "public_summary",
            "published_at",
        ]

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


class PreAssignmentSerializer(SubjectSerializer):
    """A unit asked before the assignment."""

    unit = NamedSerializer(read_only=True)

    class Meta:
        model = PreAssignment
        fields = [*STANDING, "proposal", "unit", "role", "answer", "suggested_unit"]


class AssignmentBatchSerializer(SubjectSerializer):
    """A batch of assignments."""

    class Meta:
        model = AssignmentBatch
        fields = [*STANDING, "committee", "name", "document_number", "held_on"]


class AssignmentSerializer(SubjectSerializer):
    """One unit's task in a list."""

    unit = NamedSerializer(read_only=True)
    title = serializers.CharField(source="proposal.title", read_only=True)
    case_no = serializers.CharField(source="proposal.case_no", read_only=True)

    class Meta:
        model = Assignment
        fields = [
            *STANDING,
            "proposal",
            "case_no",
            "title",
            "unit",
            "role",
            "round",
            "batch",
            "replaces",
            "issued_at",
            "acknowledged_at",
            "replied_at",
        ]


class ContactRecordSerializer(serializers.ModelSerializer[ContactRecord]):
    """A talk with the proposer."""

    class Meta:
        model = ContactRecord
        fields = ["id", "held_at", "way", "stage", "place", "persons", "outcome"]


class AssignmentDetailSerializer(AssignmentSerializer):
    """One unit's task by itself."""

    contact_records = ContactRecordSerializer(many=True, read_only=True)

    class Meta:
        model = Assignment
        fields = [
            *AssignmentSerializer.Meta.fields,
            "contact_records",
            "opinion",
            "opinion_document_number",
            "opinion_signed_by",
            "opinion_handler",
            "opinion_phone",
            "waiver_reason",
        ]


class ReturnRequestSerializer(SubjectSerializer):
    """A request to return a task."""

    suggested_unit = NamedSerializer(read_only=True)

    class Meta:
        model = ReturnRequest
        fields = [
            *STANDING,
            "assignment",
            "reason",
            "suggested_unit",
            "signed_by",
            "decision",
            "decided_at",
        ]


class ExtensionRequestSerializer(SubjectSerializer):
    """A request for more time."""

    class Meta:
        model = ExtensionRequest
        fields = [
            *STANDING,
            "assignment",
            "reason",
            "new_due_on",
            "proposer_consulted",
            "consents",
            "decision",
            "decided_at",
        ]


class ReplyPointSerializer(serializers.ModelSerializer[ReplyPoint]):
    """The answer to one suggestion."""

    class Meta:
        model = ReplyPoint
        fields = ["suggestion", "answer", "adoption", "reason"]


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One proposer's copy."""

    member = NamedSerializer(read_only=True)
    body = NamedSerializer(read_only=True)

    class Meta:
        model = Delivery
        fields = ["original", "member", "body"]


class ReplySerializer(SubjectSerializer):
    """A reply in a list."""

    class Meta:
        model = Reply
        fields = [
            *STANDING,
            "proposal",
            "assignment",
            "corrects",
            "round",
            "result_class",
            "publicity",
            "document_number",
            "signed_by",
            "delivered_at",
        ]


class CommitmentSerializer(SubjectSerializer):
    """A promise made in a reply."""

    class Meta:
        model = Commitment
        fields = [*STANDING, "proposal", "reply", "text", "due_on", "evidence", "settled_at"]


class ReplyDetailSerializer(ReplySerializer):
    """A reply by itself."""

    points = ReplyPointSerializer(many=True, read_only=True)
    deliveries = DeliverySerializer(many=True, read_only=True)
    commitments = CommitmentSerializer(many=True, read_only=True)

    class Meta:
        model = Reply
        fields = [
            *ReplySerializer.Meta.fields,
            "body",
            "points",
            "commitments",
            "publicity_reason",
            "cc",
            "contact_name",
            "contact_phone",
            "leader",
            "correction_reason",
            "signed_at",
            "inspection_note",
            "inspected_at",
            "deliveries",
        ]


class FeedbackSerializer(SubjectSerializer):
    """A feedback form."""

    member = NamedSerializer(read_only=True)
    body = NamedSerializer(read_only=True)

    class Meta:
        model = Feedback
        fields = [
            *STANDING,
            "proposal",
            "original",
            "reply",
            "member",
            "body",
            "attitude",
            "result",
            "comment",
            "poor",
            "satisfied",
            "channel",
            "rated_at",
        ]


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file; its content is at ``content/``."""

    class Meta:
        model = Attachment
        fields = [
            "id",
            "proposal",
            "reply",
            "stage",
            "name",
            "extension",
            "size",
            "sha256",
            "uploaded_at",
            "removed_at",
        ]


class EventSerializer(serializers.ModelSerializer[Event]):
    """A line of the ledger; ``version`` is the subject's version after it."""

    version = serializers.IntegerField(source="sequence", read_only=True)
    on_behalf_of = NamedSerializer(read_only=True)

    class Meta:
        model = Event
        fields = [
            "id",
            "act",
            "subject_kind",
            "subject_id",
            "version",
            "proposal",
            "action",
            "source",
            "target",
            "on_behalf_of",
            "channel",
            "at",
        ]


class FullEventSerializer(EventSerializer):
    """A line of the ledger as officials read it, with actor, input, address and hash."""

    actor = NamedSerializer(read_only=True)

    class Meta:
        model = Event
        fields = [
            *EventSerializer.Meta.fields,
            "actor",
            "address",
            "input",
            "previous_hash",
            "hash",
        ]


class ConsequenceSerializer(serializers.Serializer[Event]):
    """A step that another one brought about."""

    subject_kind = serializers.CharField()
    subject_id = serializers.IntegerField()
    action = serializers.CharField()
    target = serializers.CharField()


class ReceiptSerializer(ConsequenceSerializer):
    """The answer to an act: its event, and in ``consequences`` what followed from it.

    Events never change, so every repetition of the same key gets the same answer.
    """

    id = serializers.IntegerField()
    version = serializers.IntegerField(source="sequence")
    proposal = serializers.IntegerField(source="proposal_id", allow_null=True)
    source = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    consequences = ConsequenceSerializer(many=True)


class OfferSerializer(serializers.Serializer[Any]):
    """A step that the reader may take, with its input; ``refusal`` says why not yet."""

    name = serializers.CharField()
    label = serializers.CharField()
    tone = serializers.CharField()
    url = serializers.CharField()
    refusal = serializers.CharField(allow_blank=True)
    input = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField())
    def get_input(self, offer: dict[str, Any]) -> Any:
        """Field name to its type, label, limits and choices."""
        return offer["input"]
