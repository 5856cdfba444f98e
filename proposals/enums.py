"""The vocabularies of a proposal's life: states, channels, and the tables of small choices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import Role

NEW = ""
"""The state of a subject that is not in the database yet."""


class ProposalState(models.TextChoices):
    """Where a proposal stands (rules.md section 4)."""

    DRAFT = "draft", _("草稿")  # being written; nobody but its proposers sees it
    DISCARDED = "discarded", _("已弃置")  # a draft thrown away
    SUBMITTED = "submitted", _("待审查")  # handed in, has a receipt number
    RETURNED = "returned", _("退回修改")  # back with the proposer
    REVIEWING = "reviewing", _("审查中")  # at least one round of review is on record
    FILED = "filed", _("已立案")  # has a case number
    PRE_ASSIGNED = "pre_assigned", _("预交办")  # units have been asked
    ASSIGNED = "assigned", _("已交办")  # units have it, not all have signed for it
    HANDLING = "handling", _("办理中")  # all answering units have signed for it
    REPLIED = "replied", _("已答复")  # all answering units have replied
    ESCALATED = "escalated", _("协商中")  # rated poor in the last round
    CONCLUDED = "concluded", _("已办结")
    NOT_FILED = "not_filed", _("不予立案")  # with a ground, a disposition and a notice
    MERGED = "merged", _("已并案")  # handled with its host
    WITHDRAWN = "withdrawn", _("已撤案")


NOT_HANDED_IN = (ProposalState.DRAFT, ProposalState.DISCARDED)
"""Not received: has no receipt number."""

AWAITING_FILING = (ProposalState.SUBMITTED, ProposalState.REVIEWING)
"""With the committee, undecided."""

PENDING = (*AWAITING_FILING, ProposalState.RETURNED)
"""Handed in and undecided, be it with the committee or back with the proposer."""

BEFORE_FILING = (ProposalState.DRAFT, *PENDING)
"""Being written or undecided: the signatures can still change."""

TEXT_WITH_PROPOSER = (ProposalState.DRAFT, ProposalState.RETURNED)
"""The proposer writes."""

AWAITING_ASSIGNMENT = (ProposalState.FILED, ProposalState.PRE_ASSIGNED)
"""Filed, and not with units yet."""

IN_HANDS = (ProposalState.ASSIGNED, ProposalState.HANDLING)
"""With units that owe a reply."""

WITHDRAWABLE = (*AWAITING_FILING, *AWAITING_ASSIGNMENT, *IN_HANDS)
"""Its proposers may still ask to withdraw it."""

MERGEABLE = (*AWAITING_FILING, *AWAITING_ASSIGNMENT)
"""Can be merged into another: no unit works on it yet."""

MERGE_HOSTS = (*AWAITING_ASSIGNMENT, *IN_HANDS)
"""Can take others in: filed, and not replied to yet."""

AWAITING_REPLY = (*IN_HANDS,)
"""Past the assignment, and not all units have replied, be they at work on it or not."""

RATEABLE = (*AWAITING_REPLY, ProposalState.REPLIED, ProposalState.ESCALATED)
"""A feedback form that is out can be filled in."""

ASSIGNED_STATES = (*RATEABLE, ProposalState.CONCLUDED)
"""Filed, and with units or past them."""

FILED_STATES = (*AWAITING_ASSIGNMENT, *ASSIGNED_STATES)
"""Counted as filed (立案)."""

UNFILED_ENDS = (ProposalState.NOT_FILED, ProposalState.MERGED, ProposalState.WITHDRAWN)
"""Ended after submission, otherwise than by conclusion."""

HANDED_IN = (*PENDING, *FILED_STATES, *UNFILED_ENDS)
"""Received: has a receipt number."""

STOPPED = (ProposalState.DISCARDED, *UNFILED_ENDS)
"""The life stopped short of its conclusion."""

ENDED = (*STOPPED, ProposalState.CONCLUDED)
"""Over."""

UNDER_WAY = (*PENDING, *AWAITING_ASSIGNMENT, *RATEABLE)
"""Handed in and not over: what can stand still."""

MERGE_SCOPE = (*PENDING, *AWAITING_ASSIGNMENT, *IN_HANDS)
"""Can still be merged, or take others in; compared with each other by a scan."""

MAY_HAVE_REPLIES = (*ASSIGNED_STATES, ProposalState.WITHDRAWN)
"""Has been with units, so that there may be replies."""


class CosignatureState(models.TextChoices):
    """Where an invitation to co-sign stands."""

    INVITED = "invited", _("待确认")
    AGREED = "agreed", _("同意联名")
    DECLINED = "declined", _("不同意联名")
    DROPPED = "dropped", _("已移除")
    LAPSED = "lapsed", _("已失效")  # decided before it was answered


STANDING_SIGNATURES = (CosignatureState.INVITED, CosignatureState.AGREED)
"""Signed, or still asked to."""


class PreAssignmentState(models.TextChoices):
    """Where a unit's answer to a proposed assignment stands."""

    ASKED = "asked", _("征求意见中")
    ACCEPTED = "accepted", _("同意承办")
    OBJECTED = "objected", _("有异议")
    SETTLED = "settled", _("已了结")


