"""The vocabularies of people and bodies; every value is a term of the rules of procedure."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CommitteeLevel(models.TextChoices):
    """The rank of a committee in the tree."""

    NATIONAL = "national", _("全国")
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县级")


class BodyKind(models.TextChoices):
    """Kinds of collective proposers (集体提案者); members are also tagged by them."""

    PARTY = "party", _("党派")
    PEOPLES_ORGANISATION = "peoples_organisation", _("人民团体")
    SPECIAL_COMMITTEE = "special_committee", _("专门委员会")
    SECTOR = "sector", _("界别")
    GROUP = "group", _("委员小组")


class UnitKind(models.TextChoices):
    """Kinds of undertaking units (承办单位)."""

    PARTY = "party", _("党委部门")
    GOVERNMENT = "government", _("政府部门")
    COURT = "court", _("法院")
    PROCURATORATE = "procuratorate", _("检察院")
    MASS_ORGANISATION = "mass_organisation", _("群团组织")
    ENTERPRISE = "enterprise", _("企事业单位")
    LOWER_GOVERNMENT = "lower_government", _("下级政府")


class Role(models.TextChoices):
    """What a post lets its holder do, within the scope of the post."""

    MEMBER = "member", _("政协委员")
    COLLECTIVE_CONTACT = "collective_contact", _("集体提案联系人")
    COMMITTEE_CLERK = "committee_clerk", _("提案委办公室工作人员")
    COMMITTEE_REVIEWER = "committee_reviewer", _("提案审查人员")
    COMMITTEE_DIRECTOR = "committee_director", _("提案委员会主任")
    ASSIGNING_OFFICER = "assigning_officer", _("交办人员")
    INSPECTION_OFFICER = "inspection_officer", _("督查室人员")
    UNIT_LIAISON = "unit_liaison", _("承办单位联络员")
    UNIT_HANDLER = "unit_handler", _("承办单位经办人")
    UNIT_SIGNATORY = "unit_signatory", _("承办单位签发人")
    LEADING_SUPERVISOR = "leading_supervisor", _("领衔督办领导")
    COMMITTEE_ADMINISTRATOR = "committee_administrator", _("委员会管理员")
    AUDITOR = "auditor", _("审计人员")
    PLATFORM_ADMINISTRATOR = "platform_administrator", _("平台管理员")


UNIT_ROLES = frozenset({Role.UNIT_LIAISON, Role.UNIT_HANDLER, Role.UNIT_SIGNATORY})
"""Roles held inside an undertaking unit: the post names the unit."""

OFFICE_ROLES = frozenset(
    {
        Role.COMMITTEE_CLERK,
        Role.COMMITTEE_REVIEWER,
        Role.COMMITTEE_DIRECTOR,
        Role.COMMITTEE_ADMINISTRATOR,
        Role.AUDITOR,
    }
)
"""Roles of the proposal committee itself: they see all that was handed in."""

REVIEWER_ROLES = (Role.COMMITTEE_CLERK, Role.COMMITTEE_REVIEWER, Role.COMMITTEE_DIRECTOR)
"""Roles that may be named for a round of review: only they read what is not filed yet."""

ADMINISTRATOR_ROLES = frozenset({Role.COMMITTEE_ADMINISTRATOR, Role.PLATFORM_ADMINISTRATOR})
"""Roles that set up a committee or the platform."""

COMMITTEE_WIDE_ROLES = (
    Role.COMMITTEE_CLERK,
    Role.COMMITTEE_REVIEWER,
    Role.COMMITTEE_DIRECTOR,
    Role.ASSIGNING_OFFICER,
    Role.INSPECTION_OFFICER,
    Role.LEADING_SUPERVISOR,
    Role.COMMITTEE_ADMINISTRATOR,
    Role.AUDITOR,
)
"""Roles whose posts name a committee and nothing besides it, as an administrator invites them."""

SECOND_FACTOR_ROLES = frozenset(Role) - {
    Role.MEMBER,
    Role.COLLECTIVE_CONTACT,
    Role.LEADING_SUPERVISOR,
}
"""Roles that prove themselves twice where that is the rule: offices, units, administrators."""


class PostState(models.TextChoices):
    """Whether a post has an end."""

    HELD = "held", _("不定期")
    ENDED = "ended", _("定有卸任日期")


class PostChange(models.TextChoices):
    """A change to a post."""

    APPOINT = "appoint", _("任命")
    END = "end", _("结束职务")


class TokenStanding(models.TextChoices):
    """Whether a service token can be used, or why not."""

    VALID = "valid", _("有效")
    EXPIRED = "expired", _("已过期")
    LAPSED = "lapsed", _("职务已结束")  # its maker holds none of its posts, or is disabled
    REVOKED = "revoked", _("已撤销")


class TokenChange(models.TextChoices):
    """A change to a service token."""

    CREATE = "create", _("建立")
    REVOKE = "revoke", _("撤销")


class Channel(models.TextChoices):
    """The channel through which a step came."""

    WEB = "web", _("网页")
    API = "api", _("接口")
    PAPER = "paper", _("纸质代录")
    IMPORT = "import", _("导入")
    SYSTEM = "system", _("系统")


class PeriodKind(models.TextChoices):
    """Whether a proposal came with the plenary session or between sessions."""

    SESSION = "session", _("大会提案")
    INTERSESSION = "intersession", _("平时提案")


class ProposerKind(models.TextChoices):
    """Who proposes: one member, several, or a body."""

    INDIVIDUAL = "individual", _("个人提案")
    JOINT = "joint", _("联名提案")
    COLLECTIVE = "collective", _("集体提案")


class AssignmentRole(models.TextChoices):
    """How a unit takes part in handling (rules of handling: 独办, 主办, 会办, 分办)."""

    SOLE = "sole", _("独办")
    LEAD = "lead", _("主办")
    ASSIST = "assist", _("会办")
    SEPARATE = "separate", _("分办")


ANSWERING_ROLES = frozenset({AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.SEPARATE})
"""Roles that reply to the proposer; an assisting unit sends its opinion to the lead unit."""


class DutyKind(models.TextChoices):
    """What somebody owes by a date; the rulebook sets each kind's time limit."""

    COSIGN = "cosign", _("确认联名")
    PRE_ASSIGNMENT = "pre_assignment", _("答复预交办")
    ACKNOWLEDGE = "acknowledge", _("签收")
    RETURN_WINDOW = "return_window", _("提出退办")
    RETURN_DECISION = "return_decision", _("裁定退办")
    ASSIST_OPINION = "assist_opinion", _("提交会办意见")
    REPLY = "reply", _("答复")
    INSPECTION = "inspection", _("审核答复")
    FEEDBACK = "feedback", _("评价答复")
    REHANDLE = "rehandle", _("重新办理并答复")
    EXTENSION_DECISION = "extension_decision", _("审批延期")
    COMMITMENT = "commitment", _("兑现承诺")
    FOLLOW_UP = "follow_up", _("跟踪办理")
    SUPERVISION_PLAN = "supervision_plan", _("制定督办方案")
    MILESTONE = "milestone", _("完成督办节点")
    SUPERVISION = "supervision", _("开展督办")
    SUPERVISION_REPORT = "supervision_report", _("提交督办报告")
    INSTRUCTION = "instruction", _("落实领导批示")


