"""Phrases (常用语): texts that a unit or a committee keeps at hand for replies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Committee, Unit


class Phrase(models.Model):
    """A text to put into a reply; without a ``unit`` it is there for all of the committee's.

    ``result_class`` is the class of results that it suits, a code of the rulebook; empty: all.
    """

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="phrases")
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("承办单位"),
        null=True,
        on_delete=models.CASCADE,
        related_name="phrases",
    )
    title = models.CharField(_("名称"), max_length=40)
    text = models.TextField(_("内容"))
    result_class = models.CharField(_("适用的办理结果"), max_length=32, blank=True)
    topic = models.CharField(_("用途"), max_length=40, blank=True)

    class Meta:
        ordering = ["topic", "title", "id"]
        verbose_name = _("常用语")
        verbose_name_plural = _("常用语")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "title"], condition=Q(unit__isnull=False), name="phrase_of_unit"
            ),
            models.UniqueConstraint(
                fields=["committee", "title"],
                condition=Q(unit__isnull=True),
                name="phrase_of_committee",
            ),
        ]

    def __str__(self) -> str:
        return self.title
