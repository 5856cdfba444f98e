"""Pre-assignments (预交办)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.enums import PreAssignmentState
from proposals.lifecycle.pre_assignment import PreAssignmentLifecycle


class PreAssignmentQuerySet(models.QuerySet["PreAssignment"]):
    """Filters on pre-assignments."""

    def open(self) -> "PreAssignmentQuerySet":
        """Asked and not answered yet."""
        return self.filter(state=PreAssignmentState.ASKED)


class PreAssignment(PreAssignmentLifecycle):
    """A unit is asked before the assignment."""

    objects = PreAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("预交办")
        verbose_name_plural = _("预交办")

    def __str__(self) -> str:
        return f"{self.unit} {self.get_state_display()}"
