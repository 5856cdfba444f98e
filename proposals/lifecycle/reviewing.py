"""Second part of a proposal's life: examined in rounds, filed or not, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.punctuation import listed
from members.rules import REVIEWERS
from proposals.enums import AWAITING_FILING, IN_HANDS, Channel, FeedbackState, Tone
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken
from proposals.inputs import reviewing as inputs
from proposals.inputs.fields import OptionalNote, Reason
from proposals.lifecycle.drafting import Drafting
from proposals.machine import who
from proposals.machine.subject import Condition, StepContext, step
from proposals.numbering import draw_case_no

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from proposals.models import Assignment, Feedback, Proposal, ReviewOpinion

UNDECIDED = (*AWAITING_FILING, S.FILED, S.PRE_ASSIGNED, *IN_HANDS)
"""Open to a request to withdraw."""

round_is_open = Condition(
    _("规定的审查轮次已全部完成，请作出决定"),
    lambda proposal: proposal.rounds_done < len(proposal.rules.review.rounds),
)
rounds_are_done = Condition(
    _("规定的审查轮次尚未全部完成"),
    lambda proposal: proposal.rounds_done >= len(proposal.rules.review.rounds),
)
withdrawal_is_asked = Condition(
    _("没有待处理的撤案申请"), lambda proposal: proposal.withdrawal_requested_at is not None
)
withdrawal_is_not_asked = Condition(
    _("已有待处理的撤案申请"), lambda proposal: proposal.withdrawal_requested_at is None
)
not_key = Condition(_("已是重点提案"), lambda proposal: not proposal.is_key)
hosts_nothing = Condition(
    _("有其他提案并入本件，请先解除并案"),
    lambda proposal: not proposal.merged_from.all()[:1],  # reads what was fetched ahead, if it was
)


def _next_round_roles(proposal: Reviewing) -> tuple[Role, ...]:
    rounds = proposal.rules.review.rounds
    return rounds[min(proposal.rounds_done, len(rounds) - 1)].roles


reviewer = who.FromRules(
    _next_round_roles,
    possible=REVIEWERS,
)
"""Who gives the next round of review is said by the rulebook."""


class Reviewing(Drafting):
    """What the committee decided."""

    rounds_done = models.PositiveSmallIntegerField(_("已完成审查轮次"), default=0)
    category = models.CharField(_("类别"), max_length=32, blank=True)
    is_key = models.BooleanField(_("重点提案"), default=False)
    urgent = models.BooleanField(_("时效性强"), default=False)
    case_no = models.CharField(_("案号"), max_length=40, blank=True)
    case_series = models.CharField(max_length=60, blank=True)
    case_serial = models.PositiveIntegerField(null=True)
    filed_at = models.DateTimeField(_("立案时间"), null=True)
    meeting = models.CharField(_("审定会议"), max_length=200, blank=True)
    ground = models.CharField(_("不予立案理由"), max_length=32, blank=True)
    disposition = models.CharField(_("转办去向"), max_length=32, blank=True)
    destination = models.CharField(_("转送单位"), max_length=200, blank=True)
    notice = models.TextField(_("不予立案通知"), blank=True)
    withdrawal_requested_at = models.DateTimeField(_("申请撤案时间"), null=True)
    withdrawal_reason = models.TextField(_("撤案理由"), blank=True)

    if TYPE_CHECKING:
        review_opinions: RelatedManager[ReviewOpinion]
        assignments: RelatedManager[Assignment]
        feedback: RelatedManager[Feedback]
        merged_from: RelatedManager[Proposal]

    class Meta:
        abstract = True

    @step(
        source=AWAITING_FILING,
        target=S.REVIEWING,
        who=reviewer,
        label=_("审查"),
        input=inputs.ReviewInput,
        tone=Tone.PRIMARY,
        conditions=[round_is_open],
    )
    def review(self, context: StepContext) -> None:
        """A round of review is put on record, by those whom the rulebook names for it."""
        data = context.data
        opinion = self.review_opinions.create(
            round=self.rounds_done + 1,
            round_name=context.rules.review.rounds[self.rounds_done].name,
            reviewer=context.by,
            reviewed_at=context.at,
            outcome=data["outcome"],
            opinion=data["opinion"],
            category=data["category"],
            units=[{"unit": row["unit"].pk, "role": row["role"]} for row in data["units"]],
            ground=data["ground"],
            disposition=data["disposition"],
        )
        if data["duplicates"]:
            opinion.duplicates.set(self._duplicates(data["duplicates"]))
        self.category = data["category"] or self.category
        self.rounds_done += 1

    @step(
        source=S.REVIEWING,
        target=S.FILED,
        who=who.director,
        label=_("立案"),
        input=inputs.FileInput,
        tone=Tone.PRIMARY,
        conditions=[rounds_are_done],
        tells=("proposers",),
    )
    def file(self, context: StepContext) -> None:
        """The committee accepts it; it gets the next case number of its series."""
        self.category = context.data["category"]
        self.meeting = context.data["meeting"]
        self.urgent = context.data["urgent"]
        self.filed_at = context.at
        self._let_invitations_lapse(context)
        if not self.case_no:
            self.case_no, self.case_series, self.case_serial = draw_case_no(self, context.rules)

    @step(
        source=S.REVIEWING,
        target=S.NOT_FILED,
        who=who.director,
        label=_("不予立案"),
        input=inputs.NotFileInput,
        tone=Tone.DANGER,
        conditions=[rounds_are_done],
        tells=("proposers",),
    )
    def not_file(self, context: StepContext) -> None:
        """The committee does not file it: a ground, a disposition, and a notice to the proposer."""
        entry = next(
            e for e in context.rules.review.dispositions if e.code == context.data["disposition"]
        )
        if entry.needs_destination and not context.data["destination"]:
            raise RuleBroken({"destination": _t("“%(name)s”须填写转送单位") % {"name": entry.name}})
        self.ground = context.data["ground"]
        self.disposition = context.data["disposition"]
        self.destination = context.data["destination"]
        self.notice = context.data["notice"]
        self.category = context.data["category"] or self.category
        self._let_invitations_lapse(context)

    @step(
        source=(S.FILED, S.PRE_ASSIGNED, *IN_HANDS),
        who=who.director,
        label=_("定为重点提案"),
        input=inputs.KeyInput,
        tone=Tone.PRIMARY,
        conditions=[not_key],
        reminds_anew=True,
        tells=("proposers", "units"),
    )
    def designate_key(self, context: StepContext) -> None:
        """The chairpersons' meeting has fixed it as a key proposal (rules.md section 11)."""
        self.is_key = True

    @step(
        source=UNDECIDED,
        who=who.lead | who.clerk,
        label=_("申请撤案"),
        input=inputs.WithdrawalInput,
        tone=Tone.WARNING,
        conditions=[withdrawal_is_not_asked],
        tells=("office",),
    )
    def request_withdrawal(self, context: StepContext) -> None:
        """The proposer asks in writing to withdraw; the office may record it from paper."""
        if not who.lead(self, context.standing):
            context.channel, context.on_behalf_of = Channel.PAPER, self.lead
        self.withdrawal_requested_at = context.data.get("requested_at") or context.at
        self.withdrawal_reason = context.data["reason"]

    @step(
        source=UNDECIDED,
        target=S.WITHDRAWN,
        who=who.director,
        label=_("同意撤案"),
        input=OptionalNote,
        tone=Tone.DANGER,
        conditions=[withdrawal_is_asked, hosts_nothing],
        tells=("proposers", "units"),
    )
    def withdraw(self, context: StepContext) -> None:
        """The committee agrees; the number stays used, and units stop."""
        self.text_digest = ""  # the same text may be handed in anew
        self._let_invitations_lapse(context)
        for assignment in self.assignments.open():
            context.then(assignment, "recall")
        for form in self.feedback.filter(state=FeedbackState.SENT):
            context.then(form, "void")
        for asked in self.pre_assignments.open():
            context.then(asked, "settle")

    @step(
        source=UNDECIDED,
        who=who.director,
        label=_("不同意撤案"),
        input=Reason,
        conditions=[withdrawal_is_asked],
        tells=("proposers",),
    )
    def refuse_withdrawal(self, context: StepContext) -> None:
        """The committee does not agree; the proposal goes on."""
        self.withdrawal_requested_at, self.withdrawal_reason = None, ""

    def _duplicates(self, numbers: list[int]) -> list[Proposal]:
        found = self.__class__._default_manager.filter(
            pk__in=numbers, committee=self.committee_id, received_at__isnull=False
        ).exclude(pk=self.pk)
        missing = set(numbers) - {proposal.pk for proposal in found}
        if missing:
            raise RuleBroken(
                {
                    "duplicates": _t("没有编号为 %(numbers)s 的提案，请核对")
                    % {"numbers": listed(sorted(missing))}
                }
            )
        return list(found)
