"""The heartbeat of the background: when workers last heard from beat."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a worker of a queue last heard from beat; one row for each queue."""

    queue = models.CharField(_("队列"), max_length=20, unique=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("后台心跳")
        verbose_name_plural = _("后台心跳")

    def __str__(self) -> str:
        return f"{self.queue} {self.at}"

    @classmethod
    def touch(cls, queue: str, at: datetime) -> None:
        """Note that a worker of ``queue`` heard from beat at ``at``."""
        cls.objects.update_or_create(queue=queue, defaults={"at": at})
