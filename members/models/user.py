"""The account of a person who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.punctuation import aside


class User(AbstractUser):
    """A person who can sign in; only their posts say what they may do.

    A service account is nobody and never signs in: a service token acts as one.
    """

    first_name = None  # type: ignore[assignment]  # a Chinese name is one field
    last_name = None  # type: ignore[assignment]  # a Chinese name is one field
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    home = models.ForeignKey(
        "members.Committee",
        verbose_name=_("账号所属委员会"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accounts",
        help_text=_("该委员会的管理员可以管理此账号；为空时只有平台管理员可以"),
    )
    phone = models.CharField(_("手机号"), max_length=30, blank=True)
    # Shape: {"session": key or "all", "after": "stay" | "next" | "list",
    #         "lists": {slug: {"columns": [name], "density": "compact" | "wide"}}}
    preferences = models.JSONField(_("页面偏好"), default=dict, blank=True, editable=False)
    must_change_password = models.BooleanField(
        _("须修改密码"), default=False, help_text=_("下次登录时先修改密码")
    )
    is_service_account = models.BooleanField(_("服务账号"), default=False, editable=False)
    signed_out_at = models.DateTimeField(_("上次全部退出"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        indexes = [  # people sign in by these
            models.Index(fields=["name"], name="user_name"),
            models.Index(fields=["phone"], name="user_phone"),
        ]

    def __str__(self) -> str:
        return self.get_short_name()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        name = self.name or self.username
        return aside(name, _t("服务令牌")) if self.is_service_account else name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What sessions are bound to: a new password ends them, or signing out everywhere."""
        told = self.signed_out_at.timestamp() if self.signed_out_at else ""
        salt = "members.models.User.get_session_auth_hash"
        return salted_hmac(
            salt, f"{self.password}{told}", secret=secret, algorithm="sha256"
        ).hexdigest()
