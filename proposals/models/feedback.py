"""Feedback forms (征询意见表)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import FeedbackState
from proposals.lifecycle.feedback import FeedbackLifecycle


class Feedback(FeedbackLifecycle):
    """A proposer's feedback on one reply."""

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("征询意见表")
        verbose_name_plural = _("征询意见表")
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "member"],
                condition=Q(member__isnull=False),
                name="feedback_once_a_member",
            ),
            models.UniqueConstraint(
                fields=["reply", "body"],
                condition=Q(body__isnull=False),
                name="feedback_once_a_body",
            ),
            models.CheckConstraint(
                condition=Q(state=FeedbackState.RATED, rated_at__isnull=False, result__gt="")
                | (~Q(state=FeedbackState.RATED) & Q(rated_at__isnull=True)),
                name="feedback_rated_exactly_with_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member or self.body} {self.get_state_display()}"
