"""The rows of a proposal's life, one noun a file."""

from proposals.models.assignment import Assignment
from proposals.models.attachment import Attachment
from proposals.models.batch import AssignmentBatch
from proposals.models.clue import Clue
from proposals.models.commitment import Commitment
from proposals.models.consultation import Consultation
from proposals.models.contact_record import ContactRecord
from proposals.models.cosignature import Cosignature
from proposals.models.delivery import Delivery
from proposals.models.event import Event
from proposals.models.extension_request import ExtensionRequest
from proposals.models.feedback import Feedback
from proposals.models.follow_up import FollowUp
from proposals.models.index import IndexEntry, IndexOrder, Meaning, Posting, Vocabulary
from proposals.models.merge_candidate import CandidateMember, MergeCandidate
from proposals.models.phrase import Phrase
from proposals.models.pre_assignment import PreAssignment
from proposals.models.presence import Presence
from proposals.models.proposal import Proposal
from proposals.models.reply import Reply
from proposals.models.reply_point import ReplyPoint
from proposals.models.return_request import ReturnRequest
from proposals.models.review import ReviewOpinion
from proposals.models.scan import Scan
from proposals.models.series import Series
from proposals.models.suggestion import Suggestion
from proposals.models.text_version import TextVersion
from proposals.models.theme import Theme

SUBJECTS = (
    Proposal,
    Cosignature,
    PreAssignment,
    AssignmentBatch,
    Assignment,
    ReturnRequest,
    ExtensionRequest,
    Reply,
    Feedback,
    Commitment,
    MergeCandidate,
    Clue,
)
"""The models of this application with a machine."""
