"""The heartbeat of the background: when a worker last heard from beat."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """The one row that says when a worker last heard from beat."""

    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("后台心跳")
        verbose_name_plural = _("后台心跳")

    def __str__(self) -> str:
        return str(self.at)

    @classmethod
    def touch(cls, at: datetime) -> None:
        """Note that a worker heard from beat at ``at``."""
        cls.objects.update_or_create(pk=1, defaults={"at": at})
