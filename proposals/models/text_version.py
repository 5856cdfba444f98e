"""The versions of a text."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.enums import ConsentWay, TextKind


class TextVersion(models.Model):
    """The text as it was at a stage; never changed."""

    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="text_versions"
    )
    number = models.PositiveSmallIntegerField(_("版本"))
    kind = models.CharField(_("阶段"), max_length=10, choices=TextKind)
    title = models.CharField(_("案由"), max_length=200)
    situation = models.TextField(_("情况与问题"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    suggestions = models.JSONField(_("建议"), default=list)  # Shape: list of str
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    kept_at = models.DateTimeField(_("时间"))
    consent_way = models.CharField(max_length=10, choices=ConsentWay, blank=True)
    consent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposal_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "number"], name="text_version_number_unique"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=TextKind.EDITED)
                | models.Q(consent_way__gt="", consent_at__isnull=False),
                name="text_edited_with_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"
