"""A promise made in a reply (承诺事项): kept, or dropped with a reason."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.days import end_of
from members.enums import DutyKind
from proposals import audiences
from proposals.enums import NEW, Tone
from proposals.enums import CommitmentState as S
from proposals.inputs import replying as inputs
from proposals.inputs.fields import Reason
from proposals.machine import who
from proposals.machine.step import StepContext, step
from proposals.machine.subject import Subject, state_field


class Commitment(Subject):
    """A promise made in a reply (承诺事项); it runs on after the proposal is concluded."""

    state = state_field(S)
    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="commitments"
    )
    reply = models.ForeignKey(
        "proposals.Reply", on_delete=models.CASCADE, related_name="commitments"
    )
    text = models.TextField(_("承诺事项"))
    due_on = models.DateField(_("兑现期限"), null=True)
    evidence = models.TextField(_("进展"), blank=True)
    settled_at = models.DateTimeField(_("了结时间"), null=True)

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("承诺事项")
        verbose_name_plural = _("承诺事项")

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def unit_id(self) -> int:
        """The unit that promised."""
        return self.reply.assignment.unit_id

    @property
    def promised_due_at(self) -> datetime | None:
        """The end of the promised day; None where the reply names none and the rules decide."""
        if self.due_on is None:
            return None
        return end_of(self.due_on)

    @property
    def due_basis(self) -> str:
        """The source of the date."""
        return _t("答复中承诺的期限")

    @step(
        source=NEW,
        target=S.OPEN,
        who=who.system,
        label=_("作出承诺"),
        opens=[DutyKind.COMMITMENT],
    )
    def undertake(self, context: StepContext) -> None:
        """The reply that promises has been delivered."""

    @step(
        source=S.OPEN,
        who=who.unit_staff,
        label=_("报告进展"),
        input=inputs.ProgressInput,
    )
    def report_progress(self, context: StepContext) -> None:
        """The unit reports how far it has come."""
        self.evidence = context.data["evidence"]

    @step(
        source=S.OPEN,
        target=S.KEPT,
        who=who.unit_staff | who.clerk,
        label=_("已兑现"),
        input=inputs.ProgressInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.COMMITMENT],
        tells=(audiences.proposers, audiences.office),
    )
    def keep(self, context: StepContext) -> None:
        """What was promised is done; the evidence is on record."""
        self.evidence, self.settled_at = context.data["evidence"], context.at

    @step(
        source=S.OPEN,
        target=S.DROPPED,
        who=who.clerk,
        label=_("不再兑现"),
        input=Reason,
        tone=Tone.WARNING,
        cancels=[DutyKind.COMMITMENT],
        tells=(audiences.proposers,),
    )
    def drop(self, context: StepContext) -> None:
        """The committee accepts that it will not be done, and says why."""
        self.settled_at = context.at

    @step(
        source=S.OPEN,
        target=S.DROPPED,
        who=who.system,
        label=_("由更正稿替代"),
        cancels=[DutyKind.COMMITMENT],
    )
    def lapse(self, context: StepContext) -> None:
        """The reply that promised has been corrected; the new version promises anew."""
        self.settled_at = context.at
