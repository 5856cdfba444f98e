"""Looks through sessions for proposals to merge."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import SCAN_UNDER_WAY, ScanState


class Scan(models.Model):
    """One look through a session for proposals to merge (查重); a job with its progress."""

    committee = models.ForeignKey("members.Committee", on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(
        "members.Session", verbose_name=_("会议"), on_delete=models.CASCADE, related_name="scans"
    )
    state = models.CharField(_("状态"), max_length=10, choices=ScanState, default=ScanState.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("提出时间"))
    heard_at = models.DateTimeField(_("最近进展"), null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    found = models.PositiveIntegerField(_("新发现的组"), default=0)
    trouble = models.TextField(_("故障"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("查重任务")
        verbose_name_plural = _("查重任务")
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state__in=SCAN_UNDER_WAY),
                name="scan_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.done}/{self.total}"
