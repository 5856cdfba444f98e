"""A milestone of a plan of supervision (督办节点): met, or missed and told to the leaders."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.days import end_of
from members.enums import DutyKind, SupervisionMethod
from members.punctuation import stated
from proposals.enums import NEW, Tone
from proposals.errors import Unmet
from proposals.inputs.fields import Reason
from proposals.machine import who
from proposals.machine.step import News, StepContext, step
from proposals.machine.subject import state_field
from supervision import audiences
from supervision.enums import UNMET, KeyTopicState
from supervision.enums import MilestoneState as S
from supervision.inputs import key_topics as inputs
from supervision.models.topic_subject import TopicSubject
from supervision.roles import body_contact, office


class Milestone(TopicSubject):
    """A milestone of a plan of supervision (督办节点); its day is the date of a duty."""

    address = "milestones"

    state = state_field(S)
    topic = models.ForeignKey(
        "supervision.KeyTopic",
        verbose_name=_("重点题目"),
        on_delete=models.PROTECT,
        related_name="milestones",
    )
    name = models.CharField(_("节点"), max_length=200)
    method = models.CharField(_("督办方式"), max_length=16, choices=SupervisionMethod, blank=True)
    due_on = models.DateField(_("完成日期"))
    first_due_on = models.DateField(_("原定日期"))
    despite = models.TextField(_("超出期限的理由"), blank=True)
    note = models.TextField(_("说明"), blank=True)
    evidence = models.TextField(_("完成情况"), blank=True)
    settled_at = models.DateTimeField(_("了结时间"), null=True)

    class Meta:
        ordering = ["topic_id", "due_on", "id"]
        verbose_name = _("督办节点")
        verbose_name_plural = _("督办节点")
        indexes = [models.Index(fields=["topic", "due_on"], name="milestone_of_topic")]

    def __str__(self) -> str:
        return stated(self.topic, self.name)

    def news(self, context: StepContext) -> News:
        """A notice about the topic that names it."""
        return self.topic.news(context, self.name)

    @property
    def promised_due_at(self) -> datetime:
        """The end of its day."""
        return end_of(self.due_on)

    @property
    def due_basis(self) -> str:
        """The source of the date."""
        return _t("督办方案确定的日期")

    @property
    def duty_body_id(self) -> int | None:
        """The body that owes it; without one the office does."""
        return self.topic.supervising_body_id

    @step(
        source=NEW,
        target=S.PLANNED,
        who=who.system,
        label=_("安排"),
        opens=[DutyKind.MILESTONE],
    )
    def plan(self, context: StepContext) -> None:
        """It stands in the plan, and is owed by its day."""

    @step(
        source=UNMET,
        target=S.MET,
        who=who.clerk | body_contact,
        label=_("完成"),
        input=inputs.EvidenceInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.MILESTONE],
        tells=(audiences.topic_leaders,),
    )
    def meet(self, context: StepContext) -> None:
        """It is done; how, is on record."""
        self.evidence, self.settled_at = context.data["evidence"], context.at
        self._settle(context)

    @step(
        source=UNMET,
        target=S.PLANNED,
        who=who.director,
        label=_("延后"),
        input=inputs.PutOffInput,
        extends=DutyKind.MILESTONE,
        tells=(audiences.topic_leaders, audiences.supervising_body),
    )
    def put_off(self, context: StepContext) -> None:
        """It gets another day, with a reason; lateness is still shown against the first."""
        self.due_on, self.note = context.data["new_due_on"], context.data["reason"]
        self._lock_topic()
        if self.topic.settled_at is not None and self.topic.state == KeyTopicState.SUPERVISING:
            context.then(self.topic.resume_milestones)

    @step(
        source=S.PLANNED,
        target=S.MISSED,
        who=office,
        label=_("逾期上报"),
        input=Reason,
        tone=Tone.WARNING,
        tells=(audiences.topic_leaders,),
    )
    def escalate(self, context: StepContext) -> None:
        """Its day has passed; the leaders are told why. It stays owed until the end."""
        if self.due_on >= context.day:
            raise Unmet(_t("节点尚未到期，期限为 %(due)s") % {"due": self.due_on})
        self.note = context.data["reason"]
        self._settle(context)

    @step(
        source=UNMET,
        target=S.DROPPED,
        who=who.director,
        label=_("取消节点"),
        input=Reason,
        tone=Tone.WARNING,
        cancels=[DutyKind.MILESTONE],
        tells=(audiences.topic_leaders, audiences.supervising_body),
    )
    def drop(self, context: StepContext) -> None:
        """It is no longer needed; the director says why."""
        self.note, self.settled_at = context.data["reason"], context.at
        self._settle(context)

    @step(
        source=UNMET,
        target=S.DROPPED,
        who=who.system,
        label=_("随题目结束"),
        cancels=[DutyKind.MILESTONE],
    )
    def lapse(self, context: StepContext) -> None:
        """Supervision of the topic has ended, or was cancelled."""
        self.settled_at = context.at

    def _lock_topic(self) -> None:
        """Lock the topic, so that of two last milestones one knows that it is the last."""
        locked = Milestone.objects.select_related("topic").select_for_update(
            no_key=True, of=("topic",)
        )
        self.topic = locked.get(pk=self.pk).topic

    def _settle(self, context: StepContext) -> None:
        """The topic goes on to its report once nothing else is planned."""
        self._lock_topic()
        others = self.topic.milestones.filter(state=S.PLANNED).exclude(pk=self.pk)
        ready = self.topic.state == KeyTopicState.SUPERVISING and self.topic.settled_at is None
        if ready and not others.exists():
            context.then(self.topic.settle_milestones)
