"""Reminders sent or skipped, and the chase documents."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import Paper
from members.models import Committee, Notice, Unit
from supervision.models.duty import Duty

PAPERS = [choice for choice in Paper.choices if choice[0]]
"""The kinds of documents that are issued."""


class ReminderState(models.TextChoices):
    """The outcome of a step of the ladder."""

    SENT = "sent", _("已发送")
    SKIPPED = "skipped", _("已错过，只发最近一级")  # the system was down
    MUTED = "muted", _("已静默")
    NOBODY = "nobody", _("无人可提醒")  # no account holds the post


class Reminder(models.Model):
    """One step of the ladder of one version of a due date, for one person.

    The row is what makes a reminder go out once: it is written in the transaction that writes
    the notice, and there can be only one.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="reminders")
    date_version = models.PositiveSmallIntegerField(_("期限版本"))
    step = models.CharField(_("提醒级次"), max_length=8)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="reminders"
    )
    state = models.CharField(_("状态"), max_length=8, choices=ReminderState)
    moment = models.DateTimeField(_("应发时间"))
    at = models.DateTimeField(_("处理时间"))
    notice = models.ForeignKey(Notice, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("提醒记录")
        verbose_name_plural = _("提醒记录")
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "date_version", "step", "recipient"], name="reminder_once"
            ),
            models.UniqueConstraint(
                fields=["duty", "date_version", "step"],
                condition=Q(recipient__isnull=True),
                name="reminder_once_to_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} v{self.date_version} {self.step}"


class PaperSeries(models.Model):
    """The last number given out to chase documents of a committee in a year; gapless."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["committee", "year"], name="paper_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class ChaseNotice(models.Model):
    """A numbered document that chases overdue duties (催办单、督办通知、逾期通报)."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="chase_notices")
    kind = models.CharField(_("文种"), max_length=12, choices=PAPERS)
    year = models.PositiveSmallIntegerField(_("年份"))
    serial = models.PositiveIntegerField(_("序号"))
    number = models.CharField(_("编号"), max_length=60)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="chase_notices"
    )
    addressee = models.CharField(_("主送"), max_length=120)
    copied_to = models.CharField(_("抄送"), max_length=300, blank=True)
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("正文"))
    issued_at = models.DateTimeField(_("签发时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("催办文书")
        verbose_name_plural = _("催办文书")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year", "serial"], name="chase_notice_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def link(self) -> str:
        """The address that a notice about it links to."""
        return f"/api/v1/chase-notices/{self.pk}/"


class ChaseLine(models.Model):
    """A duty that a chase document is about, as it stood when the document was issued."""

    notice = models.ForeignKey(ChaseNotice, on_delete=models.PROTECT, related_name="lines")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="chase_lines")
    date_version = models.PositiveSmallIntegerField(_("期限版本"))
    kind = models.CharField(max_length=12, choices=PAPERS)
    due_at = models.DateTimeField(_("期限"))
    days_late = models.PositiveIntegerField(_("逾期工作日"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("催办事项")
        verbose_name_plural = _("催办事项")
        constraints = [
            models.UniqueConstraint(fields=["duty", "date_version", "kind"], name="chase_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.duty}"
