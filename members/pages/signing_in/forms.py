"""Forms for signing in, where allauth's own do not fit."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.authentication import BY_DIRECTORY, account_called, is_by_directory


class LoginForm(account.LoginForm):
    """Username, phone or name, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext_lazy("用户名、手机号或姓名")
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["password"].help_text = ""
        self.fields["remember"].label = gettext_lazy("在这台电脑上保持登录（请勿在公用电脑上勾选）")

    @property
    def offers_reset(self) -> bool:
        """Whether a forgotten password can be replaced by mail."""
        return bool(settings.SENDS_EMAIL)

    def user_credentials(self) -> dict[str, str]:
        """The account's own username, so that attempts on it count together."""
        credentials = super().user_credentials()
        account = account_called(credentials["username"][:150])
        if account is not None:
            credentials["username"] = account.username
        return credentials

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, and remember whose password it was."""
        response: HttpResponse = super().login(request, redirect_url)
        request.session[BY_DIRECTORY] = is_by_directory(self.user)
        return response


class ChangePasswordForm(account.ChangePasswordForm):
    """The old password and a new one, which is another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Refuse the old password again: an initial one would stay."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("password1") and cleaned["password1"] == cleaned.get("oldpassword"):
            self.add_error("password1", _("新密码不能与当前密码相同"))
        return cleaned


class ReauthenticateForm(account.ReauthenticateForm):
    """The password once more; whoever has forgotten it goes through the login page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class AddPasskeyForm(AddWebAuthnForm):
    """A key; unless unticked, one that signs in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext_lazy("名称")
        self.fields["name"].widget.attrs["maxlength"] = 60
        self.fields["passwordless"].label = gettext_lazy("可以不用密码、单独用它登录")
        self.fields["passwordless"].help_text = gettext_lazy(
            "须用指纹、面容或 PIN 解锁；不勾选时只在输入密码之后用作第二重验证"
        )
        self.fields["passwordless"].initial = True