class AssignmentState(models.TextChoices):
    """Where one unit's task stands."""

    ISSUED = "issued", _("待签收")
    ACKNOWLEDGED = "acknowledged", _("已签收")
    HANDLING = "handling", _("办理中")
    REPLIED = "replied", _("已答复")  # for an assisting unit: opinion given or waived
    CLOSED = "closed", _("已办结")
    REASSIGNED = "reassigned", _("已改办")  # another unit has it now
    RECALLED = "recalled", _("已收回")


AT_WORK = (AssignmentState.ACKNOWLEDGED, AssignmentState.HANDLING)
"""The unit has signed for it and still owes its answer."""

UNANSWERED = (AssignmentState.ISSUED, *AT_WORK)
"""The unit still owes its answer; the task can still go to another."""

LIVE_ASSIGNMENTS = (*UNANSWERED, AssignmentState.REPLIED, AssignmentState.CLOSED)
"""Counts: not taken from the unit."""


class ReturnState(models.TextChoices):
    """Where a unit's request to return a task stands; the levels decide in this order."""

    OFFICE = "office", _("交办机关裁定中")
    COORDINATION = "coordination", _("协调会裁定中")
    LEADER = "leader", _("领导裁定中")
    GRANTED = "granted", _("同意改办")
    REFUSED = "refused", _("不同意退办")
    LAPSED = "lapsed", _("已失效")


RETURN_OPEN = (ReturnState.OFFICE, ReturnState.COORDINATION, ReturnState.LEADER)
"""Not decided yet."""


RETURN_LED_AWAY = (ReturnState.GRANTED, ReturnState.LAPSED)
"""The task went to another unit, because of the request or before it was decided."""


class ExtensionState(models.TextChoices):
    """Where a request for more time stands."""

    REQUESTED = "requested", _("待审批")
    GRANTED = "granted", _("同意延期")
    REFUSED = "refused", _("不同意延期")


class ReplyState(models.TextChoices):
    """Where a reply stands on its way to the proposer."""

    DRAFTING = "drafting", _("起草")
    CHECKING = "checking", _("核稿")
    SIGNING = "signing", _("待签发")
    INSPECTION = "inspection", _("督查审核")
    SIGNED = "signed", _("待发出")
    DELIVERED = "delivered", _("已送达")
    SUPERSEDED = "superseded", _("已更正")  # a corrected version has been delivered
    ABANDONED = "abandoned", _("已作废")  # its assignment was taken away


ON_ITS_WAY = (
    ReplyState.DRAFTING,
    ReplyState.CHECKING,
    ReplyState.SIGNING,
    ReplyState.INSPECTION,
    ReplyState.SIGNED,
)
"""Not delivered yet."""

REPLY_STAGES = (*ON_ITS_WAY, ReplyState.DELIVERED)
"""The way of a reply, from the draft to the proposer."""

SENT_OUT = (ReplyState.DELIVERED, ReplyState.SUPERSEDED)
"""The proposer has it."""

BEGUN_REPLIES = (*ON_ITS_WAY, *SENT_OUT)
"""All but the abandoned."""

REPLY_WAITS_FOR: dict[ReplyState, Role | None] = {
    ReplyState.DRAFTING: Role.UNIT_HANDLER,
    ReplyState.CHECKING: Role.UNIT_LIAISON,
    ReplyState.SIGNING: Role.UNIT_SIGNATORY,
    ReplyState.INSPECTION: Role.INSPECTION_OFFICER,
    ReplyState.SIGNED: Role.UNIT_LIAISON,
    ReplyState.DELIVERED: None,
    ReplyState.SUPERSEDED: None,
    ReplyState.ABANDONED: None,
}
"""Whose turn it is: the role that takes a reply on from a state."""


class FeedbackState(models.TextChoices):
    """Where a feedback form stands."""

    SENT = "sent", _("待评价")
    RATED = "rated", _("已评价")
    VOID = "void", _("已作废")  # corrected, reopened or concluded before it came back


