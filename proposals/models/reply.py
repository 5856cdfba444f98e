"""A reply on its way to the proposer: drafted, checked, signed, inspected, delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from members.enums import AssignmentRole, DutyKind
from members.models import Body, Member
from members.punctuation import listed
from members.rules import Rules
from proposals import audiences
from proposals.enums import (
    IN_HANDS,
    NEW,
    ON_ITS_WAY,
    RATEABLE,
    SENT_OUT,
    AttachmentStage,
    CommitmentState,
    FeedbackState,
    Publicity,
    Tone,
)
from proposals.enums import ReplyState as S
from proposals.errors import RuleBroken
from proposals.inputs import drafting
from proposals.inputs import replying as inputs
from proposals.inputs.fields import OptionalNote, Reason
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.machine.subject import Subject, state_field
from proposals.models.attachment import Attachment
from proposals.models.commitment import Commitment
from proposals.models.feedback import Feedback
from proposals.models.reply_point import ReplyPoint
from proposals.models.suggestion import Suggestion

opinions_are_in = Condition(
    _("会办单位的意见尚未交齐，也未免交"), lambda reply: not reply.assignment.missing_opinions()
)
contacts_are_made = Condition(
    _("与提案者的沟通记录未达到规则要求，请先沟通并记录"),
    lambda reply: reply.contacts_suffice(reply.rules),
)
is_in_hands = Condition(
    _("提案不在办理阶段"),
    lambda reply: reply.corrects_id is not None or reply.proposal.state in IN_HANDS,
)
no_newer = Condition(
    _("已有更正稿在起草"),
    lambda reply: not reply.is_being_corrected(),
)


class ReplyQuerySet(models.QuerySet["Reply"]):
    """Filters on replies."""

    def on_its_way(self) -> ReplyQuerySet:
        """Not delivered yet."""
        return self.filter(state__in=ON_ITS_WAY)

    def with_standing(self) -> ReplyQuerySet:
        """Each with what the conditions of its steps need, as that of assignments does."""
        before = Reply.objects.filter(
            assignment=OuterRef("assignment"), round__lt=OuterRef("round"), state=S.DELIVERED
        )
        return self.annotate(
            being_corrected=Exists(Reply.objects.on_its_way().filter(corrects=OuterRef("pk"))),
            last_answered_at=Subquery(before.order_by("-delivered_at").values("delivered_at")[:1]),
        )


class Reply(Subject):
    """A unit's reply (答复) of one round, or a correction of it.

    What is delivered never changes; a correction is a new reply.
    """

    state = state_field(S, max_length=12)
    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="replies"
    )
    assignment = models.ForeignKey(
        "proposals.Assignment", on_delete=models.PROTECT, related_name="replies"
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("更正"),
        null=True,
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    round = models.PositiveSmallIntegerField(_("办理轮次"))
    body = models.TextField(_("答复正文"))
    result_class = models.CharField(_("办理结果"), max_length=32)
    publicity = models.CharField(_("公开属性"), max_length=12, choices=Publicity)
    publicity_reason = models.CharField(_("不公开理由"), max_length=200, blank=True)
    cc = models.JSONField(_("抄送"), default=list)  # Shape: list of str
    contact_name = models.CharField(_("承办人"), max_length=60)
    contact_phone = models.CharField(_("联系电话"), max_length=30)
    leader = models.CharField(_("承办负责人"), max_length=60, blank=True)
    correction_reason = models.TextField(_("更正原因"), blank=True)
    signed_by = models.CharField(_("签发人"), max_length=60, blank=True)
    signed_at = models.DateTimeField(_("签发时间"), null=True)
    inspection_note = models.TextField(_("审核意见"), blank=True)
    inspected_at = models.DateTimeField(_("审核时间"), null=True)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    delivered_at = models.DateTimeField(_("送达时间"), null=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("答复")
        verbose_name_plural = _("答复")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=SENT_OUT)
                | Q(delivered_at__isnull=False, document_number__gt="", signed_by__gt=""),
                name="reply_delivered_is_signed_and_numbered",
            ),
        ]
        indexes = [models.Index(fields=["assignment", "round"], name="reply_of_round")]

    def __str__(self) -> str:
        return self.document_number or f"{self.assignment} {self.get_state_display()}"

    @property
    def unit_id(self) -> int:
        """The unit that replies."""
        return self.assignment.unit_id

    @step(source=NEW, target=S.DRAFTING, who=who.system, label=_("起草"), input=inputs.ReplyInput)
    def begin(self, context: StepContext) -> None:
        """The unit's draft of this round, or of a correction."""
        self._write(context)

    @step(
        source=S.DRAFTING,
        who=who.unit_staff,
        label=_("修改"),
        input=inputs.ReplyInput,
    )
    def edit(self, context: StepContext) -> None:
        """The unit rewrites its draft."""
        self._write(context)

    @step(
        source=S.DRAFTING,
        target=S.CHECKING,
        who=who.unit_staff,
        label=_("送核稿"),
        tone=Tone.PRIMARY,
        conditions=[is_in_hands, opinions_are_in, contacts_are_made],
    )
    def send_to_check(self, context: StepContext) -> None:
        """The draft goes to the unit's office, once opinions and contacts are complete."""
        self._check_points(context)

    @step(
        source=S.CHECKING,
        target=S.SIGNING,
        who=who.liaison,
        label=_("核稿通过"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
    )
    def pass_check(self, context: StepContext) -> None:
        """The unit's office has checked it; the leader signs next."""

    @step(
        source=(S.CHECKING, S.SIGNING, S.SIGNED),
        target=S.DRAFTING,
        who=who.liaison | who.signatory,
        label=_("退回重拟"),
        input=Reason,
        tone=Tone.WARNING,
    )
    def send_back(self, context: StepContext) -> None:
        """The office or the leader sends the draft back to its handler, until it has gone out."""
        self.signed_by, self.signed_at = "", None

    @step(
        source=S.SIGNING,
        target=RETURN_VALUE(S.INSPECTION, S.SIGNED),
        who=who.signatory,
        label=_("签发"),
        input=inputs.SignInput,
        tone=Tone.PRIMARY,
        opens=lambda reply: [DutyKind.INSPECTION] if reply.state == S.INSPECTION else [],
    )
    def sign(self, context: StepContext) -> str:
        """The leader signs; where the rulebook says so, inspection reads it before it goes out."""
        self.signed_by = context.data["signed_by"] or str(context.responsible)
        self.signed_at = context.at
        return S.INSPECTION if context.rules.handling.inspection else S.SIGNED

    @step(
        source=S.INSPECTION,
        target=S.SIGNED,
        who=who.inspection_officer,
        label=_("审核通过"),
        input=inputs.InspectInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.INSPECTION],
        tells=(audiences.unit,),
    )
    def pass_inspection(self, context: StepContext) -> None:
        """Inspection releases the reply; it may change the class of the result."""
        self.result_class = context.data["result_class"] or self.result_class
        self.inspection_note, self.inspected_at = context.data["note"], context.at

    @step(
        source=S.INSPECTION,
        target=S.DRAFTING,
        who=who.inspection_officer,
        label=_("审核退回"),
        input=Reason,
        tone=Tone.WARNING,
        closes=[DutyKind.INSPECTION],
        tells=(audiences.unit,),
    )
    def send_back_from_inspection(self, context: StepContext) -> None:
        """Inspection sends it back to be done better."""
        self.signed_by, self.signed_at = "", None

    @step(
        source=S.SIGNED,
        target=S.DELIVERED,
        who=who.liaison,
        label=_("送达"),
        input=inputs.DeliverInput,
        tone=Tone.PRIMARY,
        conditions=[is_in_hands],
        tells=(audiences.proposers, audiences.office),
    )
    def deliver(self, context: StepContext) -> None:
        """One reply to each proposer, with the feedback form; the unit's clock stops."""
        self._check_points(context, merged_only=True)  # what came in after the draft was checked
        self.document_number = context.data["document_number"]
        self.delivered_at = context.at
        self._address(context)
        for promise in self.commitments.all():
            context.then(promise.undertake)
        if self.corrects is None:
            context.then(self.assignment.complete)
        else:
            context.then(self.corrects.supersede)

    @step(
        source=S.DELIVERED,
        who=who.unit_staff,
        label=_("更正"),
        input=inputs.CorrectionInput,
        tone=Tone.WARNING,
        conditions=[no_newer],
    )
    def correct(self, context: StepContext) -> None:
        """What was delivered stays; a corrected version goes the same way."""
        text = {name: value for name, value in context.data.items() if name != "reason"}
        version = Reply(
            proposal=self.proposal,
            assignment=self.assignment,
            corrects=self,
            round=self.round,
            correction_reason=context.data["reason"],
        )
        context.then(version.begin, text)

    @step(source=S.DELIVERED, target=S.SUPERSEDED, who=who.system, label=_("由更正稿替代"))
    def supersede(self, context: StepContext) -> None:
        """The corrected version has been delivered; its form and promises stand instead."""
        for form in self.feedback.filter(state=FeedbackState.SENT):
            context.then(form.void)
        for promise in self.commitments.filter(state=CommitmentState.OPEN):
            context.then(promise.lapse)

    @step(
        source=ON_ITS_WAY,
        target=S.ABANDONED,
        who=who.system,
        label=_("作废"),
        cancels=[DutyKind.INSPECTION],
    )
    def abandon(self, context: StepContext) -> None:
        """The task was taken from the unit before its reply was delivered."""

    @step(
        source=(S.DRAFTING, S.DELIVERED),
        who=who.unit_staff,
        label=_("添加附件"),
        input=drafting.AttachInput,
    )
    def attach(self, context: StepContext) -> None:
        """A file is put beside the reply."""
        Attachment.take_in(self, context.data["file"], context, AttachmentStage.REPLY)

    # -- How it is done --------------------------------------------------------------------

    def contacts_suffice(self, rules: Rules) -> bool:
        """Whether the contacts with the proposer that the rules ask for are on record.

        Contacts of the present round count; a later round needs one anew.
        """
        policy = rules.handling
        last = self._last_answered_at() if self.round > 1 else None
        records = self.assignment.contact_records.all()  # few, and often read already
        if last is not None:
            return not policy.contacts_required or any(row.held_at >= last for row in records)
        stages = {row.stage for row in records}
        return len(records) >= policy.contacts_required and stages >= set(policy.contact_stages)

    def is_being_corrected(self) -> bool:
        """Whether a correction of it is on its way."""
        return self.known("being_corrected", lambda: self.corrections.on_its_way().exists())

    def _last_answered_at(self) -> datetime | None:
        """When the unit last replied in an earlier round."""

        def ask() -> datetime | None:
            before = self.assignment.replies.filter(round__lt=self.round, state=S.DELIVERED)
            return before.order_by("delivered_at").values_list("delivered_at", flat=True).last()

        return self.known("last_answered_at", ask)

    def _write(self, context: StepContext) -> None:
        rows = {"points": context.data["points"], "commitments": context.data["commitments"]}
        for name, value in context.data.items():
            if name not in rows:
                setattr(self, name, value)
        suggestions = {s.pk: s for s in Suggestion.objects.to_answer(self.proposal_id)}
        for line, row in enumerate(rows["points"]):
            if row["suggestion"] not in suggestions:
                raise RuleBroken(
                    {
                        f"points.{line}.suggestion": _t("本提案没有编号为 %(pk)s 的建议")
                        % {"pk": row["suggestion"]}
                    }
                )
        context.after.append(lambda: self._write_rows(suggestions, rows))

    def _write_rows(
        self, suggestions: Mapping[int, Suggestion], rows: Mapping[str, Sequence[dict[str, Any]]]
    ) -> None:
        self.points.all().delete()
        self.points.bulk_create(
            ReplyPoint(reply=self, **{**row, "suggestion": suggestions[row["suggestion"]]})
            for row in rows["points"]
        )
        self.commitments.all().delete()
        self.commitments.bulk_create(
            Commitment(reply=self, proposal=self.proposal, created_at=self.created_at, **row)
            for row in rows["commitments"]
        )

    def unanswered(self) -> list[Suggestion]:
        """The suggestions that still want a point of the reply, the proposal's own first.

        Of several units that answer separately, each answers what concerns it.
        """
        answered = set(self.points.values_list("suggestion_id", flat=True))
        if answered and self.assignment.role == AssignmentRole.SEPARATE:
            return []
        return list(Suggestion.objects.to_answer(self.proposal_id).exclude(pk__in=answered))

    def _check_points(self, context: StepContext, *, merged_only: bool = False) -> None:
        if not context.rules.handling.point_by_point:
            return
        missing = self.unanswered()
        if merged_only:
            missing = [s for s in missing if s.proposal_id != self.proposal_id]
        if missing:
            numbers = listed(one.number_in(self.proposal_id) for one in missing)
            message = _t("须逐条答复建议，尚未答复第 %(numbers)s 条") % {"numbers": numbers}
            raise RuleBroken({"points": message})

    def _address(self, context: StepContext) -> None:
        """Write the envelopes, and the feedback forms for those whom the rulebook asks."""
        asked = self._asked(context)
        for original, member, body in self.proposal.addressees():
            self.deliveries.create(original=original, member=member, body=body)
            if (member, body) in asked:
                form = Feedback(
                    proposal=self.proposal, reply=self, original=original, member=member, body=body
                )
                context.then(form.send)

    def _asked(self, context: StepContext) -> set[tuple[Member | None, Body | None]]:
        """Whom the rulebook asks to rate; not twice, and not what no longer decides anything."""
        if self.proposal.state not in RATEABLE or self.round != self.assignment.round:
            return set()
        rated = self.proposal.feedback.filter(
            reply__assignment=self.assignment, reply__round=self.round, rated_at__isnull=False
        ).select_related("member", "body")
        return set(self.proposal.raters(context.rules)) - {
            (form.member, form.body) for form in rated
        }
