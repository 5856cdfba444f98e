"""Committees as a tree."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import CommitteeLevel


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
