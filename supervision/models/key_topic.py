"""Key topics (重点题目): supervised by a leader, and reported on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.enums import DutyKind
from members.punctuation import clauses
from proposals import audiences as proposal_audiences
from proposals.enums import Tone
from proposals.errors import RuleBroken
from proposals.inputs.fields import OptionalNote, Reason
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.models import Proposal
from supervision import audiences
from supervision.enums import (
    KEY_UNDER_WAY,
    PUBLIC_UNDER_WAY,
    UNMET,
    InstructionState,
    MilestoneState,
)
from supervision.enums import KeyTopicState as S
from supervision.inputs import key_topics as inputs
from supervision.models.activity import Activity
from supervision.models.duty import Duty
from supervision.models.instruction import Instruction
from supervision.models.key_topic_choice import KeyTopicChoice
from supervision.models.milestone import Milestone
from supervision.models.problem import Problem
from supervision.models.topic_file import TopicFile
from supervision.roles import body_contact, leading_supervisor, office

milestones_are_settled = Condition(
    _("尚有未到的督办节点，请先记录完成情况，或延后、取消"),
    lambda topic: all(row.state != MilestoneState.PLANNED for row in topic.milestones.all()),
)


class KeyTopic(KeyTopicChoice):
    """One proposal, or a theme of several, that a leader supervises (重点题目)."""

    proposals = models.ManyToManyField(
        Proposal, through="TopicProposal", related_name="key_topics", verbose_name=_("提案")
    )

    plan = models.TextField(_("督办方案"), blank=True)
    planned_at = models.DateTimeField(_("方案制定时间"), null=True)
    settled_at = models.DateTimeField(_("全部节点了结时间"), null=True)
    report = models.TextField(_("督办情况报告"), blank=True)
    reported_at = models.DateTimeField(_("报告提交时间"), null=True)
    review_note = models.TextField(_("审阅意见"), blank=True)
    concluded_at = models.DateTimeField(_("督办完成时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("重点题目")
        verbose_name_plural = _("重点题目")
        indexes = [
            models.Index(fields=["session", "state"], name="topic_in_session"),
            models.Index(fields=["committee", "state"], name="topic_in_committee"),
        ]

    @property
    def duty_body_id(self) -> int | None:
        """The body that owes plan, milestones and report; without one the office does."""
        return self.supervising_body_id

    @property
    def reply_due_at(self) -> datetime | None:
        """When the first reply to its proposals is due that is still owed.

        What was merged is answered by its host.
        """
        answered = self.links.order_by().annotate(
            answered=Coalesce("proposal__merged_into", "proposal")
        )
        duties = Duty.objects.open().filter(
            kind=DutyKind.REPLY, proposal__in=answered.values("answered")
        )
        return duties.order_by("due_at").values_list("due_at", flat=True).first()

    @property
    def supervised_until(self) -> datetime | None:
        """By when supervision must end; None while no reply date is known."""
        duties = Duty.objects.of(self.kind, self.pk).open().filter(kind=DutyKind.SUPERVISION)
        return duties.values_list("due_at", flat=True).first()

    def time_limits(self) -> list[tuple[str, date]]:
        """The limits of a plan: the name of each and its last day."""
        limits = [
            (_t("督办期限"), self.supervised_until),
            (_t("答复期限"), self.reply_due_at),
        ]
        return [(words, localdate(due)) for words, due in limits if due is not None]

    def warnings_about(self, day: date) -> list[str]:
        """How a milestone on ``day`` conflicts with the time limits, in words."""
        return [
            _t("%(day)s 晚于%(limit)s %(due)s") % {"day": day, "limit": words, "due": due}
            for words, due in self.time_limits()
            if day > due
        ]

    # -- Supervising ----------------------------------------------------------------------

    @step(
        source=S.ANNOUNCED,
        target=S.SUPERVISING,
        who=who.clerk | body_contact,
        label=_("制定督办方案"),
        input=inputs.PlanInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.SUPERVISION_PLAN],
        tells=(audiences.topic_leaders, audiences.topic_units),
    )
    def make_plan(self, context: StepContext) -> None:
        """The plan of supervision, with milestones that are each owed by their own day.

        One that lies after the end of supervision or after a reply is due is kept only with a
        reason, and stays marked.
        """
        self.plan, self.planned_at = context.data["text"], context.at
        for at, row in enumerate(context.data["milestones"]):
            self._plan_milestone(context, row, f"milestones.{at}.due_on")

    @step(
        source=S.SUPERVISING,
        who=who.clerk | body_contact,
        label=_("增加督办节点"),
        input=inputs.AddMilestoneInput,
        cancels=[DutyKind.SUPERVISION_REPORT],
        tells=(audiences.topic_leaders,),
    )
    def add_milestone(self, context: StepContext) -> None:
        """A further milestone; the report waits for it too."""
        self.settled_at = None
        self._plan_milestone(context, context.data, "due_on")

    @step(
        source=PUBLIC_UNDER_WAY,
        who=who.clerk | body_contact | leading_supervisor,
        label=_("记录督办活动"),
        input=inputs.ActivityInput,
    )
    def record_activity(self, context: StepContext) -> None:
        """An activity is recorded: time, place, people, findings, photographs and documents."""
        data = context.data
        activity = Activity.objects.create(
            topic=self,
            held_at=data["held_at"],
            place=data["place"],
            method=data["method"],
            people=data["people"],
            findings=data["findings"],
            recorded_by=context.person,
            recorded_at=context.at,
        )
        self._keep_files(context, activity)

    @step(
        source=PUBLIC_UNDER_WAY,
        who=office | body_contact,
        label=_("上报问题"),
        input=inputs.ProblemInput,
        tells=(audiences.topic_leaders,),
        news=lambda topic, context: topic.news(
            context, context.data["to_whom"], context.data["text"]
        ),
    )
    def report_problem(self, context: StepContext) -> None:
        """A problem is written up for the leaders of the party and the government."""
        Problem.objects.create(
            topic=self,
            to_whom=context.data["to_whom"],
            text=context.data["text"],
            reported_by=context.person,
            reported_at=context.at,
        )

    @step(
        source=(*PUBLIC_UNDER_WAY, S.CONCLUDED),
        who=office,
        label=_("登记领导批示"),
        input=inputs.InstructionInput,
    )
    def record_instruction(self, context: StepContext) -> None:
        """A leader's instruction (批示); every unit that it asks owes a follow-up."""
        data = context.data
        number = (self.instructions.aggregate(last=models.Max("number"))["last"] or 0) + 1
        for unit in data["units"] or [None]:
            instruction = Instruction(
                committee=self.committee,
                topic=self,
                number=number,
                unit=unit,
                leader=data["leader"],
                text=data["text"],
                given_on=data["given_on"],
            )
            context.then(instruction.give)

    @step(
        source=S.SUPERVISING,
        who=who.system,
        label=_("节点全部了结"),
        opens=[DutyKind.SUPERVISION_REPORT],
    )
    def settle_milestones(self, context: StepContext) -> None:
        """The last milestone is met or given up; what remains is the report."""
        self.settled_at = context.at

    @step(
        source=S.SUPERVISING,
        who=who.system,
        label=_("节点重新安排"),
        cancels=[DutyKind.SUPERVISION_REPORT],
    )
    def resume_milestones(self, context: StepContext) -> None:
        """A milestone has another day; the report waits for it again."""
        self.settled_at = None

    # -- Reporting ------------------------------------------------------------------------

    @step(
        source=S.SUPERVISING,
        target=S.REPORTED,
        who=who.clerk | body_contact,
        label=_("提交督办报告"),
        input=inputs.ReportInput,
        tone=Tone.PRIMARY,
        conditions=[milestones_are_settled],
        closes=[DutyKind.SUPERVISION, DutyKind.SUPERVISION_REPORT],
        tells=(audiences.topic_leaders, proposal_audiences.office),
    )
    def submit_report(self, context: StepContext) -> None:
        """The report on the supervision goes to the leading supervisor."""
        self.report, self.reported_at = context.data["text"], context.at
        self._keep_files(context)

    @step(
        source=S.REPORTED,
        target=S.CONCLUDED,
        who=leading_supervisor,
        label=_("审定督办报告"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
        tells=(audiences.supervising_body, proposal_audiences.office),
    )
    def accept_report(self, context: StepContext) -> None:
        """The leader agrees with the report; supervision is at its end.

        What follows a leader's instruction goes on.
        """
        self.review_note, self.concluded_at = context.data["note"], context.at
        for milestone in self.milestones.filter(state=MilestoneState.MISSED):
            context.then(milestone.lapse)

    @step(
        source=S.REPORTED,
        target=S.SUPERVISING,
        who=leading_supervisor,
        label=_("退回督办报告"),
        input=Reason,
        tone=Tone.WARNING,
        opens=[DutyKind.SUPERVISION_REPORT],
        tells=(audiences.supervising_body, proposal_audiences.office),
    )
    def send_back_report(self, context: StepContext) -> None:
        """The leader wants more; the report is owed anew."""
        self.review_note = context.data["reason"]

    @step(
        source=KEY_UNDER_WAY,
        target=S.CANCELLED,
        who=who.director,
        label=_("取消督办"),
        input=Reason,
        tone=Tone.DANGER,
        cancels=[
            DutyKind.SUPERVISION_PLAN,
            DutyKind.SUPERVISION,
            DutyKind.SUPERVISION_REPORT,
        ],
        tells=(audiences.topic_leaders, audiences.supervising_body, audiences.topic_units),
    )
    def cancel(self, context: StepContext) -> None:
        """It is no longer supervised; nothing is owed for it any more."""
        self.note = context.data["reason"]
        for milestone in self.milestones.filter(state__in=UNMET):
            context.then(milestone.lapse)
        for instruction in self.instructions.filter(state=InstructionState.OPEN):
            context.then(instruction.lapse)

    # -- What the steps share -------------------------------------------------------------

    def _plan_milestone(self, context: StepContext, row: Mapping[str, Any], where: str) -> None:
        """A milestone of the plan, owed by its day; a contradiction needs a reason."""
        warnings = self.warnings_about(row["due_on"])
        if warnings and not context.data["despite"]:
            raise RuleBroken(
                {where: clauses([*warnings, _t("确需如此的，请填写超出期限的理由")])},
                code="contradicts",
            )
        milestone = Milestone(
            committee=self.committee,
            topic=self,
            name=row["name"],
            due_on=row["due_on"],
            first_due_on=row["due_on"],
            method=row["method"],
            despite=context.data["despite"] if warnings else "",
        )
        context.then(milestone.plan)

    def _keep_files(self, context: StepContext, activity: Activity | None = None) -> None:
        for at, upload in enumerate(context.data["files"]):
            TopicFile(topic=self, activity=activity).take_in(upload, context, where=f"files.{at}")
