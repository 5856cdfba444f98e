"""Last part of a proposal's life: replied to, rated, handled again, concluded, followed up."""

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_stubs_ext.db.models.manager import RelatedManager

from members.enums import DutyKind
from proposals import audiences
from proposals.enums import (
    FILED_STATES,
    SENT_OUT,
    AssignmentState,
    FeedbackState,
    PublicationScope,
    Publicity,
    ReplyState,
    TextKind,
    Tone,
)
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken
from proposals.inputs import replying as inputs
from proposals.inputs.fields import Reason
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.models.assignment import Assignment
from proposals.models.consultation import Consultation
from proposals.models.feedback import Feedback
from proposals.models.follow_up import FollowUp
from proposals.models.phases.assigning import Assigning

OF_PRESENT_ANSWERS = models.Q(
    reply__state__in=SENT_OUT,
    reply__assignment__state=AssignmentState.REPLIED,
    reply__round=models.F("reply__assignment__round"),
)
"""Feedback forms that came with the answers that stand now."""

all_replied = Condition(
    _("还有承办单位未答复"),
    lambda proposal: proposal.states_of_tasks() == {AssignmentState.REPLIED},
)
rated_poor = Condition(
    _("没有不满意的评价"), lambda proposal: any(poor for _state, poor in proposal.marks())
)
another_round = Condition(
    _("已是最后一轮办理"),
    lambda proposal: proposal.round < proposal.rules.feedback.max_rounds,
)
no_more_rounds = Condition(
    _("还可以重新办理"),
    lambda proposal: proposal.round >= proposal.rules.feedback.max_rounds,
)
well_rated = Condition(
    _("还有提案者未评价，或评价为不满意"),
    lambda proposal: (
        not any(state == FeedbackState.SENT or poor for state, poor in proposal.marks())
    ),
)
may_be_published = Condition(
    _("提案者不同意公开，或本会不公开提案"),
    lambda proposal: proposal.publicity_wish and proposal.rules.publication.enabled,
)
replies_may_be_published = Condition(
    _("有承办单位的答复定为不公开，不能公开本提案"),
    lambda proposal: (
        not proposal.replies.filter(state=ReplyState.DELIVERED, publicity=Publicity.CLOSED).exists()
    ),
)
is_published = Condition(
    _("本提案尚未公开"),
    lambda proposal: proposal.publication_scope != PublicationScope.NONE,
)


