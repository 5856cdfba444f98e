"""What the API shows of each kind of row; fields are listed, never all."""

from members.api.read_serializer import NamedSerializer
from proposals.api.serializers.handling import (
    AssignmentBatchSerializer,
    AssignmentDetailSerializer,
    AssignmentSerializer,
    ContactRecordSerializer,
    ExtensionRequestSerializer,
    PreAssignmentSerializer,
    ReturnRequestSerializer,
)
from proposals.api.serializers.ledger import (
    ConsequenceSerializer,
    EventSerializer,
    FullEventSerializer,
    OfferSerializer,
    ReceiptSerializer,
)
from proposals.api.serializers.merging import MergePreviewQuery, MergePreviewSerializer
from proposals.api.serializers.proposal import (
    ClueSerializer,
    ConsultationSerializer,
    CosignatureSerializer,
    FollowUpSerializer,
    HandlingUnitSerializer,
    ProposalDetailSerializer,
    ProposalSerializer,
    ReviewOpinionSerializer,
    SuggestionSerializer,
    TextVersionSerializer,
)
from proposals.api.serializers.replying import (
    AttachmentSerializer,
    CommitmentSerializer,
    DeliverySerializer,
    FeedbackSerializer,
    ReplyDetailSerializer,
    ReplyPointSerializer,
    ReplySerializer,
)

__all__ = [
    "AssignmentBatchSerializer",
    "AssignmentDetailSerializer",
    "AssignmentSerializer",
    "AttachmentSerializer",
    "ClueSerializer",
    "CommitmentSerializer",
    "ConsequenceSerializer",
    "ConsultationSerializer",
    "ContactRecordSerializer",
    "CosignatureSerializer",
    "DeliverySerializer",
    "EventSerializer",
    "ExtensionRequestSerializer",
    "FeedbackSerializer",
    "FollowUpSerializer",
    "FullEventSerializer",
    "HandlingUnitSerializer",
    "MergePreviewQuery",
    "MergePreviewSerializer",
    "NamedSerializer",
    "OfferSerializer",
    "PreAssignmentSerializer",
    "ProposalDetailSerializer",
    "ProposalSerializer",
    "ReceiptSerializer",
    "ReplyDetailSerializer",
    "ReplyPointSerializer",
    "ReplySerializer",
    "ReturnRequestSerializer",
    "ReviewOpinionSerializer",
    "SuggestionSerializer",
    "TextVersionSerializer",
]