class TimeUnit(models.TextChoices):
    """The unit in which a time limit is written."""

    HOUR = "hour", _("小时")
    DAY = "day", _("日")
    WORKING_DAY = "working_day", _("工作日")
    MONTH = "month", _("个月")


class Anchor(models.TextChoices):
    """The start of a time limit."""

    EVENT = "event", _("产生该任务的步骤")
    RECEIPT = "receipt", _("收到提案")
    SESSION_CLOSE = "session_close", _("会议闭幕日")
    FIXED = "fixed", _("每年固定日期")  # MM-DD, the next such day
    REPLY_DUE = "reply_due", _("答复期限之前")  # the amount is subtracted


class CountFrom(models.TextChoices):
    """Which day is the first that a time limit counts."""

    NEXT = "next", _("次日起算")
    SAME = "same", _("当日起算")


class Recipient(models.TextChoices):
    """Recipients of reminders, by their part in the duty."""

    OWNER = "owner", _("承担任务的人")
    UNIT_LIAISON = "unit_liaison", _("承办单位联络员")
    UNIT_HANDLER = "unit_handler", _("承办单位经办人")
    UNIT_LEADER = "unit_leader", _("承办单位领导（签发人）")
    OFFICE = "office", _("提案委办公室")
    DIRECTOR = "director", _("提案委员会主任")
    ASSIGNING_OFFICE = "assigning_office", _("交办单位")
    INSPECTION_OFFICE = "inspection_office", _("督查室")
    LEADER = "leader", _("分管领导（领衔督办领导）")


class SupervisionMethod(models.TextChoices):
    """How a key proposal is supervised (rules.md section 11); several go together."""

    SITE = "site", _("视察、现场督办")
    RESEARCH = "research", _("调研督办")
    CONSULTATION = "consultation", _("协商座谈会、面商会")
    VISIT = "visit", _("走访承办单位")
    MEETING = "meeting", _("专题会议、主席会议协商")
    JOINT = "joint", _("联合督办")
    LETTER = "letter", _("电话或发函催办")
    WRITTEN = "written", _("书面督办")
    APPRAISAL = "appraisal", _("民主评议")


