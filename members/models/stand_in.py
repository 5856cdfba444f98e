"""Stand-ins: who gets the notices of somebody who is away."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.user import User


class StandInQuerySet(models.QuerySet["StandIn"]):
    """Filters on stand-ins."""

    def in_force(self, day: date) -> Self:
        """Those of ``day`` whose stand-in can sign in; ``until`` is exclusive."""
        return self.filter(since__lte=day, until__gt=day, stand_in__is_active=True)


class StandIn(models.Model):
    """During an absence the notices of ``user`` go to ``stand_in``."""

    user = models.ForeignKey(
        User,
        verbose_name=_("不在岗的人"),
        on_delete=models.PROTECT,
        related_name="absences",
    )
    stand_in = models.ForeignKey(
        User,
        verbose_name=_("代收人"),
        on_delete=models.PROTECT,
        related_name="stands_in",
    )
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), help_text=_("不含当日"))
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        User,
        verbose_name=_("安排人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("安排时间"))

    objects = StandInQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("代收安排")
        verbose_name_plural = _("代收安排")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="stand_in_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(user=F("stand_in")), name="stand_in_is_somebody_else"
            ),
        ]
        indexes = [models.Index(fields=["until"], name="stand_in_until")]

    def __str__(self) -> str:
        return f"{self.user} → {self.stand_in}"
