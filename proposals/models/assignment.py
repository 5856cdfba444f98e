"""One unit's task: issued, signed for, handled, answered; or given to another unit."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from members.enums import ANSWERING_ROLES, AssignmentRole, DutyKind
from proposals import audiences
from proposals.enums import (
    AT_WORK,
    BEGUN_REPLIES,
    LIVE_ASSIGNMENTS,
    NEW,
    RETURN_OPEN,
    UNANSWERED,
    ExtensionState,
    FeedbackState,
    Tone,
)
from proposals.enums import AssignmentState as S
from proposals.errors import RuleBroken
from proposals.inputs import handling as inputs
from proposals.inputs import replying
from proposals.inputs.fields import OptionalNote, Reason
from proposals.machine import who
from proposals.machine.step import StepContext, step
from proposals.machine.subject import Subject, state_field
from proposals.models.assignment_conditions import (
    DUTIES,
    TIMED,
    answers,
    assists,
    clock_may_stop,
    clock_runs,
    clock_stands,
    duties_of_issue,
    in_hands,
    no_open_extension,
    no_open_return,
    no_reply_begun,
)
from proposals.models.extension_request import ExtensionRequest
from proposals.models.reply import Reply
from proposals.models.return_request import ReturnRequest


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Filters on assignments."""

    def live(self) -> AssignmentQuerySet:
        """Not taken from their units."""
        return self.filter(state__in=LIVE_ASSIGNMENTS)

    def open(self) -> AssignmentQuerySet:
        """Still to be answered."""
        return self.filter(state__in=UNANSWERED)

    def answering(self) -> AssignmentQuerySet:
        """Live ones whose units reply to the proposer."""
        return self.live().filter(role__in=ANSWERING_ROLES)

    def with_standing(self) -> AssignmentQuerySet:
        """Each with what the conditions of its steps need, so that checking them takes no query.

        For pages; whoever takes a step reads the row anew, and asks the database.
        """

        def some(**condition: object) -> Exists:
            return Exists(Assignment.objects.filter(pk=OuterRef("pk"), **condition))

        begun = {"replies__round": F("round"), "replies__state__in": BEGUN_REPLIES}
        return self.annotate(
            open_return=some(return_requests__state__in=RETURN_OPEN),
            open_extension=some(extension_requests__state=ExtensionState.REQUESTED),
            begun_reply=some(**begun),
        )


