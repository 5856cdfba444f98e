"""Assignments: one unit's task, and its contacts with the proposer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.enums import ANSWERING_ROLES, AssignmentRole, ContactStage
from proposals.enums import (
    LIVE_ASSIGNMENTS,
    ON_ITS_WAY,
    RETURN_OPEN,
    AssignmentState,
    ContactWay,
    ReplyState,
)
from proposals.lifecycle.assignment import TAKEABLE, AssignmentLifecycle

OUT = (ReplyState.DELIVERED, ReplyState.SUPERSEDED)
"""Replies that have gone out; with those on their way, all but the abandoned."""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Filters on assignments."""

    def live(self) -> AssignmentQuerySet:
        """Not taken from their units."""
        return self.filter(state__in=LIVE_ASSIGNMENTS)

    def open(self) -> AssignmentQuerySet:
        """Still to be answered."""
        return self.filter(state__in=TAKEABLE)

    def answering(self) -> AssignmentQuerySet:
        """Live ones whose units reply to the proposer."""
        return self.live().filter(role__in=ANSWERING_ROLES)

    def with_standing(self) -> AssignmentQuerySet:
        """Each with what its steps hang on: asking whether they can be taken then costs nothing.

        For pages; whoever takes a step reads the row anew, and asks the database.
        """

        def some(**condition: object) -> Exists:
            return Exists(self.model._default_manager.filter(pk=OuterRef("pk"), **condition))

        begun = {"replies__round": F("round"), "replies__state__in": [*ON_ITS_WAY, *OUT]}
        return self.annotate(
            open_return=some(return_requests__state__in=RETURN_OPEN),
            open_extension=some(extension_requests__state="requested"),
            begun_reply=some(**begun),
        )


class Assignment(AssignmentLifecycle):
    """A proposal in one unit's hands (交办)."""

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("交办")
        verbose_name_plural = _("交办")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "unit"],
                condition=Q(state__in=LIVE_ASSIGNMENTS),
                name="assignment_once_a_unit",
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(
                    state__in=LIVE_ASSIGNMENTS,
                    role__in=[AssignmentRole.SOLE, AssignmentRole.LEAD],
                ),
                name="assignment_one_lead",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AssignmentState.REPLIED]) | Q(replied_at__isnull=False),
                name="assignment_replied_has_a_date",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "-id"], name="assignment_worklist")]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_role_display()}"


class ContactRecord(models.Model):
    """A talk of a unit with the proposer (沟通记录)."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="contact_records"
    )
    held_at = models.DateTimeField(_("沟通时间"))
    way = models.CharField(_("沟通方式"), max_length=12, choices=ContactWay)
    stage = models.CharField(_("阶段"), max_length=10, choices=ContactStage)
    place = models.CharField(_("地点"), max_length=100, blank=True)
    persons = models.CharField(_("参加人"), max_length=200)
    outcome = models.TextField(_("提案者意见"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["assignment_id", "held_at"]
        verbose_name = _("沟通记录")
        verbose_name_plural = _("沟通记录")

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d} {self.get_way_display()}"
