"""Opinions of the rounds of review."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.enums import ReviewOutcome


class ReviewOpinion(models.Model):
    """What a reviewer found in one round (初审, 复审, 终审)."""

    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="review_opinions"
    )
    round = models.PositiveSmallIntegerField(_("轮次"))
    round_name = models.CharField(_("轮次名称"), max_length=60)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("审查时间"))
    outcome = models.CharField(_("审查意见"), max_length=10, choices=ReviewOutcome)
    opinion = models.TextField(_("意见说明"), blank=True)
    category = models.CharField(_("类别"), max_length=32, blank=True)
    units = models.JSONField(default=list)  # Shape: list of {"unit": pk, "role": AssignmentRole}
    ground = models.CharField(_("不予立案理由"), max_length=32, blank=True)
    disposition = models.CharField(_("转办去向"), max_length=32, blank=True)
    duplicates = models.ManyToManyField("proposals.Proposal", related_name="+", blank=True)

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("审查意见")
        verbose_name_plural = _("审查意见")

    def __str__(self) -> str:
        return f"{self.round_name} {self.get_outcome_display()}"
