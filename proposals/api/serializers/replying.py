"""Replies: whom they went to, what they promise, how they are rated; attachments."""

from rest_framework import serializers

from proposals.api.serializers.base import STANDING, NamedSerializer, SubjectSerializer
from proposals.models import Attachment, Commitment, Delivery, Feedback, Reply, ReplyPoint


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
