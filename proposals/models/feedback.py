"""A feedback form (征询意见表): sent with a reply, filled in once by the proposer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import Channel, DutyKind
from proposals import audiences
from proposals.enums import NEW, RATEABLE, AttachmentStage, Tone
from proposals.enums import FeedbackState as S
from proposals.inputs import replying as inputs
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.machine.subject import Subject, state_field
from proposals.models.attachment import Attachment

still_open = Condition(
    _("提案已办结或正在重新办理，不能再评价"),
    lambda form: form.proposal.state in RATEABLE,
)


class Feedback(Subject):
    """A proposer's feedback on one reply (征询意见表); a unit can never fill it in."""

    state = state_field(S)
    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="feedback"
    )
    reply = models.ForeignKey("proposals.Reply", on_delete=models.PROTECT, related_name="feedback")
    original = models.ForeignKey(
        "proposals.Proposal",
        verbose_name=_("原提案"),
        on_delete=models.PROTECT,
        related_name="feedback_as_original",
    )
    member = models.ForeignKey(
        "members.Member", null=True, on_delete=models.PROTECT, related_name="feedback"
    )
    body = models.ForeignKey(
        "members.Body", null=True, on_delete=models.PROTECT, related_name="feedback"
    )
    attitude = models.CharField(_("对办理态度"), max_length=32, blank=True)
    result = models.CharField(_("对办理结果"), max_length=32, blank=True)
    comment = models.TextField(_("意见和建议"), blank=True)
    poor = models.BooleanField(_("须重新办理"), default=False)
    satisfied = models.BooleanField(_("满意"), default=False)
    channel = models.CharField(_("来源"), max_length=10, choices=Channel, blank=True)
    rated_at = models.DateTimeField(_("评价时间"), null=True)

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("征询意见表")
        verbose_name_plural = _("征询意见表")
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "member"],
                condition=Q(member__isnull=False),
                name="feedback_once_a_member",
            ),
            models.UniqueConstraint(
                fields=["reply", "body"],
                condition=Q(body__isnull=False),
                name="feedback_once_a_body",
            ),
            models.CheckConstraint(
                condition=Q(state=S.RATED, rated_at__isnull=False, result__gt="")
                | (~Q(state=S.RATED) & Q(rated_at__isnull=True)),
                name="feedback_rated_exactly_with_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member or self.body} {self.get_state_display()}"

    @step(
        source=NEW,
        target=S.SENT,
        who=who.system,
        label=_("送出征询意见表"),
        opens=[DutyKind.FEEDBACK],
    )
    def send(self, context: StepContext) -> None:
        """The form goes out with the reply."""

    @step(
        source=S.SENT,
        target=S.RATED,
        who=who.addressee,
        label=_("评价"),
        input=inputs.RateInput,
        tone=Tone.PRIMARY,
        conditions=[still_open],
        closes=[DutyKind.FEEDBACK],
        tells=(audiences.office, audiences.units),
    )
    def rate(self, context: StepContext) -> None:
        """The proposer rates attitude and result, once."""
        self.channel = context.channel
        self._fill_in(context)

    @step(
        source=S.SENT,
        target=S.RATED,
        who=who.clerk,
        label=_("代录纸质评价"),
        input=inputs.PaperRateInput,
        conditions=[still_open],
        closes=[DutyKind.FEEDBACK],
        tells=(audiences.addressee, audiences.units),
    )
    def rate_on_paper(self, context: StepContext) -> None:
        """The office copies a signed paper form; it is marked as such and keeps the scan."""
        self.channel = Channel.PAPER
        context.channel, context.on_behalf_of = Channel.PAPER, self.member
        self._fill_in(context)
        Attachment.take_in(self, context.data["scan"], context, AttachmentStage.FEEDBACK)

    @step(
        source=S.SENT,
        target=S.VOID,
        who=who.system,
        label=_("作废"),
        cancels=[DutyKind.FEEDBACK],
    )
    def void(self, context: StepContext) -> None:
        """The form no longer matters: the reply was corrected or the work was reopened."""

    def _fill_in(self, context: StepContext) -> None:
        self.attitude, self.result = context.data["attitude"], context.data["result"]
        self.comment = context.data["comment"]
        self.poor = inputs.is_poor(context.rules, context.data)
        self.satisfied = any(
            entry.code == self.result and entry.satisfied for entry in context.rules.feedback.result
        )
        self.rated_at = context.at
