"""A unit's request to return a task (退办): decided by the office, a meeting, or a leader."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE

from members.enums import DutyKind
from members.rules import Rules
from proposals import audiences
from proposals.enums import NEW, RETURN_OPEN, Tone
from proposals.enums import ReturnState as S
from proposals.errors import RuleBroken
from proposals.inputs import handling as inputs
from proposals.inputs.fields import OptionalNote, Reason
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.machine.subject import state_field
from proposals.models.unit_request import UnitRequest

higher_level = Condition(
    _("已是规则规定的最高裁定层级"),
    lambda request: request.state in request.levels(request.rules)[:-1],
)


def _next_level(request: ReturnRequest, context: StepContext) -> str:
    levels = request.levels(request.rules)
    return levels[levels.index(request.state) + 1]


class ReturnRequest(UnitRequest):
    """A unit says that a task is another's (退办); until this is decided, it keeps working."""

    state = state_field(S, max_length=14)
    assignment = models.ForeignKey(
        "proposals.Assignment", on_delete=models.PROTECT, related_name="return_requests"
    )
    suggested_unit = models.ForeignKey(
        "members.Unit", verbose_name=_("建议承办单位"), on_delete=models.PROTECT, related_name="+"
    )
    signed_by = models.CharField(_("单位负责人签字"), max_length=60, blank=True)
    decision = models.TextField(_("裁定说明"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("退办申请")
        verbose_name_plural = _("退办申请")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state__in=RETURN_OPEN),
                name="return_request_one_open",
            )
        ]

    def levels(self, rules: Rules) -> list[str]:
        """The levels of decision that the rules know, lowest first."""
        return [level.value for level in rules.handling.returns.levels]

    @step(
        source=NEW,
        target=S.OFFICE,
        who=who.system,
        label=_("提出退办"),
        opens=[DutyKind.RETURN_DECISION],
        tells=(audiences.assigners,),
    )
    def lodge(self, context: StepContext) -> None:
        """The request lies with the assigning office."""

    @step(
        source=RETURN_OPEN,
        target=GET_STATE(_next_level, states=[S.COORDINATION, S.LEADER]),
        who=who.assigning_officer,
        label=_("提交上一级裁定"),
        input=OptionalNote,
        conditions=[higher_level],
        tells=(audiences.unit,),
    )
    def escalate(self, context: StepContext) -> None:
        """The level at hand passes it on: to a coordination meeting, then to the leader."""
        self.decision = context.data["note"]

    @step(
        source=RETURN_OPEN,
        target=S.GRANTED,
        who=who.assigning_officer,
        label=_("同意改办"),
        input=inputs.GrantReturnInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.RETURN_DECISION],
        tells=(audiences.unit,),
    )
    def grant(self, context: StepContext) -> None:
        """Another unit takes over: the one named here, else the one the request suggests."""
        unit = context.data["unit"] or self.suggested_unit
        if unit.pk == self.assignment.unit_id:
            raise RuleBroken({"unit": _t("请改交其他单位")})
        self.decision, self.decided_at = context.data["note"], context.at
        context.then(self.assignment.reassign, {"unit": unit, "reason": self.reason})

    @step(
        source=RETURN_OPEN,
        target=S.REFUSED,
        who=who.assigning_officer,
        label=_("不同意退办"),
        input=Reason,
        tone=Tone.WARNING,
        closes=[DutyKind.RETURN_DECISION],
        tells=(audiences.unit,),
    )
    def refuse(self, context: StepContext) -> None:
        """The unit keeps the task; the decision is final (遵照办理)."""
        self.decision, self.decided_at = context.data["reason"], context.at

    @step(
        source=RETURN_OPEN,
        target=S.LAPSED,
        who=who.system,
        label=_("失效"),
        cancels=[DutyKind.RETURN_DECISION],
    )
    def lapse(self, context: StepContext) -> None:
        """The task was taken from the unit in another way."""
