"""Committees as a tree; their terms (届) and sessions (次会议) with collection windows."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.enums import CommitteeLevel
from members.models.scope import require_same_committee


class Committee(models.Model):
    """A committee of the CPPCC; the parent is the committee one level up."""

    code = models.SlugField(_("代码"), unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=40)
    level = models.CharField(_("层级"), max_length=10, choices=CommitteeLevel)
    place_names = models.JSONField(
        _("地名"),
        default=list,
        blank=True,
        help_text=_("本地地名列表；比较提案是否相似时不计入"),
    )  # Shape: list of str
    parent = models.ForeignKey(
        "self",
        verbose_name=_("上级委员会"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    is_sample = models.BooleanField(_("示例"), default=False, editable=False)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True, editable=False)
    has_own_clock = models.BooleanField(default=False, editable=False)  # it is being played

    class Meta:
        ordering = ["code"]
        verbose_name = _("政协委员会")
        verbose_name_plural = _("政协委员会")

    def __str__(self) -> str:
        return self.short_name

    def clean(self) -> None:
        """Refuse a parent that is not of a higher level, so the tree has no circle."""
        order = list(CommitteeLevel)
        if self.parent and order.index(CommitteeLevel(self.parent.level)) >= order.index(
            CommitteeLevel(self.level)
        ):
            raise ValidationError({"parent": _("上级委员会的层级须高于本委员会")})


BY_THE_CLOCK = Q(committee__has_own_clock=False)
"""Rows of committees that live by the clock on the wall; sweeps look at no others."""


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
