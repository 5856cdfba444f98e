"""Sessions (次会议) with their collection windows."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models.committee import Committee
from members.models.scope import require_same_committee
from members.models.term import Term


class SessionQuerySet(models.QuerySet["Session"]):
    """Filters on sessions."""

    def of(self, committee: Committee | int) -> Self:
        """Sessions of one committee, oldest first."""
        return self.filter(committee=committee).order_by("collection_opens_at")


class Session(models.Model):
    """A plenary session (次会议) and its collection window, which has an hour.

    What is handed in from ``collection_opens_at`` (inclusive) to ``collection_closes_at``
    (exclusive) is a plenary proposal; later it is an intersession one, and from
    ``rollover_at`` on it counts for the next session (rules.md section 5).
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sessions")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(_("次"))
    opens_on = models.DateField(_("开幕日期"))
    closes_on = models.DateField(_("闭幕日期"))
    collection_opens_at = models.DateTimeField(_("开始征集时间"))
    collection_closes_at = models.DateTimeField(_("截止时间"))
    rollover_at = models.DateTimeField(_("转入下次会议的时间"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["committee", "collection_opens_at"]
        verbose_name = _("会议")
        verbose_name_plural = _("会议")
        constraints = [
            models.UniqueConstraint(fields=["term", "number"], name="session_number_unique"),
            models.CheckConstraint(
                condition=Q(collection_closes_at__gt=F("collection_opens_at")),
                name="session_window_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(rollover_at__isnull=True)
                | Q(rollover_at__gte=F("collection_closes_at")),
                name="session_rolls_over_after_the_window",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(committee)s %(term)s届%(number)s次会议") % {
            "committee": self.committee,
            "term": self.term.number,
            "number": self.number,
        }

    def clean(self) -> None:
        """Refuse a window out of order, a term of another committee, or days outside it."""
        opens, closes, rolls = self.collection_opens_at, self.collection_closes_at, self.rollover_at
        if None not in (opens, closes) and closes <= opens:
            raise ValidationError({"collection_closes_at": _("截止时间须晚于开始征集时间")})
        if rolls is not None and closes is not None and rolls < closes:
            raise ValidationError({"rollover_at": _("转入下次会议的时间不能早于截止时间")})
        require_same_committee(self, "term")
        if self.closes_on < self.opens_on:
            raise ValidationError({"closes_on": _("闭幕日期不能早于开幕日期")})
        if not (self.term.covers(self.opens_on) and self.term.covers(self.closes_on)):
            raise ValidationError({"opens_on": _("会议日期不在本届任期之内")})
