"""A unit is asked whether a proposal is its own, before it is assigned."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import AssignmentRole, DutyKind
from proposals import audiences
from proposals.enums import NEW, Tone
from proposals.enums import PreAssignmentState as S
from proposals.inputs import handling as inputs
from proposals.inputs.fields import OptionalNote
from proposals.machine import who
from proposals.machine.step import StepContext, step
from proposals.machine.subject import Subject, state_field


class PreAssignmentQuerySet(models.QuerySet["PreAssignment"]):
    """Filters on pre-assignments."""

    def open(self) -> PreAssignmentQuerySet:
        """Asked and not answered yet."""
        return self.filter(state=S.ASKED)


class PreAssignment(Subject):
    """A unit is asked whether a proposal is its own, before the assignment (预交办)."""

    state = state_field(S)
    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="pre_assignments"
    )
    unit = models.ForeignKey(
        "members.Unit",
        verbose_name=_("承办单位"),
        on_delete=models.PROTECT,
        related_name="pre_assignments",
    )
    role = models.CharField(_("办理方式"), max_length=10, choices=AssignmentRole)
    answer = models.TextField(_("答复"), blank=True)
    suggested_unit = models.ForeignKey(
        "members.Unit",
        verbose_name=_("建议承办单位"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = PreAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("预交办")
        verbose_name_plural = _("预交办")

    def __str__(self) -> str:
        return f"{self.unit} {self.get_state_display()}"

    @step(
        source=NEW,
        target=S.ASKED,
        who=who.system,
        label=_("征求意见"),
        opens=[DutyKind.PRE_ASSIGNMENT],
        tells=(audiences.unit,),
    )
    def ask(self, context: StepContext) -> None:
        """The unit is asked."""

    @step(
        source=S.ASKED,
        target=S.ACCEPTED,
        who=who.liaison,
        label=_("同意承办"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
        closes=[DutyKind.PRE_ASSIGNMENT],
        tells=(audiences.assigners,),
    )
    def accept(self, context: StepContext) -> None:
        """The unit says that the proposal is its own."""
        self.answer = context.data["note"]

    @step(
        source=S.ASKED,
        target=S.OBJECTED,
        who=who.liaison,
        label=_("提出异议"),
        input=inputs.ObjectInput,
        tone=Tone.WARNING,
        closes=[DutyKind.PRE_ASSIGNMENT],
        tells=(audiences.assigners,),
    )
    def object(self, context: StepContext) -> None:
        """The unit says whose it is instead; the assigning office decides."""
        self.answer = context.data["reason"]
        self.suggested_unit = context.data["suggested_unit"]

    @step(
        source=S.ASKED,
        target=S.SETTLED,
        who=who.system,
        label=_("了结"),
        cancels=[DutyKind.PRE_ASSIGNMENT],
    )
    def settle(self, context: StepContext) -> None:
        """The question no longer needs an answer."""
