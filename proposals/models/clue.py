"""A clue for proposals: published by the office, revised, and closed again."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from proposals.enums import NEW, Tone
from proposals.enums import ClueState as S
from proposals.errors import RuleBroken
from proposals.inputs.clues import ClueInput
from proposals.inputs.fields import Reason
from proposals.machine import who
from proposals.machine.step import StepContext, step
from proposals.machine.subject import StandaloneSubject, state_field


class Clue(StandaloneSubject):
    """A matter that members may write a proposal on (提案线索, rules.md section 5)."""

    state = state_field(S)
    committee = models.ForeignKey(
        "members.Committee", on_delete=models.PROTECT, related_name="clues"
    )
    session = models.ForeignKey(
        "members.Session",
        verbose_name=_("会议"),
        null=True,
        on_delete=models.PROTECT,
        related_name="clues",
    )
    topic = models.CharField(_("题目"), max_length=100)
    text = models.TextField(_("内容"))
    source = models.CharField(_("线索来源"), max_length=200)
    published_at = models.DateTimeField(_("发布时间"))
    closed_at = models.DateTimeField(_("关闭时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("提案线索")
        verbose_name_plural = _("提案线索")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=S.CLOSED, closed_at__isnull=False)
                | (~Q(state=S.CLOSED) & Q(closed_at__isnull=True)),
                name="clue_closed_exactly_with_a_date",
            )
        ]
        indexes = [models.Index(fields=["committee", "state", "-id"], name="clue_list")]

    def __str__(self) -> str:
        return self.topic

    @property
    def link(self) -> str:
        """Its address in the API."""
        return f"/api/v1/clues/{self.pk}/"

    @step(
        source=NEW,
        target=S.PUBLISHED,
        who=who.clerk,
        label=_("发布提案线索"),
        input=ClueInput,
        tone=Tone.PRIMARY,
    )
    def publish(self, context: StepContext) -> None:
        """The office puts a matter before the members; each clue is one matter."""
        self.published_at = context.at
        self._write(context)

    @step(source=S.PUBLISHED, who=who.clerk, label=_("修改线索"), input=ClueInput)
    def revise(self, context: StepContext) -> None:
        """The office puts the wording right."""
        self._write(context)

    @step(
        source=S.PUBLISHED,
        target=S.CLOSED,
        who=who.clerk,
        label=_("关闭线索"),
        input=Reason,
        tone=Tone.WARNING,
    )
    def close(self, context: StepContext) -> None:
        """It is no longer offered: written on often enough, or settled. Drafts keep their link."""
        self.closed_at = context.at

    def _write(self, context: StepContext) -> None:
        limit = context.rules.texts.clue_max
        data: dict[str, Any] = context.data
        if limit and len(data["text"]) > limit:
            raise RuleBroken(
                {
                    "text": _t("线索内容不超过 %(limit)s 字，现有 %(length)s 字")
                    % {"limit": limit, "length": len(data["text"])}
                }
            )
        self.topic, self.text = data["topic"], data["text"]
        self.source, self.session = data["source"], data["session"]
