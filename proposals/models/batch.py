"""Many proposals assigned in one act: at an assignment meeting, or a batch between sessions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from proposals.enums import NEW, Tone
from proposals.enums import BatchState as S
from proposals.errors import RuleBroken
from proposals.inputs import handling as inputs
from proposals.inputs.fields import keys_of
from proposals.machine import who
from proposals.machine.step import StepContext, step
from proposals.machine.subject import StandaloneSubject, state_field


def _proposals_of(batch: AssignmentBatch, data: Mapping[str, Any]) -> Iterable[int]:
    items = data.get("items")
    rows = items if isinstance(items, list) else []
    return keys_of(row.get("proposal") for row in rows if isinstance(row, Mapping))


class AssignmentBatch(StandaloneSubject):
    """Proposals assigned together (交办批次); all its lines are assigned, or none."""

    state = state_field(S)
    committee = models.ForeignKey(
        "members.Committee", on_delete=models.PROTECT, related_name="assignment_batches"
    )
    name = models.CharField(_("名称"), max_length=100)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    held_on = models.DateField(_("交办日期"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("交办批次")
        verbose_name_plural = _("交办批次")

    def __str__(self) -> str:
        return self.name

    @step(
        source=NEW,
        target=S.ISSUED,
        who=who.assigning_officer,
        label=_("批量交办"),
        input=inputs.BatchInput,
        tone=Tone.PRIMARY,
        locks=_proposals_of,
    )
    def issue(self, context: StepContext) -> None:
        """Every line is assigned as if by itself; one that cannot be refuses the whole batch."""
        self.name = context.data["name"]
        self.document_number = context.data["document_number"]
        self.held_on = context.data["held_on"] or context.day
        for line, item in enumerate(context.data["items"]):
            proposal = context.locked.get(item["proposal"])
            if proposal is None or proposal.committee_id != self.committee_id:
                message = _t("没有编号为 %(pk)s 的提案，请核对") % {"pk": item["proposal"]}
                raise RuleBroken({f"items.{line}.proposal": message})
            context.then(proposal.assign, {**item, "batch": self}, where=f"items.{line}")
