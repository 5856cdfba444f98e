"""A unit's request for more time to reply (延期), consented to by those the rulebook names."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from members.days import end_of
from members.enums import DutyKind, Role
from members.rules import Rules
from proposals import audiences
from proposals.enums import NEW, Tone
from proposals.enums import ExtensionState as S
from proposals.inputs.fields import OptionalNote, Reason
from proposals.machine import who
from proposals.machine.step import StepContext, step
from proposals.machine.subject import state_field
from proposals.models.unit_request import UnitRequest


def _missing_consents(request: ExtensionRequest, rules: Rules) -> list[Role]:
    approvers = rules.handling.extensions.approvers
    return [role for role in approvers if role not in request.consents]


approver = who.FromRules(
    _missing_consents,
    possible=(Role.COMMITTEE_DIRECTOR, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER),
)
"""Each role that the rulebook names consents once."""


class ExtensionRequest(UnitRequest):
    """A unit asks for more time to reply (延期)."""

    state = state_field(S)
    assignment = models.ForeignKey(
        "proposals.Assignment", on_delete=models.PROTECT, related_name="extension_requests"
    )
    new_due_on = models.DateField(_("申请延至"))
    proposer_consulted = models.BooleanField(_("已与提案者沟通"), default=False)
    consents = models.JSONField(_("已同意"), default=list)  # Shape: list of Role values
    decision = models.TextField(_("审批说明"), blank=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state=S.REQUESTED),
                name="extension_request_one_open",
            )
        ]

    @property
    def new_due_at(self) -> datetime:
        """The end of the day that is asked for."""
        return end_of(self.new_due_on)

    @step(
        source=NEW,
        target=S.REQUESTED,
        who=who.system,
        label=_("提出延期"),
        opens=[DutyKind.EXTENSION_DECISION],
        extends=DutyKind.REPLY,
        tells=(audiences.office,),
    )
    def lodge(self, context: StepContext) -> None:
        """The request lies with those who consent; how far it may reach is checked on the duty."""

    @step(
        source=S.REQUESTED,
        target=RETURN_VALUE(S.REQUESTED, S.GRANTED),
        who=approver,
        label=_("同意延期"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
        closes=lambda request: [DutyKind.EXTENSION_DECISION] if request.state == S.GRANTED else [],
        extends=DutyKind.REPLY,
        tells=(audiences.unit,),
    )
    def consent(self, context: StepContext) -> str:
        """One of those whom the rulebook names consents; with the last one it is granted."""
        missing = _missing_consents(self, context.rules)
        held = {post.role for post in context.posts if post.committee_id == self.committee_id}
        self.consents = [*self.consents, *(role for role in missing if role in held)]
        self.decision, self.decided_at = context.data["note"], context.at
        return S.REQUESTED if _missing_consents(self, context.rules) else S.GRANTED

    @step(
        source=S.REQUESTED,
        target=S.REFUSED,
        who=approver,
        label=_("不同意延期"),
        input=Reason,
        tone=Tone.WARNING,
        closes=[DutyKind.EXTENSION_DECISION],
        tells=(audiences.unit,),
    )
    def refuse(self, context: StepContext) -> None:
        """The date stands."""
        self.decision, self.decided_at = context.data["reason"], context.at

    @step(
        source=S.REQUESTED,
        target=S.REFUSED,
        who=who.system,
        label=_("延期申请失效"),
        cancels=[DutyKind.EXTENSION_DECISION],
    )
    def refuse_as_moot(self, context: StepContext) -> None:
        """The task was taken from the unit before the request was decided."""
        self.decided_at = context.at
