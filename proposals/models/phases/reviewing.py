"""Second part of a proposal's life: examined in rounds, filed or not, withdrawn."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_stubs_ext.db.models.manager import RelatedManager

from members.enums import REVIEWER_ROLES, Channel, Role
from members.punctuation import listed, titled
from members.rules import Rules
from proposals import audiences
from proposals.enums import (
    AWAITING_ASSIGNMENT,
    AWAITING_FILING,
    IN_HANDS,
    WITHDRAWABLE,
    FeedbackState,
    Tone,
)
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken
from proposals.inputs import reviewing as inputs
from proposals.inputs.fields import OptionalNote, Reason
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.models.assignment import Assignment, AssignmentQuerySet
from proposals.models.feedback import Feedback
from proposals.models.phases.drafting import Drafting
from proposals.models.pre_assignment import PreAssignment
from proposals.models.review import ReviewOpinion
from proposals.models.series import draw_case_no

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


def _next_round_roles(proposal: Reviewing, rules: Rules) -> tuple[Role, ...]:
    rounds = rules.review.rounds
    return rounds[min(proposal.rounds_done, len(rounds) - 1)].roles


reviewer = who.FromRules(_next_round_roles, possible=REVIEWER_ROLES)
"""The rulebook says who gives each round of review."""


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

    review_opinions: RelatedManager[ReviewOpinion]
    pre_assignments: RelatedManager[PreAssignment]
    assignments: RelatedManager[Assignment]
    feedback: RelatedManager[Feedback]
    merged_from: RelatedManager[Any]  # proposals

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
            reviewer=context.person,
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
        tells=(audiences.proposers,),
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
        tells=(audiences.proposers,),
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
        source=(*AWAITING_ASSIGNMENT, *IN_HANDS),
        who=who.director,
        label=_("定为重点提案"),
        input=inputs.KeyInput,
        tone=Tone.PRIMARY,
        conditions=[not_key],
        reminds_anew=True,
        tells=(audiences.proposers, audiences.units),
    )
    def designate_key(self, context: StepContext) -> None:
        """The chairpersons' meeting has fixed it as a key proposal (rules.md section 11)."""
        self.is_key = True

    @step(
        source=WITHDRAWABLE,
        who=who.lead | who.clerk,
        label=_("申请撤案"),
        input=inputs.WithdrawalInput,
        tone=Tone.WARNING,
        conditions=[withdrawal_is_not_asked],
        tells=(audiences.office,),
    )
    def request_withdrawal(self, context: StepContext) -> None:
        """The proposer asks in writing to withdraw; the office may record it from paper."""
        if not who.lead(self, context.taker):
            context.channel, context.on_behalf_of = Channel.PAPER, self.lead
        self.withdrawal_requested_at = context.data.get("requested_at") or context.at
        self.withdrawal_reason = context.data["reason"]

    @step(
        source=WITHDRAWABLE,
        target=S.WITHDRAWN,
        who=who.director,
        label=_("同意撤案"),
        input=OptionalNote,
        tone=Tone.DANGER,
        conditions=[withdrawal_is_asked, hosts_nothing],
        tells=(audiences.proposers, audiences.units),
    )
    def withdraw(self, context: StepContext) -> None:
        """The committee agrees; the number stays used, and units stop."""
        self.text_digest = ""  # the same text may be handed in anew
        self._let_invitations_lapse(context)
        for assignment in self.live_assignments().open():
            context.then(assignment.recall)
        for form in self.feedback.filter(state=FeedbackState.SENT):
            context.then(form.void)
        self._settle_pre_assignments(context)

    @step(
        source=WITHDRAWABLE,
        who=who.director,
        label=_("不同意撤案"),
        input=Reason,
        conditions=[withdrawal_is_asked],
        tells=(audiences.proposers,),
    )
    def refuse_withdrawal(self, context: StepContext) -> None:
        """The committee does not agree; the proposal goes on."""
        self.withdrawal_requested_at, self.withdrawal_reason = None, ""

    @property
    def link(self) -> str:
        """Its address in the API."""
        return f"/api/v1/proposals/{self.pk}/"

    @property
    def number(self) -> str:
        """The number by which people know it: that of the case, or until then of the receipt."""
        return self.case_no or self.receipt_no

    @property
    def named(self) -> str:
        """Number and title, as sentences name it."""
        return titled(self.number, self.title)

    def live_assignments(self) -> AssignmentQuerySet:
        """The tasks that have not been taken from their units."""
        return Assignment.objects.live().filter(proposal=self.pk)

    def _settle_pre_assignments(self, context: StepContext) -> None:
        """Units that were asked need not answer any more."""
        for asked in PreAssignment.objects.open().filter(proposal=self.pk):
            context.then(asked.settle)

    def _duplicates(self, numbers: list[int]) -> list[Any]:
        received = self.committee.proposal_set.exclude(pk=self.pk).filter(received_at__isnull=False)
        found = received.filter(pk__in=numbers)
        missing = set(numbers) - {proposal.pk for proposal in found}
        if missing:
            raise RuleBroken(
                {
                    "duplicates": _t("没有编号为 %(numbers)s 的提案，请核对")
                    % {"numbers": listed(sorted(missing))}
                }
            )
        return list(found)
