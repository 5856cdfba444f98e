"""The vocabularies of supervision: states of its machines."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarChangeState(models.TextChoices):
    """A change of the working calendar: looked at before it moves anybody's date."""

    ENTERED = "entered", _("待应用")
    APPLIED = "applied", _("已应用")
    DISCARDED = "discarded", _("已作废")


class KeyTopicState(models.TextChoices):
    """A key topic (重点题目): one proposal, or a theme of several (rules.md section 11)."""

    NOMINATED = "nominated", _("已推荐")
    LISTED = "listed", _("列入候选名单")
    NOT_CHOSEN = "not_chosen", _("未列入")
    DECIDED = "decided", _("已审定")  # by the chairpersons' meeting; not public yet
    ANNOUNCED = "announced", _("已公布")  # the plan of supervision is being made
    SUPERVISING = "supervising", _("督办中")
    REPORTED = "reported", _("已提交督办报告")  # with the leading supervisor
    CONCLUDED = "concluded", _("督办完成")
    CANCELLED = "cancelled", _("已取消")


UNDECIDED_STATES = (KeyTopicState.NOMINATED, KeyTopicState.LISTED)
"""Proposed as key topics; the chairpersons' meeting has not decided."""

SUPERVISED_STATES = (KeyTopicState.ANNOUNCED, KeyTopicState.SUPERVISING)
"""The end of supervision is owed."""

BEFORE_SUPERVISION = (KeyTopicState.DECIDED, KeyTopicState.ANNOUNCED)
"""Decided on; the plan of supervision is still to be made."""

PUBLIC_UNDER_WAY = (*SUPERVISED_STATES, KeyTopicState.REPORTED)
"""Announced key topics whose supervision is not concluded."""

KEY_UNDER_WAY = (KeyTopicState.DECIDED, *PUBLIC_UNDER_WAY)
"""Key topics whose supervision is not concluded."""

KEY_STATES = (*KEY_UNDER_WAY, KeyTopicState.CONCLUDED)
"""Counted in the quota of the year, and shown on the leaders' board."""


class MilestoneState(models.TextChoices):
    """A milestone of a plan of supervision (督办节点)."""

    PLANNED = "planned", _("未到节点")
    MET = "met", _("已完成")
    MISSED = "missed", _("逾期未完成")  # told to the leaders; it can still be met
    DROPPED = "dropped", _("已取消")


UNMET = (MilestoneState.PLANNED, MilestoneState.MISSED)
"""Milestones that can still be met."""


class InstructionState(models.TextChoices):
    """A leader's instruction (批示), as far as one addressee is concerned."""

    OPEN = "open", _("待落实")
    FOLLOWED_UP = "followed_up", _("已落实")
    LAPSED = "lapsed", _("不再落实")  # the topic was cancelled
