"""Replies, their points on the suggestions, and whom they were delivered to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Body, Member
from proposals.enums import ON_ITS_WAY, Adoption, ReplyState
from proposals.lifecycle.reply import ReplyLifecycle
from proposals.models.proposal import Proposal
from proposals.models.text import Suggestion


class ReplyQuerySet(models.QuerySet["Reply"]):
    """Filters on replies."""

    def on_its_way(self) -> ReplyQuerySet:
        """Not delivered yet."""
        return self.filter(state__in=ON_ITS_WAY)

    def current(self) -> ReplyQuerySet:
        """Delivered, not corrected since, and of the unit's present round."""
        return self.filter(state=ReplyState.DELIVERED, round=models.F("assignment__round"))


class Reply(ReplyLifecycle):
    """A unit's reply (答复) of one round, or a correction of it."""

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("答复")
        verbose_name_plural = _("答复")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ReplyState.DELIVERED, ReplyState.SUPERSEDED])
                | Q(delivered_at__isnull=False, document_number__gt="", signed_by__gt=""),
                name="reply_delivered_is_signed_and_numbered",
            ),
        ]
        indexes = [models.Index(fields=["assignment", "round"], name="reply_of_round")]

    def __str__(self) -> str:
        return self.document_number or f"{self.assignment} {self.get_state_display()}"


class ReplyPoint(models.Model):
    """The answer to one suggestion."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="points")
    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="points")
    answer = models.TextField(_("答复"))
    adoption = models.CharField(_("采纳情况"), max_length=12, choices=Adoption)
    reason = models.TextField(_("未采纳或部分采纳的原因"), blank=True)

    class Meta:
        ordering = ["reply_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "suggestion"], name="reply_point_once"),
            models.CheckConstraint(
                condition=Q(adoption=Adoption.ADOPTED) | Q(reason__gt=""),
                name="reply_point_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id}: {self.get_adoption_display()}"


class Delivery(models.Model):
    """One proposer's copy of a reply (并案的分别答复)."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="deliveries")
    original = models.ForeignKey(
        Proposal, verbose_name=_("原提案"), on_delete=models.PROTECT, related_name="deliveries"
    )
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["reply_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, body__isnull=True)
                | Q(member__isnull=True, body__isnull=False),
                name="delivery_to_a_member_or_a_body",
            )
        ]

    def __str__(self) -> str:
        return str(self.member or self.body)
