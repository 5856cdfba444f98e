"""No address forgets to ask who is there."""

from collections.abc import Iterator

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize

PUBLIC = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "admin_logout",
    "auth-login",
    "calendar_feed",
    "choose_theme",
    "cookies",
    "dingtalk_callback",
    "dingtalk_login",
    "docs",
    "feishu_callback",
    "feishu_login",
    "handbook",
    "health",
    "home",
    "mailed",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "saml_acs",
    "saml_finish_acs",
    "saml_login",
    "saml_metadata",
    "saml_sls",
    "schema",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "set_language",
    "start",
    "wecom_callback",
    "wecom_login",
    "weixin_callback",
    "weixin_login",
}
pytestmark = pytest.mark.django_db
ARGUMENTS = ("1", "a", "00000000-0000-0000-0000-000000000000", "2024", "unit")


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield one address of each view, with arguments made up."""
    for entry in resolver.url_patterns:
        regex = prefix + entry.pattern.regex.pattern.removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from addresses(entry, regex)
        else:
            yield address(entry, regex)


def address(entry: URLPattern, regex: str) -> str:
    """The address, with the first made-up argument that leads to the view."""
    form, names = normalize(regex)[0]
    paths = ["/" + form % dict.fromkeys(names, argument) for argument in ARGUMENTS]
    return next((path for path in paths if leads_to(path, entry)), paths[0])


def leads_to(path: str, entry: URLPattern) -> bool:
    """Whether Django would call this view for the path."""
    try:
        return resolve(path).func == entry.callback
    except Resolver404:
        return False


ADDRESSES = sorted(set(addresses(get_resolver())))


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_address_asks_for_a_login(client, method, path):
    response = getattr(client, method)(path)

    asked = response.status_code in {401, 403} or "/login/" in response.get("Location", "")
    assert asked or resolve(path).view_name in PUBLIC


def test_public_addresses_are_these():
    assert {resolve(path).view_name for path in ADDRESSES} >= PUBLIC
