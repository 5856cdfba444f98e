"""Channels by which people get notices outside the product, and the outbox."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import TO_ACCOUNT, Means, Pace
from members.models.notice import Notice
from members.models.outbox import Outgoing
from members.models.user import User
from members.phone_numbers import mobile_number


class NoticeChannel(models.Model):
    """One person's settings for one channel; statutory notices go at once regardless.

    Somebody who never said anything has ``unsaid`` ones for each address on the account.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="channels")
    means = models.CharField(_("渠道"), max_length=8, choices=Means)
    # A robot's address is as good as its password: the API takes it and never gives it back.
    address = models.CharField(_("地址"), max_length=500, blank=True)
    for_action = models.CharField(
        _("需办理的通知"), max_length=8, choices=Pace, default=Pace.AT_ONCE
    )
    for_others = models.CharField(_("其他通知"), max_length=8, choices=Pace, default=Pace.DAILY)

    class Meta:
        ordering = ["user", "means"]
        verbose_name = _("通知渠道")
        verbose_name_plural = _("通知渠道")
        constraints = [
            models.UniqueConstraint(fields=["user", "means"], name="channel_once"),
            models.CheckConstraint(
                condition=Q(means__in=[*TO_ACCOUNT]) | Q(address__gt=""),
                name="channel_has_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_means_display()}"

    @classmethod
    def unsaid(cls, user: User, means: str) -> Self:
        """An unsaved row with what is in force for somebody who never said anything."""
        for_action, for_others = TO_ACCOUNT.get(Means(means), (Pace.AT_ONCE, Pace.DAILY))
        return cls(user=user, means=means, for_action=for_action, for_others=for_others)

    @property
    def reached_at(self) -> str:
        """Its own address, else the one on the account; empty where neither will do."""
        return self.address or address_on(self.user, self.means)


def address_on(user: User, means: str) -> str:
    """The address of that kind on an account; empty where there is none that will do."""
    return addresses_of(user.email, user.phone).get(Means(means), "")


def addresses_of(email: str, phone: str) -> dict[Means, str]:
    """Where each means that reaches an account goes to; empty where it cannot."""
    return {Means.EMAIL: email, Means.SMS: mobile_number(phone)}


class Delivery(Outgoing):
    """A notice on its way through one channel.

    ``for_digest`` rows wait for the hour of the daily message. Then all of a person become one:
    the first carries the others.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(
        User,
        verbose_name=_("收件人"),
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    means = models.CharField(_("渠道"), max_length=8, choices=Means)
    for_digest = models.BooleanField(_("等待汇总"), default=False)
    carried_by = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="carries"
    )

    class Meta(Outgoing.Meta):
        ordering = ["-id"]
        verbose_name = _("通知投递")
        verbose_name_plural = _("通知投递")
        constraints = [
            models.UniqueConstraint(fields=["notice", "means"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_means_display()} {self.key}"

    def carried(self) -> QuerySet[Any]:
        """The further notices of a daily message."""
        return Delivery.objects.filter(carried_by=self)

    @classmethod
    def ready(cls, at: datetime) -> QuerySet[Any]:
        """All that is due, but what is part of a daily message or waits for one."""
        return super().ready(at).filter(for_digest=False, carried_by=None)
