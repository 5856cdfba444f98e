"""Addresses of signing in: those of the library, without its sign-up."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as socialaccount
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from members.pages.signing_in.views import office_callback, office_login, only_with_mail

to_account = RedirectView.as_view(pattern_name="account")

urlpatterns: list[URLPattern | URLResolver] = [
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", only_with_mail(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        only_with_mail(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        only_with_mail(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        only_with_mail(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # What stands on the page of one's account has no page of its own.
    path("2fa/", to_account, name="mfa_index"),
    path("2fa/webauthn/", to_account, name="mfa_list_webauthn"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    path("2fa/webauthn/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("oidc/<slug:provider_id>/login/", office_login, name="openid_connect_login"),
    path(
        "oidc/<slug:provider_id>/login/callback/", office_callback, name="openid_connect_callback"
    ),
    path("oidc-cancelled/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    path("oidc-error/", socialaccount.login_error, name="socialaccount_login_error"),
]
