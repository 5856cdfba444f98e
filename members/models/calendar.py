"""Days on which the working calendar differs from the published one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day that an administrator declares a working day or a day off.

    Takes precedence over the packaged holiday calendar, which knows the years whose
    arrangement (放假调休) has been published when it was released.
    """

    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("上班"))
    name = models.CharField(_("说明"), max_length=40, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("工作日调整")
        verbose_name_plural = _("工作日调整")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}".strip()
