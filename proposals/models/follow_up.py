"""Later looks at what became of a proposal."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FollowUp(models.Model):
    """A later look at what became of a proposal (跟踪办理), with the second result."""

    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="follow_ups"
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    result_class = models.CharField(_("办理结果"), max_length=32)
    evidence = models.TextField(_("落实情况"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        ordering = ["proposal_id", "year"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "year"], name="follow_up_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.result_class}"
