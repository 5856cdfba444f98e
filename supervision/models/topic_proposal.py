"""Links a key topic to its proposals."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models import Proposal


class TopicProposal(models.Model):
    """A proposal of a key topic."""

    topic = models.ForeignKey(
        "supervision.KeyTopic", on_delete=models.CASCADE, related_name="links"
    )
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="topic_links")

    class Meta:
        ordering = ["topic_id", "proposal_id"]
        verbose_name = _("题目内的提案")
        verbose_name_plural = _("题目内的提案")
        constraints = [
            models.UniqueConstraint(fields=["topic", "proposal"], name="topic_proposal_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}: {self.proposal_id}"
