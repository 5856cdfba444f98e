"""Problems of key topics that were reported upwards."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Problem(models.Model):
    """A problem of a key topic that was reported upwards (问题专报)."""

    topic = models.ForeignKey(
        "supervision.KeyTopic", on_delete=models.PROTECT, related_name="problems"
    )
    to_whom = models.CharField(_("报送对象"), max_length=200)
    text = models.TextField(_("问题和建议"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("报送时间"))

    class Meta:
        ordering = ["topic_id", "id"]
        verbose_name = _("上报的问题")
        verbose_name_plural = _("上报的问题")

    def __str__(self) -> str:
        return f"{self.reported_at:%Y-%m-%d} {self.to_whom}"
