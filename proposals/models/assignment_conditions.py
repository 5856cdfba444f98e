"""What the steps of a unit's task ask for first, and the duties that they open and end."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from members.enums import ANSWERING_ROLES, AssignmentRole, DutyKind
from proposals.enums import IN_HANDS
from proposals.machine.step import Condition

answers = Condition(
    _("会办单位不直接答复提案者，请向主办单位提交会办意见"),
    lambda assignment: assignment.role in ANSWERING_ROLES,
)
assists = Condition(
    _("只有会办单位提交会办意见"), lambda assignment: assignment.role == AssignmentRole.ASSIST
)
no_open_return = Condition(
    _("已有待裁定的退办申请"), lambda assignment: not assignment.awaits_return()
)
no_open_extension = Condition(
    _("已有待审批的延期申请"), lambda assignment: not assignment.awaits_extension()
)
no_reply_begun = Condition(
    _("本轮答复已在起草"), lambda assignment: not assignment.has_begun_reply()
)
in_hands = Condition(
    _("提案不在办理阶段"), lambda assignment: assignment.proposal.state in IN_HANDS
)

clock_may_stop = Condition(
    _("本会规则不允许暂停计时"), lambda assignment: assignment.rules.handling.pauses.allowed
)
clock_runs = Condition(_("已经暂停计时"), lambda assignment: assignment.clock_stopped_at is None)
clock_stands = Condition(
    _("没有暂停计时"), lambda assignment: assignment.clock_stopped_at is not None
)


def duties_of_issue(assignment: Any) -> list[DutyKind]:
    """The duties of a unit that gets a task: sign for it, and answer in its role."""
    owed = DutyKind.REPLY if assignment.role in ANSWERING_ROLES else DutyKind.ASSIST_OPINION
    return [DutyKind.ACKNOWLEDGE, DutyKind.RETURN_WINDOW, owed]


TIMED = (DutyKind.ASSIST_OPINION, DutyKind.REPLY, DutyKind.REHANDLE)
"""Duties whose clock can be stopped."""

DUTIES = (
    DutyKind.ACKNOWLEDGE,
    DutyKind.RETURN_WINDOW,
    DutyKind.ASSIST_OPINION,
    DutyKind.REPLY,
    DutyKind.REHANDLE,
)
"""Everything a unit can owe on a task."""
