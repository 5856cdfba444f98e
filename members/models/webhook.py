"""Webhooks: other systems of a committee that receive its events."""

import secrets
from base64 import b64encode
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.models.committee import Committee
from members.models.outbox import LOGGED, Outgoing
from members.models.user import User
from members.punctuation import listed

KINDS: set[str] = set()
"""Kinds of events: ``proposal``, or ``proposal.file``; the packages above add theirs."""


def new_secret() -> str:
    """A secret of 256 random bits, as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


class Webhook(models.Model):
    """An address that is called for the events of a committee; never deleted, only stopped."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(_("地址"), max_length=500)  # a host on a closed network has no dots
    kinds = models.JSONField(_("事件种类"), default=list, blank=True)  # Shape: [str]; empty: all
    is_active = models.BooleanField(_("启用"), default=True)
    made_by = models.ForeignKey(
        User,
        verbose_name=_("建立人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("建立时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("事件推送")
        verbose_name_plural = _("事件推送")

    def __str__(self) -> str:
        return self.url

    def clean(self) -> None:
        """Refuse unknown kinds."""
        if unknown := sorted(set(self.kinds) - KINDS):
            raise ValidationError(
                {"kinds": _t("没有这种事件：%(kinds)s") % {"kinds": listed(unknown)}}
            )

    def wants(self, kind: str, action: str) -> bool:
        """Whether it subscribes to such an event."""
        return not self.kinds or kind in self.kinds or f"{kind}.{action}" in self.kinds

    def signing_secrets(self, at: datetime) -> list["WebhookSecret"]:
        """The secrets that sign its calls at a moment, the newest first."""
        return [secret for secret in self.secrets.all() if secret.signs(at)]


class WebhookSecret(models.Model):
    """A secret that signs the calls of a webhook: the current one, or an old one until it ends."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="secrets")
    value = models.CharField(max_length=100, default=new_secret, editable=False)
    made_at = models.DateTimeField(_("启用时间"))
    ends_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("推送密钥")
        verbose_name_plural = _("推送密钥")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook"], condition=Q(ends_at=None), name="webhook_secret_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.webhook} {self.made_at}"  # never the value

    def signs(self, at: datetime) -> bool:
        """Whether calls at a moment are signed with it."""
        return self.ends_at is None or at < self.ends_at


class WebhookCall(Outgoing):
    """One event on its way to one webhook, with the last response."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="calls")
    event = models.PositiveBigIntegerField(_("事件编号"))
    kind = models.CharField(_("事件种类"), max_length=80)
    body = models.TextField(_("内容"))  # the very text that is signed
    status_code = models.PositiveSmallIntegerField(_("应答状态码"), null=True)
    answer = models.CharField(_("应答"), max_length=LOGGED, blank=True)

    class Meta(Outgoing.Meta):
        ordering = ["-id"]
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_call_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
