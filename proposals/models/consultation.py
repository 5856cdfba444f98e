"""Consultations with dissatisfied proposers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Consultation(models.Model):
    """The consultation held after the last poor rating (面对面协商)."""

    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="consultations"
    )
    held_at = models.DateTimeField(_("协商时间"))
    persons = models.CharField(_("参加人"), max_length=500)
    outcome = models.TextField(_("协商结果"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["proposal_id", "id"]

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d}"
