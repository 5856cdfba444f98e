"""Milestones of plans of supervision."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.punctuation import stated
from supervision.lifecycle.milestone import MilestoneLifecycle


class Milestone(MilestoneLifecycle):
    """What a plan of supervision promises by a day."""

    class Meta:
        ordering = ["topic_id", "due_on", "id"]
        verbose_name = _("督办节点")
        verbose_name_plural = _("督办节点")
        indexes = [models.Index(fields=["topic", "due_on"], name="milestone_of_topic")]

    def __str__(self) -> str:
        return stated(self.topic, self.name)

    @property
    def root(self) -> None:
        """It belongs to no single proposal."""
        return

    @property
    def root_id(self) -> None:
        """None either."""
        return
