"""Clues for proposals (提案线索)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import ClueState
from proposals.lifecycle.clue import ClueLifecycle


class Clue(ClueLifecycle):
    """A matter that members may write a proposal on."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("提案线索")
        verbose_name_plural = _("提案线索")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ClueState.CLOSED, closed_at__isnull=False)
                | (~Q(state=ClueState.CLOSED) & Q(closed_at__isnull=True)),
                name="clue_closed_exactly_with_a_date",
            )
        ]
        indexes = [models.Index(fields=["committee", "state", "-id"], name="clue_list")]

    def __str__(self) -> str:
        return self.topic

    @property
    def root(self) -> None:  # type: ignore[override]  # it belongs to no proposal
        """None."""
        return

    @property
    def root_id(self) -> None:
        """None."""
        return

    @property
    def link(self) -> str:
        """Its address in the API."""
        return f"/api/v1/clues/{self.pk}/"
