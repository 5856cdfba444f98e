"""The sections on handling: results, returns, extensions, pauses, feedback, publication."""

from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from members.enums import (
    ContactStage,
    FeedbackPolicy,
    FeedbackScale,
    ReassignmentClock,
    ReturnLevel,
    Role,
    SatisfactionBase,
)
from members.rules.section import CodedEntry, RuleSection


class ResultClass(CodedEntry):
    """A class of handling results (办理结果 A/B/C/D) and how figures read it."""

    solved: bool = Field(False, title=gettext_noop("计入已解决"))
    planned: bool = Field(False, title=gettext_noop("计入正在解决或列入计划"))
    needs_follow_up: bool = Field(False, title=gettext_noop("次年跟踪办理"))


class Returns(RuleSection):
    """Return of an assignment by the unit (退办)."""

    levels: tuple[ReturnLevel, ...] = Field(tuple(ReturnLevel), title=gettext_noop("裁定层级"))
    max_times: int = Field(2, ge=0, title=gettext_noop("同一提案退办次数上限"))
    needs_signature: bool = Field(False, title=gettext_noop("须单位负责人签字"))
    clock: ReassignmentClock = Field(ReassignmentClock.SHIFT, title=gettext_noop("改交后答复期限"))

    @model_validator(mode="after")
    def _levels_climb_in_order(self) -> Self:
        if not self.levels or self.levels != tuple(ReturnLevel)[: len(self.levels)]:
            raise ValueError(_("裁定层级须依次为 office、coordination、leader"))
        return self


class Extensions(RuleSection):
    """Extension of the reply date (延期)."""

    max_times: int = Field(1, ge=0, title=gettext_noop("延期次数上限"))
    max_months: int = Field(1, ge=0, title=gettext_noop("每次最多延长月数"))
    approvers: tuple[Role, ...] = Field(
        (Role.COMMITTEE_DIRECTOR,), min_length=1, title=gettext_noop("须经谁同意（全部同意才延期）")
    )


class PauseGround(CodedEntry):
    """A ground on which the clock of a task may be stopped (暂停计时)."""


class Pauses(RuleSection):
    """Stopping the clock of a task for a while."""

    allowed: bool = Field(True, title=gettext_noop("允许暂停计时"))
    grounds: tuple[PauseGround, ...] = Field(
        (
            PauseGround(code="proposer", name="提案者要求推迟沟通"),
            PauseGround(code="policy", name="等待上级政策或规划出台"),
            PauseGround(code="emergency", name="突发事件或不可抗力"),
        ),
        min_length=1,
        title=gettext_noop("暂停事由"),
    )


class Handling(RuleSection):
    """How units handle and reply."""

    contacts_required: int = Field(1, ge=0, title=gettext_noop("答复前至少沟通次数"))
    contact_stages: tuple[ContactStage, ...] = Field((), title=gettext_noop("必须沟通的阶段"))
    point_by_point: bool = Field(True, title=gettext_noop("逐条答复建议"))
    inspection: bool = Field(False, title=gettext_noop("答复前由督查室审核"))
    result_classes: tuple[ResultClass, ...] = Field(
        min_length=1, title=gettext_noop("办理结果类别")
    )
    returns: Returns = Field(Returns(), title=gettext_noop("退办"))
    extensions: Extensions = Field(Extensions(), title=gettext_noop("延期"))
    pauses: Pauses = Field(Pauses(), title=gettext_noop("暂停计时"))


class Rating(CodedEntry):
    """A value of a feedback scale; poor ones reopen the work."""

    satisfied: bool = Field(False, title=gettext_noop("计入满意率"))
    poor: bool = Field(False, title=gettext_noop("要求重新办理"))


class Feedback(RuleSection):
    """Feedback on a reply (征询意见) on two scales."""

    policy: FeedbackPolicy = Field(FeedbackPolicy.LEAD, title=gettext_noop("由谁评价"))
    attitude: tuple[Rating, ...] = Field(min_length=2, title=gettext_noop("办理态度的等次"))
    result: tuple[Rating, ...] = Field(min_length=2, title=gettext_noop("办理结果的等次"))
    reopens_on: tuple[FeedbackScale, ...] = Field(
        (FeedbackScale.RESULT,), title=gettext_noop("哪项评价不满意时重新办理")
    )
    max_rounds: int = Field(2, ge=1, title=gettext_noop("最多办理轮次"))
    satisfaction_base: SatisfactionBase = Field(
        SatisfactionBase.RETURNED, title=gettext_noop("满意率的基数")
    )


class Publication(RuleSection):
    """Publication of proposals and replies."""

    enabled: bool = Field(True, title=gettext_noop("公开提案与答复"))
    units_hidden_months: int = Field(0, ge=0, title=gettext_noop("承办单位对其他委员保密的月数"))
