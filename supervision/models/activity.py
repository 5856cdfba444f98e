"""Activities to supervise a key topic, on site or in a meeting."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import SupervisionMethod


class Activity(models.Model):
    """Supervision on the spot or at a table: when, where, how, who, and what was found."""

    topic = models.ForeignKey(
        "supervision.KeyTopic", on_delete=models.PROTECT, related_name="activities"
    )
    held_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=200)
    method = models.CharField(_("督办方式"), max_length=16, choices=SupervisionMethod)
    people = models.TextField(_("参加人员"))
    findings = models.TextField(_("情况"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        ordering = ["topic_id", "held_at", "id"]
        verbose_name = _("督办活动")
        verbose_name_plural = _("督办活动")

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d} {self.place}"
