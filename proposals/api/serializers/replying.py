"""Replies with their recipients, promises and ratings; attachments."""

from members.api.model_serializer import read_serializer
from proposals.api.serializers.base import subject_serializer
from proposals.models import Attachment, Commitment, Delivery, Feedback, Reply, ReplyPoint

ReplyPointSerializer = read_serializer(
    ReplyPoint, "The answer to one suggestion.", "suggestion answer adoption reason"
)

DeliverySerializer = read_serializer(
    Delivery, "One proposer's copy.", "original member body", named="member body"
)

ReplySerializer = subject_serializer(
    Reply,
    "A reply in a list.",
    "proposal assignment corrects round result_class publicity document_number signed_by "
    "delivered_at",
)

CommitmentSerializer = subject_serializer(
    Commitment,
    "A promise made in a reply.",
    "proposal reply text due_on evidence settled_at",
)

ReplyDetailSerializer = read_serializer(
    Reply,
    "A reply by itself.",
    "body points commitments publicity_reason cc contact_name contact_phone leader "
    "correction_reason signed_at inspection_note inspected_at deliveries",
    of="ReplyDetail",
    extends=ReplySerializer,
    texts="cc",
    rows={
        "points": ReplyPointSerializer,
        "commitments": CommitmentSerializer,
        "deliveries": DeliverySerializer,
    },
)

FeedbackSerializer = subject_serializer(
    Feedback,
    "A feedback form.",
    "proposal original reply member body attitude result comment poor satisfied channel rated_at",
    named="member body",
)

AttachmentSerializer = read_serializer(
    Attachment,
    "A file; its content is at ``content/``.",
    "id proposal reply stage name extension size sha256 uploaded_at removed_at",
)