class Assignment(Subject):
    """A proposal in one unit's hands (交办)."""

    state = state_field(S, max_length=14)
    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="assignments"
    )
    unit = models.ForeignKey(
        "members.Unit",
        verbose_name=_("承办单位"),
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    role = models.CharField(_("办理方式"), max_length=10, choices=AssignmentRole)
    batch = models.ForeignKey(
        "proposals.AssignmentBatch",
        verbose_name=_("交办批次"),
        null=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    replaces = models.ForeignKey(
        "self",
        verbose_name=_("接替"),
        null=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )
    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    issued_at = models.DateTimeField(_("交办时间"), null=True)
    acknowledged_at = models.DateTimeField(_("签收时间"), null=True)
    replied_at = models.DateTimeField(_("答复时间"), null=True)
    opinion = models.TextField(_("会办意见"), blank=True)
    opinion_document_number = models.CharField(_("文号"), max_length=60, blank=True)
    opinion_signed_by = models.CharField(_("签发人"), max_length=60, blank=True)
    opinion_handler = models.CharField(_("承办人"), max_length=60, blank=True)
    opinion_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    waiver_reason = models.TextField(_("免交会办意见的理由"), blank=True)
    clock_stopped_at = models.DateTimeField(_("暂停计时时间"), null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("交办")
        verbose_name_plural = _("交办")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "unit"],
                condition=Q(state__in=LIVE_ASSIGNMENTS),
                name="assignment_once_a_unit",
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(
                    state__in=LIVE_ASSIGNMENTS,
                    role__in=[AssignmentRole.SOLE, AssignmentRole.LEAD],
                ),
                name="assignment_one_lead",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.REPLIED]) | Q(replied_at__isnull=False),
                name="assignment_replied_has_a_date",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "-id"], name="assignment_worklist")]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_role_display()}"

    @step(
        source=NEW,
        target=S.ISSUED,
        who=who.system,
        label=_("交办"),
        input=inputs.IssueInput,
        opens=duties_of_issue,
        tells=(audiences.unit,),
    )
    def issue(self, context: StepContext) -> None:
        """The unit gets the task; its clocks start."""
        self.issued_at = context.at
        self.round = self.proposal.round

    @step(
        source=S.ISSUED,
        target=S.ACKNOWLEDGED,
        who=who.liaison,
        label=_("签收"),
        tone=Tone.PRIMARY,
        closes=[DutyKind.ACKNOWLEDGE],
    )
    def acknowledge(self, context: StepContext) -> None:
        """The unit signs for it."""
        self.acknowledged_at = context.at

    @step(
        source=UNANSWERED,
        who=who.liaison,
        label=_("申请退办"),
        input=inputs.ReturnRequestInput,
        tone=Tone.WARNING,
        conditions=[in_hands, no_open_return],
        within=DutyKind.RETURN_WINDOW,
        closes=[DutyKind.RETURN_WINDOW],
        tells=(audiences.assigners,),
    )
    def request_return(self, context: StepContext) -> None:
        """The unit says that the task is another's; until it is decided, work goes on."""
        policy = context.rules.handling.returns
        if context.data["suggested_unit"].pk == self.unit_id:
            raise RuleBroken({"suggested_unit": _t("请填写应承办的其他单位")})
        if policy.needs_signature and not context.data["signed_by"]:
            raise RuleBroken({"signed_by": _t("本会规定退办须由单位负责人签字")})
        made = ReturnRequest.objects.filter(assignment__proposal=self.proposal).count()
        if made >= policy.max_times:
            raise RuleBroken(
                _t("本提案已退办 %(count)s 次，达到上限，请遵照交办意见办理") % {"count": made}
            )
        context.then(ReturnRequest(assignment=self, **context.data).lodge)

    @step(
        source=UNANSWERED,
        target=S.REASSIGNED,
        who=who.assigning_officer,
        label=_("改办"),
        input=inputs.ReassignInput,
        tone=Tone.WARNING,
        conditions=[in_hands],
        cancels=DUTIES,
        tells=(audiences.unit,),
    )
    def reassign(self, context: StepContext) -> None:
        """Another unit takes over in the same role; nothing else stops."""
        self._leave(context)
        self.proposal.take_over(context, self, context.data["unit"])

    @step(source=UNANSWERED, target=S.RECALLED, who=who.system, label=_("收回"), cancels=DUTIES)
    def recall(self, context: StepContext) -> None:
        """The task ends because the proposal is no longer handled."""
        self._leave(context)

    @step(source=(*UNANSWERED, S.REPLIED), who=who.system, label=_("改为主办"))
    def become_lead(self, context: StepContext) -> None:
        """A sole unit leads once another assists it."""
        self.role = AssignmentRole.LEAD

    @step(
        source=AT_WORK,
        target=S.HANDLING,
        who=who.unit_staff,
        label=_("记录沟通"),
        input=inputs.ContactInput,
        conditions=[in_hands],
    )
    def record_contact(self, context: StepContext) -> None:
        """A talk with the proposer is put on record."""
        self.contact_records.create(
            **context.data, recorded_by=context.person, recorded_at=context.at
        )

    @step(
        source=AT_WORK,
        who=who.liaison,
        label=_("申请延期"),
        input=inputs.ExtensionInput,
        conditions=[answers, no_open_extension],
        tells=(audiences.office,),
    )
    def request_extension(self, context: StepContext) -> None:
        """The unit asks for more time to reply."""
        limit = context.rules.handling.extensions.max_times
        if self.extension_requests.filter(state=ExtensionState.GRANTED).count() >= limit:
            raise RuleBroken(_t("已延期 %(limit)s 次，不能再延") % {"limit": limit})
        context.then(ExtensionRequest(assignment=self, **context.data).lodge)

    @step(
        source=UNANSWERED,
        who=who.assigning_officer | who.clerk,
        label=_("暂停计时"),
        input=inputs.StopClockInput,
        tone=Tone.WARNING,
        conditions=[clock_may_stop, clock_runs],
        pauses=TIMED,
        tells=(audiences.unit, audiences.lead),
    )
    def stop_clock(self, context: StepContext) -> None:
        """The unit cannot go on for now; the days until the clock runs again do not count."""
        self.clock_stopped_at = context.at

    @step(
        source=UNANSWERED,
        who=who.assigning_officer | who.clerk,
        label=_("恢复计时"),
        input=OptionalNote,
        conditions=[clock_stands],
        resumes=TIMED,
        tells=(audiences.unit, audiences.lead),
    )
    def resume_clock(self, context: StepContext) -> None:
        """Work goes on; the due date moves by the days on which the clock stood still."""
        self.clock_stopped_at = None

    @step(
        source=AT_WORK,
        target=S.REPLIED,
        who=who.liaison,
        label=_("提交会办意见"),
        input=inputs.OpinionInput,
        tone=Tone.PRIMARY,
        conditions=[assists],
        closes=[DutyKind.ASSIST_OPINION, DutyKind.REHANDLE],
        cancels=[DutyKind.RETURN_WINDOW],
        tells=(audiences.lead_unit,),
    )
    def give_opinion(self, context: StepContext) -> None:
        """The assisting unit's opinion goes to the lead unit, never to the proposer."""
        self.opinion = context.data["text"]
        self.opinion_document_number = context.data["document_number"]
        self.opinion_signed_by = context.data["signed_by"]
        self.opinion_handler = context.data["handler"]
        self.opinion_phone = context.data["phone"]
        self.replied_at = context.at
        self._drop_requests(context)

    @step(
        source=UNANSWERED,
        target=S.REPLIED,
        who=who.assigning_officer | who.clerk,
        label=_("免交会办意见"),
        input=Reason,
        tone=Tone.WARNING,
        conditions=[assists],
        cancels=DUTIES,
        tells=(audiences.lead_unit, audiences.unit),
    )
    def waive_opinion(self, context: StepContext) -> None:
        """The lead unit need not wait for this unit's opinion; the reason is on record."""
        self.waiver_reason = context.data["reason"]
        self.replied_at = context.at
        self._drop_requests(context)

    @step(
        source=AT_WORK,
        target=S.HANDLING,
        who=who.unit_staff,
        label=_("起草答复"),
        input=replying.ReplyInput,
        tone=Tone.PRIMARY,
        conditions=[answers, in_hands, no_reply_begun],
    )
    def draft_reply(self, context: StepContext) -> None:
        """The unit begins its reply of this round."""
        reply = Reply(proposal=self.proposal, assignment=self, round=self.round)
        context.then(reply.begin, context.data)

    @step(
        source=AT_WORK,
        target=S.REPLIED,
        who=who.system,
        label=_("答复送达"),
        closes=[DutyKind.REPLY, DutyKind.REHANDLE],
        cancels=[DutyKind.RETURN_WINDOW],
    )
    def complete(self, context: StepContext) -> None:
        """The unit's reply has been delivered; its clock stops."""
        self.replied_at = context.at
        self._drop_requests(context)

    @step(
        source=S.REPLIED,
        target=S.HANDLING,
        who=who.system,
        label=_("重新办理"),
        opens=[DutyKind.REHANDLE],
        tells=(audiences.unit,),
    )
    def reopen(self, context: StepContext) -> None:
        """The answer was rated poor: the unit handles the matter again, by a date of its own."""
        self.round = self.proposal.round
        self.replied_at = None
        waiting = self.proposal.feedback.filter(reply__assignment=self, state=FeedbackState.SENT)
        for form in waiting:
            context.then(form.void)

    @step(
        source=(*UNANSWERED, S.REPLIED),
        target=RETURN_VALUE(S.CLOSED, S.RECALLED),
        who=who.system,
        label=_("办结"),
        cancels=DUTIES,
    )
    def close(self, context: StepContext) -> str:
        """The proposal is concluded; an assisting unit that never answered is let go."""
        self._drop_requests(context)
        return S.CLOSED if self.state == S.REPLIED else S.RECALLED

    # -- What its steps hang on ------------------------------------------------------------

    def awaits_return(self) -> bool:
        """Whether a return request waits to be decided."""
        return self.known(
            "open_return", lambda: self.return_requests.filter(state__in=RETURN_OPEN).exists()
        )

    def awaits_extension(self) -> bool:
        """Whether an extension request waits to be decided."""
        return self.known(
            "open_extension",
            lambda: self.extension_requests.filter(state=ExtensionState.REQUESTED).exists(),
        )

    def has_begun_reply(self) -> bool:
        """Whether the reply of this round is on its way, or out."""

        def ask() -> bool:
            return self.replies.filter(round=self.round, state__in=BEGUN_REPLIES).exists()

        return self.known("begun_reply", ask)

    def missing_opinions(self) -> list[Assignment]:
        """The tasks of assisting units whose opinion this lead unit still waits for."""
        if self.role != AssignmentRole.LEAD:
            return []
        return [
            task
            for task in self.proposal.assignments.all()  # few, and often read already
            if task.role == AssignmentRole.ASSIST and task.state in UNANSWERED
        ]

    def _drop_requests(self, context: StepContext) -> None:
        """Nobody need decide what the unit asked for once it has answered or lost the task."""
        self.clock_stopped_at = None
        for request in self.return_requests.filter(state__in=RETURN_OPEN):
            context.then(request.lapse)
        for plea in self.extension_requests.filter(state=ExtensionState.REQUESTED):
            context.then(plea.refuse_as_moot)

    def _leave(self, context: StepContext) -> None:
        self._drop_requests(context)
        for reply in self.replies.on_its_way():
            context.then(reply.abandon)
