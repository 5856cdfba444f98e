"""Addresses of signing in: those of the library, without its sign-up."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as socialaccount
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from members.pages.signing_in.outside_accounts import leave
from members.pages.signing_in.servers.dingtalk import DingTalkAdapter
from members.pages.signing_in.servers.feishu import FeishuAdapter
from members.pages.signing_in.servers.wecom import WeComAdapter
from members.pages.signing_in.servers.weixin import WeixinAdapter
from members.pages.signing_in.views import only_with_mail, saml, way_in

SERVERS: list[Any] = [DingTalkAdapter, FeishuAdapter, WeComAdapter, WeixinAdapter]
"""Servers of one kind: each has an address to go there, and one to come back."""

# Whoever signs out at another server signs out here as always: by a form, which no site can forge.
to_logout = login_not_required(RedirectView.as_view(url=reverse_lazy("account_logout")))
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
    path(
        "oidc/<slug:provider_id>/login/", way_in(openid_connect.login), name="openid_connect_login"
    ),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        way_in(openid_connect.callback),
        name="openid_connect_callback",
    ),
    path("saml/<slug:organization_slug>/login/", saml("login"), name="saml_login"),
    path("saml/<slug:organization_slug>/acs/", csrf_exempt(saml("keep_answer")), name="saml_acs"),
    path("saml/<slug:organization_slug>/acs/finish/", saml("finish"), name="saml_finish_acs"),
    path("saml/<slug:organization_slug>/metadata/", saml("metadata"), name="saml_metadata"),
    path("saml/<slug:organization_slug>/sls/", to_logout, name="saml_sls"),
    path("outside/<int:pk>/leave/", leave, name="leave_outside_account"),
    path("oidc-cancelled/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    path("oidc-error/", socialaccount.login_error, name="socialaccount_login_error"),
]
for server in SERVERS:
    name = server.provider_id
    there = way_in(OAuth2LoginView.adapter_view(server))
    back = way_in(OAuth2CallbackView.adapter_view(server))
    urlpatterns.append(path(f"{name}/login/", there, name=f"{name}_login"))
    urlpatterns.append(path(f"{name}/login/callback/", back, name=f"{name}_callback"))
