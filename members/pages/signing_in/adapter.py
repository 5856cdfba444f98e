"""Adapters for allauth: who may sign in, and how people are notified of changes."""

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock, services
from members.authentication import Owed
from members.models import User
from members.pages.signing_in.claims import account_claimed
from members.pages.signing_in.middleware import OWES
from members.pages.signing_in.servers import name_of

logger = logging.getLogger(__name__)

TOLD = {
    "mfa/email/recovery_codes_generated": gettext_lazy("您的账号已更换恢复码"),
    "mfa/email/totp_activated": gettext_lazy("您的账号已开启身份验证器"),
    "mfa/email/totp_deactivated": gettext_lazy("您的账号已关闭身份验证器"),
    "mfa/email/webauthn_added": gettext_lazy("您的账号已添加通行密钥"),
    "mfa/email/webauthn_removed": gettext_lazy("您的账号已移除通行密钥"),
    "socialaccount/email/account_connected": gettext_lazy("您的账号已关联外部账号"),
}
"""Changes of which the person is told, by the mail that allauth would have sent."""


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; passwords and notices are the services' work."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("用户名或密码错误，或账号已停用"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by administrators."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Set the password that the person has chosen."""
        services.change_own_password(account=user, password=password, at=clock.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's account; to one's work, where it was asked for before that."""
        first = request.__dict__.get(OWES) == Owed.PASSWORD
        return reverse("home" if first else "account")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Refuse a disabled account that a key or another server has vouched for."""
        messages.error(request, _("此账号已停用，请联系管理员"))
        return redirect("account_login")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell in the inbox, from where it goes out as the person wishes."""
        if template_prefix in TOLD:
            with transaction.atomic():
                what = str(TOLD[template_prefix])
                services.tell_of_access(account=user, what=what, at=clock.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send what cannot wait in the outbox; a mail server that is away is only logged."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            logger.exception("mail %s could not be sent", template_prefix)

    def format_email_subject(self, subject: str) -> str:
        """The subject with the product's name."""
        return _("提案 Ti'an：%(subject)s") % {"subject": subject}


class MFAAdapter(DefaultMFAAdapter):
    """Names that people will find again in their apps and keys."""

    def get_totp_issuer(self) -> str:
        """What the authenticator app shows."""
        return str(_("提案 Ti'an"))

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A first name for a key, to be changed by its owner."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return str(_("通行密钥 %(number)s") % {"number": number})


class OfficeAdapter(DefaultSocialAccountAdapter):
    """Sign-in at servers of others, to accounts that are here already."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: people without an account are told so."""
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Log what the person is told only in general, without addresses: they carry secrets."""
        if isinstance(exception, requests.RequestException):
            asked = exception.request.url if exception.request is not None else ""
            told = f"{type(exception).__name__} {urlsplit(str(asked)).netloc}"
        else:
            told = str(exception)
        logger.warning("sign-in at another server failed: %s %s", error, told)

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """The servers that the settings name, called as people know them."""
        providers: list[Any] = super().list_providers(request)
        for provider in providers:
            provider.name = name_of(provider.id, provider.app.name)
        return providers

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Back to one's account."""
        return reverse("account")

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join a first sign-in to the account that the server vouches for.

        Whoever is signed in here and joins their own account says themselves whose it is.
        """
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        account = account_claimed(sociallogin)
        if account is not None:
            sociallogin.connect(request, account)
