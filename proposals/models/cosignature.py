"""Co-signatures (联名)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import CosignatureState
from proposals.lifecycle.cosignature import CosignatureLifecycle


class Cosignature(CosignatureLifecycle):
    """An invitation to co-sign, and its answer."""

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("联名")
        verbose_name_plural = _("联名")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "member"],
                condition=Q(state__in=[CosignatureState.INVITED, CosignatureState.AGREED]),
                name="cosignature_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_state_display()}"

    @property
    def link(self) -> str:
        """Its address in the API."""
        return f"/api/v1/cosignatures/{self.pk}/"
