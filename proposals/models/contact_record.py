"""A unit's contacts with the proposer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import ContactStage
from proposals.enums import ContactWay


class ContactRecord(models.Model):
    """A talk of a unit with the proposer (沟通记录)."""

    assignment = models.ForeignKey(
        "proposals.Assignment", on_delete=models.PROTECT, related_name="contact_records"
    )
    held_at = models.DateTimeField(_("沟通时间"))
    way = models.CharField(_("沟通方式"), max_length=12, choices=ContactWay)
    stage = models.CharField(_("阶段"), max_length=10, choices=ContactStage)
    place = models.CharField(_("地点"), max_length=100, blank=True)
    persons = models.CharField(_("参加人"), max_length=200)
    outcome = models.TextField(_("提案者意见"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        ordering = ["assignment_id", "held_at"]
        verbose_name = _("沟通记录")
        verbose_name_plural = _("沟通记录")

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d} {self.get_way_display()}"
