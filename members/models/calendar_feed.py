"""The address of somebody's dates, for the calendar of a phone or a computer."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.user import User


def new_address() -> str:
    """The secret part of an address: 256 random bits."""
    return secrets.token_urlsafe(32)


class CalendarFeed(models.Model):
    """Somebody's dates at an address that asks for no login; only its hash is kept.

    There is a row while it is switched on. A new address takes the place of the old one.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")

    def __str__(self) -> str:
        return str(self.user)
