"""Requests to return a task (退办申请)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import RETURN_OPEN
from proposals.lifecycle.return_request import ReturnRequestLifecycle
from proposals.models.proposal import Proposal


class ReturnRequest(ReturnRequestLifecycle):
    """A unit says that a task is another's."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("退办申请")
        verbose_name_plural = _("退办申请")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state__in=RETURN_OPEN),
                name="return_request_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_state_display()}"

    @property
    def proposal(self) -> Proposal:
        """The proposal whose task it is."""
        return self.assignment.proposal

    @property
    def root_id(self) -> int:
        """The key of that proposal."""
        return self.assignment.proposal_id

    @property
    def unit_id(self) -> int:
        """The unit that asks."""
        return self.assignment.unit_id
