"""An invitation to co-sign: asked, agreed or declined in time, or dropped."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.enums import Channel, DutyKind, ProposerKind
from proposals import audiences
from proposals.enums import BEFORE_FILING, NEW, STANDING_SIGNATURES, Tone
from proposals.enums import CosignatureState as S
from proposals.errors import RuleBroken
from proposals.inputs import drafting as inputs
from proposals.machine import who
from proposals.machine.step import Condition, News, StepContext, step
from proposals.machine.subject import Subject, state_field

awaiting_filing = Condition(
    _("提案已不在征集联名的阶段"),
    lambda signature: signature.proposal.state in BEFORE_FILING,
)


def _invitation(signature: Any, context: StepContext) -> News:
    """The notice leads to the invitation, where it is answered."""
    title = _t("%(who)s邀请您联名《%(title)s》") % {
        "who": signature.proposal.lead,
        "title": signature.proposal.title[:150],
    }
    return News(title, [], signature)


class Cosignature(Subject):
    """An invitation to co-sign (联名), and its answer."""

    state = state_field(S)
    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="cosignatures"
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("联名人"),
        on_delete=models.PROTECT,
        related_name="cosignatures",
    )
    remark = models.CharField(_("意见"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    text_seen = models.PositiveIntegerField(_("所见提案版本"), null=True)

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("联名")
        verbose_name_plural = _("联名")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "member"],
                condition=Q(state__in=STANDING_SIGNATURES),
                name="cosignature_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_state_display()}"

    @property
    def link(self) -> str:
        """Its address in the API."""
        return f"/api/v1/cosignatures/{self.pk}/"

    @step(
        source=NEW,
        target=S.INVITED,
        who=who.system,
        label=_("邀请联名"),
        opens=[DutyKind.COSIGN],
        tells=(audiences.addressee,),
        news=_invitation,
    )
    def ask(self, context: StepContext) -> None:
        """The initiator's invitation reaches the member; it lapses at its hour."""

    @step(source=NEW, target=S.AGREED, who=who.system, label=_("纸质联名"))
    def sign_on_paper(self, context: StepContext) -> None:
        """The member has signed the paper that the office types in."""
        self.channel = Channel.PAPER
        context.on_behalf_of = self.member
        self._join(context)

    @step(
        source=S.INVITED,
        target=S.AGREED,
        who=who.addressee,
        label=_("同意联名"),
        input=inputs.CosignInput,
        tone=Tone.PRIMARY,
        conditions=[awaiting_filing],
        within=DutyKind.COSIGN,
        closes=[DutyKind.COSIGN],
        tells=(audiences.lead,),
    )
    def agree(self, context: StepContext) -> None:
        """The member joins the proposal as it stands."""
        self._answer(context)
        self._join(context)

    @step(
        source=S.INVITED,
        target=S.DECLINED,
        who=who.addressee,
        label=_("不同意联名"),
        input=inputs.CosignInput,
        conditions=[awaiting_filing],
        within=DutyKind.COSIGN,
        closes=[DutyKind.COSIGN],
        tells=(audiences.lead,),
    )
    def decline(self, context: StepContext) -> None:
        """The member does not join, with a remark if they wish."""
        self._answer(context)

    @step(
        source=S.INVITED,
        target=S.DROPPED,
        who=who.lead,
        label=_("移除"),
        tone=Tone.WARNING,
        cancels=[DutyKind.COSIGN],
    )
    def drop(self, context: StepContext) -> None:
        """The initiator drops an invitee who has not answered."""

    @step(
        source=S.INVITED,
        target=S.LAPSED,
        who=who.system,
        label=_("邀请失效"),
        cancels=[DutyKind.COSIGN],
        tells=(audiences.lead,),
    )
    def lapse(self, context: StepContext) -> None:
        """The time limit has passed, or the proposal is decided: the invitation is void."""

    def _answer(self, context: StepContext) -> None:
        limit = context.rules.cosigning.remark_max
        remark = context.data["remark"]
        if limit and len(remark) > limit:
            raise RuleBroken(
                {
                    "remark": _t("意见不超过 %(limit)s 字，现有 %(length)s 字")
                    % {"limit": limit, "length": len(remark)}
                }
            )
        self.remark = remark
        self.channel = context.channel

    def _join(self, context: StepContext) -> None:
        self.answered_at = context.at
        self.text_seen = self.proposal.version
        if self.proposal.proposer_kind == ProposerKind.INDIVIDUAL:
            self.proposal.proposer_kind = ProposerKind.JOINT
            self.proposal.save(update_fields=["proposer_kind"])
