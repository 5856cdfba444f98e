"""Requests for more time (延期申请)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import ExtensionState
from proposals.lifecycle.extension_request import ExtensionRequestLifecycle
from proposals.models.proposal import Proposal


class ExtensionRequest(ExtensionRequestLifecycle):
    """A unit asks for more time to reply."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state=ExtensionState.REQUESTED),
                name="extension_request_one_open",
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
