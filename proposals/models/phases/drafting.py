"""First part of a proposal's life: written, co-signed, handed in, sent back, edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_stubs_ext.db.models.manager import RelatedManager

from members.enums import BodyKind, Channel, PeriodKind, ProposerKind
from members.models import Member
from members.selectors import NoSession, Placement, placement
from proposals import audiences
from proposals import rules as checks
from proposals.enums import (
    AWAITING_ASSIGNMENT,
    AWAITING_FILING,
    BEFORE_FILING,
    NEW,
    STANDING_SIGNATURES,
    TEXT_WITH_PROPOSER,
    AttachmentStage,
    ClueState,
    CosignatureState,
    TextKind,
    Tone,
)
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken, speaking_of
from proposals.inputs import drafting as inputs
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.machine.subject import Subject
from proposals.models.attachment import Attachment
from proposals.models.clue import Clue
from proposals.models.cosignature import Cosignature
from proposals.models.series import draw_receipt_no, session_of, wait_for_receipts
from proposals.models.suggestion import Suggestion
from proposals.models.text_version import TextVersion

not_collective = Condition(_("集体提案不邀请联名"), lambda proposal: proposal.body_id is None)
has_attachments = Condition(_("没有附件"), lambda proposal: proposal.attachments.exists())


class Drafting(Subject):
    """The text and its proposers."""

    clue = models.ForeignKey(
        Clue,
        verbose_name=_("提案线索"),
        null=True,
        on_delete=models.PROTECT,
        related_name="proposals",
    )
    committee = models.ForeignKey(
        "members.Committee", verbose_name=_("委员会"), on_delete=models.PROTECT
    )
    session = models.ForeignKey(
        "members.Session",
        verbose_name=_("会议"),
        null=True,
        on_delete=models.PROTECT,
        related_name="proposals",
    )
    lead = models.ForeignKey(
        "members.Member",
        verbose_name=_("第一提案人"),
        null=True,
        on_delete=models.PROTECT,
        related_name="led_proposals",
    )
    body = models.ForeignKey(
        "members.Body",
        verbose_name=_("集体提案者"),
        null=True,
        on_delete=models.PROTECT,
        related_name="proposals",
    )
    channel = models.CharField(_("来源"), max_length=10, choices=Channel)
    proposer_kind = models.CharField(_("提案类型"), max_length=12, choices=ProposerKind)
    period_kind = models.CharField(_("时间类型"), max_length=12, choices=PeriodKind, blank=True)
    title = models.CharField(_("案由"), max_length=200)
    situation = models.TextField(_("情况与问题"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    background = models.TextField(_("调研情况与线索来源"), blank=True)
    suggested_units = models.ManyToManyField(
        "members.Unit", verbose_name=_("建议承办单位"), blank=True, related_name="suggested_for"
    )
    publicity_wish = models.BooleanField(_("同意公开"), default=True)
    publicity_reason = models.CharField(_("不公开理由"), max_length=200, blank=True)
    receipt_no = models.CharField(_("收件号"), max_length=40, blank=True)
    received_at = models.DateTimeField(_("收到时间"), null=True)
    # Of the text as last handed in, whatever the office has edited since; empty once withdrawn.
    text_digest = models.CharField(_("文本摘要"), max_length=64, blank=True, editable=False)

    suggestions: RelatedManager[Suggestion]
    attachments: RelatedManager[Attachment]
    cosignatures: RelatedManager[Cosignature]
    text_versions: RelatedManager[TextVersion]

    class Meta:
        abstract = True

    # -- Beginning -------------------------------------------------------------------------

    @step(
        source=NEW,
        target=S.DRAFT,
        who=who.would_be_proposer,
        label=_("起草"),
        input=inputs.BeginInput,
        tone=Tone.PRIMARY,
    )
    def draft(self, context: StepContext) -> None:
        """A member, or the contact of a body, begins to write."""
        self.body = context.data.get("body")
        self.lead = None if self.body else self._own_membership(context)
        if self.body and not any(post.body_id == self.body.pk for post in context.posts):
            raise RuleBroken(
                {"body": _t("您不是%(body)s的联系人，不能代其提出提案") % {"body": self.body}}
            )
        self.channel = context.channel
        self.clue = self._offered_clue(context.data.get("clue"))
        self._begin(context)

    @step(
        source=NEW,
        target=S.SUBMITTED,
        who=who.clerk,
        label=_("代录纸质提案"),
        input=inputs.EnterForInput,
        tone=Tone.PRIMARY,
        tells=(audiences.proposers,),
    )
    def enter(self, context: StepContext) -> None:
        """The office types in a proposal handed in on paper by somebody who cannot go online."""
        proposer: Member | None = context.data.get("proposer")
        self.body = context.data.get("body")
        if (proposer is None) == (self.body is None):
            raise RuleBroken({"proposer": _t("请填写第一提案人或集体提案者其中之一")})
        self.lead = proposer
        self.channel = context.channel = Channel.PAPER
        context.on_behalf_of = proposer or (self.body.convener if self.body else None)
        self._begin(context)
        self._hand_in(context, at=context.data.get("received_at") or context.at)
        context.after.append(lambda: self._keep_signatures(context))

    @step(
        source=TEXT_WITH_PROPOSER,
        who=who.lead,
        label=_("修改"),
        input=inputs.EditInput,
    )
    def edit(self, context: StepContext) -> None:
        """The proposer changes the text; nothing is refused yet but what cannot be stored."""
        self._write(context.data)
        context.after.append(lambda: self._write_rows(context.data))

    @step(source=S.DRAFT, target=S.DISCARDED, who=who.lead, label=_("弃置"), tone=Tone.DANGER)
    def discard(self, context: StepContext) -> None:
        """The proposer throws the draft away; its events stay."""
        self._let_invitations_lapse(context)

    # -- Co-signing and attachments --------------------------------------------------------

    @step(
        source=BEFORE_FILING,
        who=who.lead,
        label=_("邀请联名"),
        input=inputs.InviteInput,
        conditions=[not_collective],
    )
    def invite(self, context: StepContext) -> None:
        """The initiator asks other members to co-sign; open only while awaiting filing."""
        taken = set(
            self.cosignatures.filter(state__in=STANDING_SIGNATURES).values_list(
                "member_id", flat=True
            )
        )
        invited: list[Member] = list(dict.fromkeys(context.data["members"]))
        for member in invited:
            if member.pk == self.lead_id or member.pk in taken:
                raise RuleBroken(
                    {
                        "members": _t("%(name)s已是提案人或已被邀请，请从名单中去掉")
                        % {"name": member}
                    }
                )
        limit = context.rules.cosigning.max_invitees
        if len(taken) + len(invited) > limit:
            raise RuleBroken({"members": _t("联名人不超过 %(limit)s 人") % {"limit": limit}})
        for member in invited:
            context.then(Cosignature(proposal_id=self.pk, member=member).ask)

    @step(
        source=BEFORE_FILING,
        who=who.lead | who.clerk,
        label=_("添加附件"),
        input=inputs.AttachInput,
    )
    def attach(self, context: StepContext) -> None:
        """A file is put beside the text; its type is found from the content."""
        Attachment.take_in(self, context.data["file"], context, AttachmentStage.PROPOSAL)

    @step(
        source=TEXT_WITH_PROPOSER,
        who=who.lead,
        label=_("移除附件"),
        input=inputs.DetachInput,
        conditions=[has_attachments],
    )
    def detach(self, context: StepContext) -> None:
        """The proposer takes a file away again; the stored file is kept for the ledger."""
        number = context.data["attachment"]
        if not self.attachments.filter(pk=number, removed_at=None).update(removed_at=context.at):
            raise RuleBroken({"attachment": _t("本提案没有编号为 %(pk)s 的附件") % {"pk": number}})

    # -- Handing in ------------------------------------------------------------------------

    @step(
        source=S.DRAFT,
        target=S.SUBMITTED,
        who=who.lead,
        label=_("提交"),
        input=inputs.SubmitInput,
        tone=Tone.PRIMARY,
        tells=(audiences.proposers,),
    )
    def submit(self, context: StepContext) -> None:
        """The proposer hands it in; it gets a receipt number, a session and a period."""
        self._hand_in(context, at=context.at)
        context.after.append(lambda: self._keep_version(TextKind.ORIGINAL, context))

    @step(
        source=S.RETURNED,
        target=S.SUBMITTED,
        who=who.lead,
        label=_("重新提交"),
        input=inputs.SubmitInput,
        tone=Tone.PRIMARY,
    )
    def resubmit(self, context: StepContext) -> None:
        """The revised text comes in again under the same receipt number."""
        self._check_text(context)
        wait_for_receipts(session_of(self))
        self._keep_digest(context)
        context.after.append(lambda: self._keep_version(TextKind.REVISED, context))

    @step(
        source=AWAITING_FILING,
        target=S.RETURNED,
        who=who.clerk | who.director,
        label=_("退回修改"),
        input=inputs.ReturnInput,
        tone=Tone.WARNING,
        tells=(audiences.proposers,),
    )
    def return_for_revision(self, context: StepContext) -> None:
        """The office sends it back with a reason; the review starts again afterwards."""
        self.rounds_done = 0

    @step(
        source=(*AWAITING_FILING, *AWAITING_ASSIGNMENT),
        who=who.clerk,
        label=_("编辑文字"),
        input=inputs.OfficeEditInput,
        tells=(audiences.proposers,),
    )
    def edit_by_office(self, context: StepContext) -> None:
        """The office polishes title and text, with the proposer's consent on record."""
        self._write(context.data)
        if problems := self._text_problems(context):
            raise RuleBroken(problems)
        context.on_behalf_of = self.lead

        def keep() -> None:
            self._write_rows(context.data)
            self._keep_version(TextKind.EDITED, context)

        context.after.append(keep)

    # -- How it is done --------------------------------------------------------------------

    def _own_membership(self, context: StepContext) -> Member:
        for post in context.posts:
            if post.member is not None and post.committee_id == self.committee_id:
                return post.member
        raise RuleBroken({"body": _t("您不是委员，请填写您所联系的集体提案者")})

    def _offered_clue(self, number: int | None) -> Clue | None:
        if number is None:
            return None
        offered = self.committee.clues.filter(state=ClueState.PUBLISHED)
        clue = offered.filter(pk=number).first()
        if clue is None:
            raise RuleBroken({"clue": _t("没有编号为 %(pk)s 的可选用线索") % {"pk": number}})
        return clue

    def _let_invitations_lapse(self, context: StepContext, *, quiet: bool = False) -> None:
        for signature in self.cosignatures.filter(state=CosignatureState.INVITED):
            context.then(signature.lapse, quiet=quiet)

    def _begin(self, context: StepContext) -> None:
        self.proposer_kind = ProposerKind.COLLECTIVE if self.body else ProposerKind.INDIVIDUAL
        self._write(context.data)
        context.after.append(lambda: self._write_rows(context.data))

    def _write(self, data: dict[str, Any]) -> None:
        for name in (
            "title",
            "situation",
            "analysis",
            "background",
            "publicity_wish",
            "publicity_reason",
        ):
            if name in data:
                setattr(self, name, data[name])

    def _write_rows(self, data: dict[str, Any]) -> None:
        if "suggestions" in data:
            self.suggestions.all().delete()
            self.suggestions.bulk_create(
                Suggestion(proposal_id=self.pk, number=number, text=text)
                for number, text in enumerate(data["suggestions"], start=1)
            )
        if "suggested_units" in data:
            self.suggested_units.set(data["suggested_units"])

    def _hand_in(self, context: StepContext, *, at: datetime) -> None:
        place = self._place(at)
        self._check_text(context)
        body_kind = BodyKind(self.body.kind) if self.body else None
        if problems := checks.proposing_problems(
            context.rules, body_kind=body_kind, period=place.period
        ):
            raise RuleBroken(problems)
        if self.lead and not self.lead.terms.filter(pk=place.session.term_id).exists():
            raise RuleBroken(
                _t("%(name)s不是第 %(term)s 届委员，不能向本次会议提出提案")
                % {"name": self.lead, "term": place.session.term.number}
            )
        self.session, self.period_kind, self.received_at = place.session, place.period, at
        self.receipt_no = draw_receipt_no(self, context.rules)
        self._keep_digest(context)  # after the number: whoever drew the one before has come in

    def _place(self, at: datetime) -> Placement:
        try:
            return placement(self.committee, at)
        except NoSession as error:
            raise RuleBroken(str(error)) from error

    def _keep_digest(self, context: StepContext) -> None:
        """Refuse a text that the same proposer has handed in to the session; remember it if new."""
        digest = checks.text_digest(
            title=self.title,
            situation=self.situation,
            analysis=self.analysis,
            suggestions=self._suggestion_texts(context),
        )
        others = session_of(self).proposals.exclude(pk=self.pk)
        first = others.filter(lead=self.lead, body=self.body, text_digest=digest).first()
        if first is not None:
            message = _t(
                "本次会议已收到同一提案者的相同文本：收件号 %(receipt)s《%(title)s》，"
                "请勿重复提交；如需补充，请在该件上办理"
            ) % {"receipt": first.receipt_no, "title": first.title}
            raise RuleBroken(message, "same_text", extra=speaking_of(first))
        self.text_digest = digest

    def _suggestion_texts(self, context: StepContext) -> list[str]:
        """As the step gives them, or as they are on record."""
        given: list[str] | None = context.data.get("suggestions")
        if given is not None or self.pk is None:
            return given or []
        return list(self.suggestions.values_list("text", flat=True))

    def _check_text(self, context: StepContext) -> None:
        problems = {
            **self._text_problems(context),
            **checks.publicity_problems(
                context.rules, wish=self.publicity_wish, reason=self.publicity_reason
            ),
            **checks.one_matter_problems(context.rules, declared=context.data["one_matter"]),
        }
        if problems:
            raise RuleBroken(problems)

    def _text_problems(self, context: StepContext) -> checks.Problems:
        return checks.text_problems(
            context.rules,
            title=self.title,
            situation=self.situation,
            analysis=self.analysis,
            suggestions=self._suggestion_texts(context),
        )

    def _keep_version(self, kind: TextKind, context: StepContext) -> None:
        self.text_versions.create(
            number=self.text_versions.count() + 1,
            kind=kind,
            title=self.title,
            situation=self.situation,
            analysis=self.analysis,
            suggestions=list(self.suggestions.values_list("text", flat=True)),
            author=context.by,
            kept_at=context.at,
            consent_way=context.data.get("consent_way", ""),
            consent_at=context.data.get("consent_at"),
        )

    def _keep_signatures(self, context: StepContext) -> None:
        self._keep_version(TextKind.ORIGINAL, context)
        for member in context.data.get("cosigners", ()):
            signature = Cosignature(proposal_id=self.pk, member=member)
            context.then(signature.sign_on_paper)
