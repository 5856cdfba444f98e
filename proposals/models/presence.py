"""Who has a page open and who is writing, so that two people do not do the same work."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

GONE = timedelta(seconds=60)
"""Who has not been heard of for so long has left."""


class PresenceQuerySet(models.QuerySet["Presence"]):
    """Filters on presences."""

    def at(self, kind: str, key: int, moment: datetime) -> "PresenceQuerySet":
        """Who is at a subject at ``moment``."""
        return self.filter(subject_kind=kind, subject_id=key, seen_at__gte=moment - GONE)


class Presence(models.Model):
    """Somebody at the page of a subject; ``writing_since`` while they fill in a form there.

    A courtesy and no lock: it refuses nothing. ``taken_by`` is who has said that they go on
    with the form instead.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presences"
    )
    subject_kind = models.CharField(max_length=24)
    subject_id = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField(_("最近在场"))
    writing_since = models.DateTimeField(_("开始填写"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PresenceQuerySet.as_manager()

    class Meta:
        ordering = ["subject_kind", "subject_id", "id"]
        verbose_name = _("在场")
        verbose_name_plural = _("在场")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject_kind", "subject_id"], name="presence_once"
            )
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="presence_at")]

    def __str__(self) -> str:
        return f"{self.user} {self.subject_kind} {self.subject_id}"
