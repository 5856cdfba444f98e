"""Duties: who owes what by when. The one kind of deadline there is."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from members.enums import DutyKind, Role
from members.models import Body, Committee, Member, Unit
from proposals.models import Event, Proposal
from supervision import deadlines
from supervision.duty_kinds import OPTIONAL
from supervision.models.topic_subject import topic_subjects


class Closing(models.TextChoices):
    """How a duty ended."""

    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")  # no longer owed


class Cause(models.TextChoices):
    """Why a due date moved."""

    EXTENDED = "extended", _("延期")
    RESUMED = "resumed", _("暂停后恢复计时")
    CALENDAR = "calendar", _("工作日历变更")
    REPLY = "reply", _("答复期限变动")  # of supervision, which must end before the reply


KEPT = Q(closing=Closing.DONE, closed_at__lte=F("due_at"))
"""Done by the date; an extended date counts as the date (rules.md section 12.3)."""


def done_by(at: datetime) -> Q:
    """Done at ``at`` or before."""
    return Q(closing=Closing.DONE, closed_at__lte=at)


def late_at(at: datetime) -> Q:
    """Late as of a moment that may lie in the past: not done by then, and due before."""
    return ~done_by(at) & Q(paused_at=None, due_at__lt=at)


def decided_by(at: datetime) -> Q:
    """Done, or due, by ``at``: what a share of punctuality is of."""
    return done_by(at) | Q(paused_at=None, due_at__lte=at)


def overdue_at(at: datetime) -> Q:
    """Owed now, and late at ``at``.

    While its clock is paused a duty is not late, nor is one that is only a right.
    """
    return Q(closed_at=None, paused_at=None, due_at__lt=at) & ~Q(kind__in=OPTIONAL)


def is_overdue(kind: str, due_at: datetime, paused_at: datetime | None, at: datetime) -> bool:
    """The same of a duty that is owed, on plain values."""
    return paused_at is None and kind not in OPTIONAL and due_at < at


class DutyQuerySet(models.QuerySet["Duty"]):
    """Filters on duties."""

    def of(self, subject_kind: str, subject_id: int) -> DutyQuerySet:
        """Duties on one subject."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)

    def open(self) -> DutyQuerySet:
        """Still owed."""
        return self.filter(closed_at=None)

    def running(self) -> DutyQuerySet:
        """Still owed, and the clock runs."""
        return self.open().filter(paused_at=None)

    def owed(self) -> DutyQuerySet:
        """Without those that are only a right within a time limit."""
        return self.exclude(kind__in=OPTIONAL)

    def overdue(self, at: datetime) -> DutyQuerySet:
        """Owed, and late at ``at``."""
        return self.filter(overdue_at(at))


class Duty(models.Model):
    """Something owed by a unit, a member, a body or the holders of a role, by ``due_at``.

    The date is computed when an event opens the duty, by the rule then in force, and kept with
    its ``terms``. It moves only on record: by an extension, a pause, or a change of the
    calendar, each of which makes a new ``date_version``. Lateness is computed, never stored.
    ``remind_at`` is the next moment at which a step of its reminder ladder falls.
    """

    kind = models.CharField(_("任务"), max_length=20, choices=DutyKind)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.PositiveBigIntegerField()
    proposal = models.ForeignKey(
        Proposal, null=True, on_delete=models.PROTECT, related_name="duties"
    )
    title = models.CharField(_("事项"), max_length=200, blank=True)
    is_key = models.BooleanField(_("重点"), default=False)
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
    terms = models.JSONField(_("计算依据"))  # Shape: supervision.deadlines.Terms
    date_version = models.PositiveSmallIntegerField(_("期限版本"), default=1)
    dated_at = models.DateTimeField(_("期限确定时间"))
    paused_at = models.DateTimeField(_("暂停计时时间"), null=True)
    remind_at = models.DateTimeField(_("下次提醒"), null=True)
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
            models.Index(
                fields=["remind_at", "id"],
                condition=Q(closed_at__isnull=True, remind_at__isnull=False),
                name="duty_to_remind_of",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="duty_of_subject"),
            models.Index(fields=["proposal"], name="duty_of_proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d}"

    @property
    def link(self) -> str:
        """The address that a notice about it links to."""
        if self.proposal_id is not None:
            return f"/api/v1/proposals/{self.proposal_id}/"
        subject = topic_subjects().get(self.subject_kind)
        return subject.link_of(self.subject_id) if subject else f"/api/v1/duties/{self.pk}/"

    def is_overdue(self, at: datetime) -> bool:
        """Whether it is owed, and late at ``at``."""
        return self.closed_at is None and is_overdue(self.kind, self.due_at, self.paused_at, at)

    def ended_pauses(self) -> list[deadlines.Pause]:
        """The days on which the clock was paused; a pause counts once it is over."""
        return [
            deadlines.Pause(localdate(row.began_at), localdate(row.ended_at))
            for row in self.pauses.all()
            if row.ended_at is not None
        ]


class DateChange(models.Model):
    """A due date that moved: from when to when, why, and by whose decision."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="changes")
    version = models.PositiveSmallIntegerField(_("期限版本"))
    cause = models.CharField(_("原因"), max_length=10, choices=Cause)
    due_before = models.DateTimeField(_("原期限"))
    due_after = models.DateTimeField(_("新期限"))
    reason = models.TextField(_("理由"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="moved_duties")
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["duty_id", "version"]
        verbose_name = _("期限变更")
        verbose_name_plural = _("期限变更")
        constraints = [
            models.UniqueConstraint(fields=["duty", "version"], name="date_change_once_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.due_after:%Y-%m-%d}"


class Pause(models.Model):
    """An interval in which the clock of a duty is paused; open while it has no end."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="pauses")
    ground = models.CharField(_("事由"), max_length=32)
    reason = models.TextField(_("说明"), blank=True)
    began_at = models.DateTimeField(_("暂停时间"))
    began_by = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("恢复时间"), null=True)
    ended_by = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["duty_id", "id"]
        verbose_name = _("暂停计时")
        verbose_name_plural = _("暂停计时")
        constraints = [
            models.UniqueConstraint(
                fields=["duty"], condition=Q(ended_at__isnull=True), name="pause_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d} {self.ground}"
