"""Jobs: work that takes longer than a page waits for."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import UNFINISHED_JOBS, JobState
from members.models.user import User

SILENCE = timedelta(minutes=2)
"""A job that says nothing for so long has lost its worker; another one takes it up."""


class JobQuerySet(models.QuerySet["Job"]):
    """Filters on jobs."""

    def to_run(self, at: datetime) -> "JobQuerySet":
        """Waiting, or left behind by a worker that is gone."""
        silent = Q(state=JobState.RUNNING, heard_at__lt=at - SILENCE)
        return self.filter(Q(state=JobState.WAITING) | silent)

    def going_on(self) -> "JobQuerySet":
        """Not finished yet."""
        return self.filter(state__in=UNFINISHED_JOBS)


class Job(models.Model):
    """A piece of work in the background and its progress, for the person who asked for it.

    ``kind`` names what is to be done (``members.services.job.WORK``) and ``order`` with what;
    ``result`` is what came of it and ``link`` the page that shows it. A job may be run again
    from its beginning, so doing a part twice must do no harm.
    """

    kind = models.CharField(_("种类"), max_length=40)
    title = models.CharField(_("任务"), max_length=200)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="jobs")
    order = models.JSONField(_("内容"), default=dict)  # Shape: what the kind of job takes
    result = models.JSONField(_("结果"), default=dict)  # Shape: what the kind of job gives
    link = models.CharField(_("链接"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    trouble = models.TextField(_("故障"), blank=True)
    asked_at = models.DateTimeField(_("提出时间"))
    heard_at = models.DateTimeField(_("最近进展"), null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=UNFINISHED_JOBS),
                name="job_going_on",
            ),
            models.Index(fields=["owner", "-id"], name="job_of_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def share(self) -> int:
        """Per cent done, 0 to 100."""
        if self.state == JobState.DONE:
            return 100
        return min(100, 100 * self.done // self.total) if self.total else 0
