"""Fourth part of a proposal's life: units are asked, get it, and sign for it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.enums import AssignmentRole
from members.models import Unit
from proposals import audiences
from proposals import rules as checks
from proposals.enums import AWAITING_ASSIGNMENT, IN_HANDS, AssignmentState, Tone
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken
from proposals.inputs import handling as inputs
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.models.assignment import Assignment
from proposals.models.phases.merging import Merging
from proposals.models.pre_assignment import PreAssignment

all_signed_for = Condition(
    _("还有承办单位未签收"),
    lambda proposal: AssignmentState.ISSUED not in proposal.states_of_tasks(),
)
is_muted = Condition(_("没有静默提醒"), lambda proposal: proposal.quiet_until is not None)


class Assigning(Merging):
    """Who handles it."""

    assigned_at = models.DateTimeField(_("交办时间"), null=True)
    government_leader = models.CharField(_("牵头领导"), max_length=60, blank=True)
    quiet_until = models.DateField(_("静默提醒至"), null=True)

    class Meta:
        abstract = True

    @step(
        source=AWAITING_ASSIGNMENT,
        target=S.PRE_ASSIGNED,
        who=who.assigning_officer | who.clerk,
        label=_("预交办"),
        input=inputs.PreAssignInput,
        tells=(audiences.units,),
    )
    def pre_assign(self, context: StepContext) -> None:
        """Units are asked whether the proposal is theirs, before it is assigned."""
        self._check_units(context.data["units"])
        self._settle_pre_assignments(context)
        for row in context.data["units"]:
            asked = PreAssignment(proposal_id=self.pk, unit=row["unit"], role=row["role"])
            context.then(asked.ask)

    @step(
        source=AWAITING_ASSIGNMENT,
        target=S.ASSIGNED,
        who=who.assigning_officer,
        label=_("交办"),
        input=inputs.AssignInput,
        tone=Tone.PRIMARY,
    )
    def assign(self, context: StepContext) -> None:
        """Units get it, each with its role; the clocks start. Also done line by line by a batch."""
        self._check_units(context.data["units"])
        self.assigned_at = context.at
        self.urgent = context.data.get("urgent", self.urgent)
        self.government_leader = context.data["government_leader"]
        self._settle_pre_assignments(context)
        # Answering units first: an assisting unit's date can hang on theirs.
        for row in sorted(
            context.data["units"], key=lambda row: row["role"] == AssignmentRole.ASSIST
        ):
            self._issue(
                context, unit=row["unit"], role=row["role"], batch=context.data.get("batch")
            )

    @step(
        source=IN_HANDS,
        who=who.assigning_officer,
        label=_("增加承办单位"),
        input=inputs.AddUnitInput,
    )
    def add_unit(self, context: StepContext) -> None:
        """A further unit takes part; the others go on."""
        unit, role = context.data["unit"], context.data["role"]
        live = list(self.live_assignments())
        if any(assignment.unit_id == unit.pk for assignment in live):
            raise RuleBroken({"unit": _t("%(unit)s已在承办单位之中") % {"unit": unit}})
        present = {assignment.role for assignment in live}
        if (AssignmentRole.SEPARATE in present) != (role == AssignmentRole.SEPARATE):
            raise RuleBroken({"role": _t("分办提案只能增加分办单位，其他提案只能增加会办单位")})
        for assignment in live:
            if assignment.role == AssignmentRole.SOLE:
                context.then(assignment.become_lead)
        self._issue(context, unit=unit, role=role)

    @step(
        source=IN_HANDS,
        who=who.clerk | who.director,
        label=_("静默提醒"),
        input=inputs.QuietInput,
    )
    def mute_reminders(self, context: StepContext) -> None:
        """Nobody is reminded of this proposal until a day; what is statutory still goes out."""
        self.quiet_until = context.data["until"]

    @step(
        source=IN_HANDS,
        who=who.clerk | who.director,
        label=_("恢复提醒"),
        conditions=[is_muted],
    )
    def unmute_reminders(self, context: StepContext) -> None:
        """Reminders go out again."""
        self.quiet_until = None

    @step(
        source=S.ASSIGNED,
        target=S.HANDLING,
        who=who.system,
        label=_("进入办理"),
        conditions=[all_signed_for],
        rollup=[Assignment],
    )
    def start_handling(self, context: StepContext) -> None:
        """All answering units have signed for it."""

    def take_over(self, context: StepContext, former: Assignment, unit: Unit) -> None:
        """Issue the task of ``former`` to another unit in the same role; work never stops."""
        if unit.pk in set(self.live_assignments().values_list("unit_id", flat=True)):
            raise RuleBroken({"unit": _t("%(unit)s已在承办单位之中") % {"unit": unit}})
        self._issue(context, unit=unit, role=former.role, replaces=former)

    def _issue(self, context: StepContext, *, unit: Unit, role: str, **more: Any) -> None:
        task = Assignment(proposal_id=self.pk, unit=unit, role=role, **more)
        context.then(task.issue)

    def _check_units(self, rows: list[dict[str, Any]]) -> None:
        units = [row["unit"].pk for row in rows]
        if len(units) != len(set(units)):
            raise RuleBroken({"units": _t("同一单位只能出现一次")})
        if problem := checks.roles_problem([row["role"] for row in rows]):
            raise RuleBroken({"units": problem})
