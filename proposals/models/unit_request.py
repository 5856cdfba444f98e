"""The common base of a unit's requests about its task."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.machine.subject import Subject


class UnitRequest(Subject):
    """A unit asks for something about its task, gives its reason, and gets a decision."""

    assignment: Any  # the task: each kind of request declares the key with its related name
    reason = models.TextField(_("理由"))
    decided_at = models.DateTimeField(_("裁定时间"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_state_display()}"

    @property
    def proposal(self) -> Any:
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
