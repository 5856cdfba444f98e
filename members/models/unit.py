"""Undertaking units (承办单位)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import UnitKind
from members.models.committee import Committee
from members.models.scope import require_same_committee


class Unit(models.Model):
    """A unit that proposals of one committee can be assigned to."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    kind = models.CharField(_("类别"), max_length=20, choices=UnitKind)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("上级单位"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ["committee", "kind", "name"]
        verbose_name = _("承办单位")
        verbose_name_plural = _("承办单位")
        constraints = [
            models.UniqueConstraint(fields=["committee", "name"], name="unit_name_unique")
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def clean(self) -> None:
        """Refuse a parent in another committee, and a unit above itself."""
        require_same_committee(self, "parent")
        above = self.parent
        while above is not None:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("上级单位不能是本单位或其下级")})
            above = above.parent
