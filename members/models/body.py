"""Bodies that propose collectively, and by which members are tagged."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import BodyKind
from members.models.committee import Committee
from members.models.scope import require_same_committee


class Body(models.Model):
    """A party, people's organisation, special committee, sector or group of one committee."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="bodies")
    kind = models.CharField(_("类别"), max_length=24, choices=BodyKind)
    name = models.CharField(_("名称"), max_length=100)
    convener = models.ForeignKey(
        "members.Member",
        verbose_name=_("召集人"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="convenes",
    )
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ["committee", "kind", "name"]
        verbose_name = _("集体提案者")
        verbose_name_plural = _("集体提案者")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "kind", "name"], name="body_name_unique_in_its_kind"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a convener of another committee."""
        require_same_committee(self, "convener")