class Concluding(Assigning):
    """What became of it."""

    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    replied_at = models.DateTimeField(_("答复时间"), null=True)
    concluded_at = models.DateTimeField(_("办结时间"), null=True)
    publication_scope = models.CharField(
        _("公开范围"), max_length=10, choices=PublicationScope, default=PublicationScope.NONE
    )
    public_summary = models.TextField(_("公开摘要"), blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True)

    consultations: RelatedManager[Consultation]
    follow_ups: RelatedManager[FollowUp]

    class Meta:
        abstract = True

    @step(
        source=S.HANDLING,
        target=S.REPLIED,
        who=who.system,
        label=_("全部答复"),
        conditions=[all_replied],
        rollup=[Assignment],
    )
    def complete_reply(self, context: StepContext) -> None:
        """All answering units have replied."""
        self.replied_at = context.at

    @step(
        source=S.REPLIED,
        target=S.HANDLING,
        who=who.system,
        label=_("重新办理"),
        conditions=[another_round, rated_poor],
        rollup=[Feedback],
        tells=(audiences.office, audiences.units),
    )
    def rehandle(self, context: StepContext) -> None:
        """A poor rating reopens the work: the units concerned answer again (rules.md section 9)."""
        poor = {form.reply.assignment_id for form in self.poorly_rated().select_related("reply")}
        self.round += 1
        self.replied_at = None
        for assignment in self.assignments.filter(pk__in=poor).order_by("pk"):
            context.then(assignment.reopen)

    @step(
        source=S.REPLIED,
        target=S.ESCALATED,
        who=who.system,
        label=_("转入协商"),
        conditions=[no_more_rounds, rated_poor],
        rollup=[Feedback],
        tells=(audiences.office, audiences.units),
    )
    def escalate(self, context: StepContext) -> None:
        """Rated poor in the last round: the offices hold a consultation."""

    @step(
        source=S.REPLIED,
        target=S.CONCLUDED,
        who=who.system,
        label=_("评价后办结"),
        conditions=[well_rated],
        rollup=[Feedback],
        opens=lambda proposal: proposal.duties_after(),
    )
    def conclude_rated(self, context: StepContext) -> None:
        """All feedback that the rulebook waits for is in, and none of it is poor."""
        self._conclude(context)

    @step(
        source=S.REPLIED,
        target=S.CONCLUDED,
        who=who.clerk | who.director,
        label=_("办结"),
        input=inputs.ConcludeInput,
        tone=Tone.WARNING,
        opens=lambda proposal: proposal.duties_after(),
        tells=(audiences.proposers, audiences.units),
    )
    def conclude(self, context: StepContext) -> None:
        """The office concludes without waiting longer for feedback, and says why."""
        self._conclude(context)

    @step(
        source=S.ESCALATED,
        target=S.CONCLUDED,
        who=who.clerk | who.director,
        label=_("记录协商并办结"),
        input=inputs.ConsultationInput,
        tone=Tone.PRIMARY,
        opens=lambda proposal: proposal.duties_after(),
        tells=(audiences.proposers, audiences.units),
    )
    def record_consultation(self, context: StepContext) -> None:
        """The face-to-face consultation after the last poor rating is put on record."""
        self.consultations.create(**context.data, recorded_by=context.person)
        self._conclude(context)

    @step(
        source=S.CONCLUDED,
        who=who.clerk,
        label=_("跟踪办理"),
        input=inputs.FollowUpInput,
        closes=[DutyKind.FOLLOW_UP],
    )
    def follow_up(self, context: StepContext) -> None:
        """A later look at what became of it, with a second result (rules.md section 10)."""
        if self.follow_ups.filter(year=context.data["year"]).exists():
            raise RuleBroken(
                {"year": _t("%(year)s 年度已有跟踪办理记录") % {"year": context.data["year"]}}
            )
        self.follow_ups.create(**context.data, recorded_by=context.person, recorded_at=context.at)

    @step(
        source=FILED_STATES,
        who=who.clerk,
        label=_("公开"),
        input=inputs.PublishInput,
        conditions=[may_be_published, replies_may_be_published],
        tells=(audiences.proposers,),
    )
    def publish(self, context: StepContext) -> None:
        """The public sees it: the proposer wished it, no unit's reply is kept closed."""
        self.publication_scope = context.data["scope"]
        self.public_summary = context.data["summary"]
        self.published_at = context.at
        self._keep_version(TextKind.PUBLISHED, context)

    @step(
        source=FILED_STATES,
        who=who.clerk,
        label=_("撤下公开"),
        input=Reason,
        tone=Tone.WARNING,
        conditions=[is_published],
    )
    def unpublish(self, context: StepContext) -> None:
        """The public no longer sees it."""
        self.publication_scope = PublicationScope.NONE
        self.published_at = None

    def poorly_rated(self) -> models.QuerySet[Feedback]:
        """Feedback of the present answers that reopens the work."""
        return self.feedback.filter(OF_PRESENT_ANSWERS, poor=True)

    def duties_after(self) -> list[DutyKind]:
        """Results of a class that the rulebook follows up are looked at again."""
        codes = {c.code for c in self.rules.handling.result_classes if c.needs_follow_up}
        followed = self.replies.filter(state=ReplyState.DELIVERED, result_class__in=codes)
        return [DutyKind.FOLLOW_UP] if codes and followed.exists() else []

    def _conclude(self, context: StepContext) -> None:
        self.concluded_at = context.at
        for assignment in self.live_assignments():
            context.then(assignment.close)
        for form in self.feedback.filter(state=FeedbackState.SENT):
            context.then(form.void)
