"""Terms (届) of a committee."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models.committee import Committee


class Term(models.Model):
    """A term (届): the years for which members are chosen; ``ends_on`` is exclusive."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(_("届"))
    begins_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"), help_text=_("不含当日"))

    class Meta:
        ordering = ["committee", "number"]
        verbose_name = _("届")
        verbose_name_plural = _("届")
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="term_number_unique"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("begins_on")), name="term_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(committee)s %(term)s届") % {
            "committee": self.committee,
            "term": self.number,
        }

    def clean(self) -> None:
        """Refuse an end before the beginning."""
        begins, ends = self.begins_on, self.ends_on
        if None not in (begins, ends) and ends <= begins:
            raise ValidationError({"ends_on": _("结束日期须晚于开始日期")})

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies in the term."""
        return self.begins_on <= day < self.ends_on
