"""A leader's instruction (批示) on a key topic, as far as one addressee is concerned."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import DutyKind, Role
from members.models import Unit
from members.punctuation import stated
from proposals import audiences as proposal_audiences
from proposals.enums import NEW, Tone
from proposals.machine import who
from proposals.machine.step import News, StepContext, step
from proposals.machine.subject import state_field
from supervision import audiences
from supervision.enums import InstructionState as S
from supervision.inputs import key_topics as inputs
from supervision.models.topic_subject import TopicSubject


def _given_news(instruction: Instruction, context: StepContext) -> News:
    return instruction.topic.news(context, instruction.leader, instruction.text)


class Instruction(TopicSubject):
    """What a leader wrote on a key topic, and what one addressee did about it (批示).

    It is given to a unit, or to the office. ``number`` counts the
    instructions on a topic; one that asks several units is one of them.
    """

    address = "instructions"

    state = state_field(S, max_length=12)
    topic = models.ForeignKey(
        "supervision.KeyTopic",
        verbose_name=_("重点题目"),
        on_delete=models.PROTECT,
        related_name="instructions",
    )
    number = models.PositiveSmallIntegerField(_("序号"))
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("落实单位"),
        null=True,
        on_delete=models.PROTECT,
        related_name="instructions",
    )
    leader = models.CharField(_("批示领导"), max_length=60)
    text = models.TextField(_("批示内容"))
    given_on = models.DateField(_("批示日期"))
    evidence = models.TextField(_("落实情况"), blank=True)
    settled_at = models.DateTimeField(_("了结时间"), null=True)

    class Meta:
        ordering = ["topic_id", "number", "id"]
        verbose_name = _("领导批示")
        verbose_name_plural = _("领导批示")

    def __str__(self) -> str:
        return stated(self.topic, f"{self.leader} {self.given_on}")

    def news(self, context: StepContext) -> News:
        """A notice about the topic, with what was done of it."""
        return self.topic.news(context, self.evidence)

    @property
    def duty_role(self) -> Role:
        """The unit's liaison owes it, or the office where no unit is asked."""
        return Role.COMMITTEE_CLERK if self.unit_id is None else Role.UNIT_LIAISON

    @step(
        source=NEW,
        target=S.OPEN,
        who=who.system,
        label=_("领导批示"),
        opens=[DutyKind.INSTRUCTION],
        tells=(audiences.asked_unit, audiences.topic_leaders),
        news=_given_news,
    )
    def give(self, context: StepContext) -> None:
        """It is on record, and its follow-up is owed."""

    @step(
        source=S.OPEN,
        target=S.FOLLOWED_UP,
        who=who.unit_staff | who.clerk,
        label=_("报告落实情况"),
        input=inputs.EvidenceInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.INSTRUCTION],
        tells=(audiences.topic_leaders, audiences.supervising_body, proposal_audiences.office),
    )
    def follow_up(self, context: StepContext) -> None:
        """The addressee reports to the leaders what it has done."""
        self.evidence, self.settled_at = context.data["evidence"], context.at

    @step(
        source=S.OPEN,
        target=S.LAPSED,
        who=who.system,
        label=_("不再落实"),
        cancels=[DutyKind.INSTRUCTION],
    )
    def lapse(self, context: StepContext) -> None:
        """The topic was cancelled."""
        self.settled_at = context.at