class CommitmentState(models.TextChoices):
    """Where a promise made in a reply stands."""

    OPEN = "open", _("兑现中")
    KEPT = "kept", _("已兑现")
    DROPPED = "dropped", _("不再兑现")


class BatchState(models.TextChoices):
    """An assignment batch is issued in one act."""

    ISSUED = "issued", _("已交办")


class ClueState(models.TextChoices):
    """Where a clue for proposals stands."""

    PUBLISHED = "published", _("可选用")
    CLOSED = "closed", _("已关闭")


class MergeCandidateState(models.TextChoices):
    """The decision about a group of merge candidates."""

    OPEN = "open", _("待定")
    POSTPONED = "postponed", _("以后再定")
    MERGED = "merged", _("已并案")
    DISMISSED = "dismissed", _("不相似")
    RELATED = "related", _("同类")  # alike, each handled by itself
    SUPERSEDED = "superseded", _("不再提示")  # a later scan no longer finds it so


UNDECIDED_CANDIDATES = (MergeCandidateState.OPEN, MergeCandidateState.POSTPONED)
"""The office has still to decide."""

KEPT_APART = (MergeCandidateState.DISMISSED, MergeCandidateState.RELATED)
"""Decided: they are not merged."""

LEFT_APART = (MergeCandidateState.POSTPONED, *KEPT_APART)
"""Decided: they are not merged, at least for now; a later scan respects it."""

DECIDED_CANDIDATES = (*LEFT_APART, MergeCandidateState.MERGED)
"""The office has decided, for good or for now."""


class ScanState(models.TextChoices):
    """How far a scan for merge candidates has come."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")


SCAN_UNDER_WAY = (ScanState.WAITING, ScanState.RUNNING)
"""Ordered and not finished."""


class TextKind(models.TextChoices):
    """Which stage a version of the text belongs to."""

    ORIGINAL = "original", _("原文")
    REVISED = "revised", _("修改稿")
    EDITED = "edited", _("办公室编辑稿")
    PUBLISHED = "published", _("公开稿")


class AttachmentStage(models.TextChoices):
    """What an attachment belongs to."""

    PROPOSAL = "proposal", _("提案")
    REPLY = "reply", _("答复")
    FEEDBACK = "feedback", _("评价扫描件")


class ReviewOutcome(models.TextChoices):
    """What a reviewer proposes."""

    FILE = "file", _("建议立案")
    MERGE = "merge", _("建议并案")
    NOT_FILE = "not_file", _("建议不予立案")
    RETURN = "return", _("建议退回修改")


class ContactWay(models.TextChoices):
    """How a unit talked with the proposer (沟通方式)."""

    PHONE = "phone", _("电话")
    VISIT = "visit", _("走访")
    MEETING = "meeting", _("面商")
    SYMPOSIUM = "symposium", _("座谈")
    INVITATION = "invitation", _("邀请调研")
    ONLINE = "online", _("网络")
    LETTER = "letter", _("书面")


FACE_TO_FACE = (
    ContactWay.VISIT,
    ContactWay.MEETING,
    ContactWay.SYMPOSIUM,
    ContactWay.INVITATION,
)
"""Counted for 面商率."""


class Adoption(models.TextChoices):
    """What became of one suggestion."""

    ADOPTED = "adopted", _("采纳")
    PARTLY = "partly", _("部分采纳")
    NOT_ADOPTED = "not_adopted", _("未采纳")


TAKEN_UP = (Adoption.ADOPTED, Adoption.PARTLY)
"""Adopted or partly adopted."""


class Publicity(models.TextChoices):
    """Publication attribute of a reply (公开属性)."""

    OPEN = "open", _("主动公开")
    ON_REQUEST = "on_request", _("依申请公开")
    CLOSED = "closed", _("不公开")


class PublicationScope(models.TextChoices):
    """How much of a proposal the public sees."""

    NONE = "none", _("不公开")
    SUMMARY = "summary", _("公开摘要")
    FULL = "full", _("全文公开")


class ConsentWay(models.TextChoices):
    """How the proposer agreed to an edit or a merger."""

    WRITING = "writing", _("书面")
    PHONE = "phone", _("电话")
    ONLINE = "online", _("网络")
    MEETING = "meeting", _("当面")


class Tone(models.TextChoices):
    """How a button looks, by the kind of consequence of its step."""

    PRIMARY = "primary"
    NEUTRAL = "neutral"
    WARNING = "warning"
    DANGER = "danger"
