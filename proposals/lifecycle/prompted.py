"""What a clue for proposals may have prompted."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from proposals.enums import ClueState
from proposals.errors import RuleBroken
from proposals.machine.subject import StepContext, Subject


class Prompted(Subject):
    """What may have been prompted by a clue."""

    clue = models.ForeignKey(
        "proposals.Clue",
        verbose_name=_("提案线索"),
        null=True,
        on_delete=models.PROTECT,
        related_name="proposals",
    )

    class Meta:
        abstract = True

    def _take_up(self, context: StepContext) -> None:
        """Remember the clue that the act names; it must be one that is offered."""
        number = context.data.get("clue")
        if number is None:
            return
        field: Any = self._meta.get_field("clue")
        offered = field.related_model._default_manager.filter(
            committee=self.committee_id, state=ClueState.PUBLISHED
        )
        self.clue = offered.filter(pk=number).first()
        if self.clue is None:
            raise RuleBroken({"clue": _t("没有编号为 %(pk)s 的可选用线索") % {"pk": number}})