class Paper(models.TextChoices):
    """The numbered document that a step of the reminder ladder issues."""

    NONE = "", _("不发文书")
    CHASE = "chase", _("催办单")
    SUPERVISION = "supervision", _("督办通知")
    CIRCULAR = "circular", _("逾期通报")


class Linkage(models.TextChoices):
    """How alike the proposals of one group of merge candidates must be."""

    AVERAGE = "average", _("平均相似")  # to the others of the group on the average
    COMPLETE = "complete", _("两两相似")  # each to each


class MergeCounting(models.TextChoices):
    """How merged proposals enter the figures (rules of proposal work: 并案)."""

    EXCLUSIVE = "exclusive", _("收到 = 立案 + 并案 + 不立案 + 撤案")
    AFTER_FILING = "after_filing", _("先立案后并案，另列并案后件数")
    BEFORE_REVIEW = "before_review", _("先并案后审查，收到数按并案后计")
    AS_KIND = "as_kind", _("并案提案单列为一种提案者类别")


class ReassignmentClock(models.TextChoices):
    """Which reply date a unit gets that takes over an assignment."""

    KEEP = "keep", _("沿用原答复期限")
    SHIFT = "shift", _("顺延：补足申请退办时剩余的时间")
    RESTART = "restart", _("重新计算全部期限")


class ReturnLevel(models.TextChoices):
    """Who decides a return; a dispute climbs the levels in this order."""

    OFFICE = "office", _("交办单位")
    COORDINATION = "coordination", _("协调会")
    LEADER = "leader", _("分管领导")


class ContactStage(models.TextChoices):
    """When a unit speaks with the proposer (办前, 办中, 办后)."""

    BEFORE = "before", _("办前")
    DURING = "during", _("办中")
    AFTER = "after", _("办后")


class FeedbackPolicy(models.TextChoices):
    """Who rates a reply."""

    NONE = "none", _("不评价")
    LEAD = "lead", _("第一提案人")
    ALL = "all", _("全体提案人")


class FeedbackScale(models.TextChoices):
    """The two things that a proposer rates."""

    ATTITUDE = "attitude", _("办理态度")
    RESULT = "result", _("办理结果")


class SatisfactionBase(models.TextChoices):
    """What the satisfaction rate is a share of."""

    RETURNED = "returned", _("收回的征询意见表")
    ALL = "all", _("全部应评价提案")


class SeriesKey(models.TextChoices):
    """What can have a series of case numbers of its own."""

    PERIOD = "period", _("会议与平时")
    KIND = "kind", _("提案者类别")


class Merit(models.TextChoices):
    """What proposers earn points for (履职积分)."""

    SUBMITTED = "submitted", _("提交")
    FILED = "filed", _("立案")
    ADOPTED = "adopted", _("建议被采纳")
    KEY = "key", _("列为重点")


class ProposingPart(models.TextChoices):
    """A member's part in a proposal."""

    LEAD = "lead", _("第一提案人")
    COSIGNER = "cosigner", _("联名人")


class Means(models.TextChoices):
    """The kinds of channels by which a notice reaches a person outside the product."""

    EMAIL = "email", _("电子邮件")
    SMS = "sms", _("短信")  # to the phone of the account, by the operator's gateway
    APPRISE = "apprise", _("机器人")  # one address of the library of that name


class Pace(models.TextChoices):
    """How soon."""

    AT_ONCE = "at_once", _("立即")
    DAILY = "daily", _("每日汇总")
    OFF = "off", _("不发送")


TO_ACCOUNT = {
    Means.EMAIL: (Pace.AT_ONCE, Pace.DAILY),
    Means.SMS: (Pace.OFF, Pace.OFF),  # each message costs the office money
}
"""Means that reach whoever has an address of that kind on the account, and how soon by default:
what needs action, and the rest. Statutory notices go at once."""


class OutgoingState(models.TextChoices):
    """The state of something to be sent."""

    WAITING = "waiting", _("待发送")
    SENDING = "sending", _("发送中")  # a worker has it; once its lease is over, anybody may
    FAILED = "failed", _("失败，将重试")
    SENT = "sent", _("已发送")
    DEAD = "dead", _("多次失败，已停止")  # until an administrator sends it again
    NEEDLESS = "needless", _("无需再发送")  # read in the inbox, or over


UNDELIVERED = (OutgoingState.WAITING, OutgoingState.SENDING, OutgoingState.FAILED)
"""States in which something is still to be sent."""

AWAITING_ATTEMPT = (OutgoingState.WAITING, OutgoingState.FAILED)
"""Still to be sent, and no worker has it."""

SETTLED = (OutgoingState.SENT, OutgoingState.DEAD)
"""Attempts are over."""


class JobState(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")


UNFINISHED_JOBS = (JobState.WAITING, JobState.RUNNING)
"""Ordered and not finished."""
