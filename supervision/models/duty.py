"""Duties: who owes what by when. The one kind of deadline there is."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import DutyKind, Role
from members.models import Body, Committee, Member, Unit
from proposals.models import Event, Proposal

OPTIONAL = (DutyKind.RETURN_WINDOW,)
"""Kinds that are a right within a time limit; letting it pass is not being late."""


class Closing(models.TextChoices):
    """How a duty ended."""

    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")  # no longer owed


class DutyQuerySet(models.QuerySet["Duty"]):
    """Filters on duties."""

    def of(self, subject_kind: str, subject_id: int) -> DutyQuerySet:
        """Duties on one subject."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)

    def open(self) -> DutyQuerySet:
        """Still owed."""
        return self.filter(closed_at=None)

    def overdue(self, at: datetime) -> DutyQuerySet:
        """Still owed at ``at``, and late."""
        return self.open().filter(due_at__lt=at).exclude(kind__in=OPTIONAL)

    def on_time(self) -> DutyQuerySet:
        """Done by the date; an extended date counts as the date (rules.md section 12.3)."""
        return self.filter(closing=Closing.DONE, closed_at__lte=F("due_at"))


class Duty(models.Model):
    """Something owed by a unit, a member, a body or the holders of a role, by ``due_at``.

    The date is computed once, when an event opens the duty, by the rule then in force; it
    moves only by an extension on record. Lateness is computed, never stored.
    """

    kind = models.CharField(_("任务"), max_length=20, choices=DutyKind)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.PositiveBigIntegerField()
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="duties")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="duties")
    role = models.CharField(_("由谁"), max_length=24, choices=Role)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="duties")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="duties")
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="duties")
    opened_by = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="opened_duties")
    opened_at = models.DateTimeField(_("起算时间"))
    due_at = models.DateTimeField(_("期限"))
    first_due_at = models.DateTimeField(_("原定期限"))
    basis = models.CharField(_("依据"), max_length=300)
    closed_by = models.ForeignKey(
        Event, null=True, on_delete=models.PROTECT, related_name="closed_duties"
    )
    closed_at = models.DateTimeField(_("了结时间"), null=True)
    closing = models.CharField(_("了结方式"), max_length=10, choices=Closing, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(closed_at__isnull=True),
                name="duty_once_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closing="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, closing__gt=""),
                name="duty_closed_by_an_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["committee", "due_at"],
                condition=Q(closed_at__isnull=True),
                name="duty_open_in_committee",
            ),
            models.Index(
                fields=["unit", "due_at"],
                condition=Q(closed_at__isnull=True),
                name="duty_open_of_unit",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="duty_of_subject"),
            models.Index(fields=["proposal"], name="duty_of_proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d}"

    def is_overdue(self, at: datetime) -> bool:
        """Whether it is owed and late at ``at``."""
        return self.closed_at is None and self.kind not in OPTIONAL and self.due_at < at
