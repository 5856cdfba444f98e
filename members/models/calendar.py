"""What administrators have entered of the working calendar (放假调休)."""

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
    source = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("工作日调整")
        verbose_name_plural = _("工作日调整")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}".strip()


class CalendarYear(models.Model):
    """A year whose whole arrangement of holidays and make-up days has been entered."""

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    source = models.CharField(_("依据"), max_length=200)
    entered_at = models.DateTimeField(_("录入时间"))

    class Meta:
        ordering = ["year"]
        verbose_name = _("已录入年份")
        verbose_name_plural = _("已录入年份")

    def __str__(self) -> str:
        return str(self.year)
