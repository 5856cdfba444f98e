"""Themes that are supervised as one key topic."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models.merge_candidate import MergeCandidate
from proposals.models.proposal import Proposal


class Theme(models.Model):
    """Proposals of one matter that are supervised together (督办专题)."""

    committee = models.ForeignKey("members.Committee", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        "members.Session", verbose_name=_("会议"), on_delete=models.PROTECT, related_name="themes"
    )
    name = models.CharField(_("专题名称"), max_length=100)
    proposals = models.ManyToManyField(Proposal, verbose_name=_("提案"), related_name="themes")
    candidate = models.ForeignKey(
        MergeCandidate, null=True, on_delete=models.PROTECT, related_name="themes"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("督办专题")
        verbose_name_plural = _("督办专题")

    def __str__(self) -> str:
        return self.name
