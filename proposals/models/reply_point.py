"""The answers of a reply to the suggestions, one by one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import Adoption
from proposals.models.suggestion import Suggestion


class ReplyPoint(models.Model):
    """The answer to one suggestion."""

    reply = models.ForeignKey("proposals.Reply", on_delete=models.CASCADE, related_name="points")
    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="points")
    answer = models.TextField(_("答复"))
    adoption = models.CharField(_("采纳情况"), max_length=12, choices=Adoption)
    reason = models.TextField(_("未采纳或部分采纳的原因"), blank=True)

    class Meta:
        ordering = ["reply_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "suggestion"], name="reply_point_once"),
            models.CheckConstraint(
                condition=Q(adoption=Adoption.ADOPTED) | Q(reason__gt=""),
                name="reply_point_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id}: {self.get_adoption_display()}"
