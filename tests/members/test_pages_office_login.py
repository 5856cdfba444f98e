"""Signing in at the office's own server, over OpenID Connect."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from config import sign_on
from config.environment import Environment
from members.models import User
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/oidc/office/login/"


class IdentityProvider(ThreadingHTTPServer):
    """A server that vouches for whoever ``claims`` say."""

    claims: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class IdentityProviderHandler(BaseHTTPRequestHandler):
    """Discovery, the token for a code, and the claims for a token."""

    server: IdentityProvider

    def do_GET(self) -> None:
        url = self.server.url
        if self.path == "/.well-known/openid-configuration":
            places = ("authorization", "token", "userinfo")
            self.say({"issuer": url} | {f"{place}_endpoint": f"{url}/{place}" for place in places})
        else:
            assert self.headers["Authorization"] == "Bearer a-token"
            self.say(self.server.claims)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert sent["client_secret"] == ["a-secret"]
        assert sent["code_verifier"]
        self.say({"access_token": "a-token", "token_type": "Bearer"})

    def say(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def office(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    """The office's server, which the settings name."""
    server = IdentityProvider(("127.0.0.1", 0), IdentityProviderHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    given = {"ISSUER": server.url, "CLIENT_ID": "tian", "CLIENT_SECRET": "a-secret"}
    for name, value in given.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = sign_on.servers(Environment())
    yield server
    server.shutdown()
    server.server_close()


def come_from(office: IdentityProvider, client: Client, **claims: Any) -> Any:
    """The page after the office has vouched."""
    office.claims = {"sub": "0001", **claims}
    asked = client.get(f"{LOGIN}?next=/inbox/")
    state = parse_qs(urlsplit(asked.headers["Location"]).query)["state"][0]
    return client.get(f"{LOGIN}callback/?code=a-code&state={state}")


def test_without_the_settings_there_is_no_such_way(client: Client) -> None:
    assert client.get(LOGIN).status_code == 404
    assert "/oidc/" not in client.get("/accounts/login/").content.decode()


def test_a_username_leads_to_its_account_and_is_remembered(
    office: IdentityProvider, client: Client
) -> None:
    user = UserFactory(username="zhao")
    other = UserFactory(username="qian")

    page = client.get("/accounts/login/").content.decode()
    came = come_from(office, client, preferred_username="zhao")
    again = Client()
    come_from(office, again, preferred_username="qian")  # renamed there: still the same person

    assert "统一身份认证" in page
    assert came.headers["Location"] == "/inbox/"
    assert [int(browser.session["_auth_user_id"]) for browser in (client, again)] == [user.pk] * 2
    assert list(SocialAccount.objects.values_list("user", "uid")) == [(user.pk, "0001")]
    assert not other.socialaccount_set.exists()


@pytest.mark.parametrize("claims", [{}, {"preferred_username": "nobody"}, {"email": "z@x.example"}])
def test_who_has_no_account_here_gets_none(
    office: IdentityProvider, client: Client, claims: dict[str, Any]
) -> None:
    UserFactory(username="zhao", email="z@x.example")

    page = come_from(office, client, **claims)

    assert "看不出是本系统中的哪个账号" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1


def test_an_address_counts_only_where_the_office_has_confirmed_it(
    office: IdentityProvider, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_CLAIM", "email")
    settings.SOCIALACCOUNT_PROVIDERS = sign_on.servers(Environment())
    user = UserFactory(email="Zhao@x.example")

    refused = come_from(office, client, email="zhao@x.example")
    come_from(office, client, email="zhao@x.example", email_verified=True)

    assert "看不出是本系统中的哪个账号" in refused.content.decode()
    assert int(client.session["_auth_user_id"]) == user.pk


def test_a_disabled_account_stays_shut(office: IdentityProvider, client: Client) -> None:
    user = UserFactory(username="zhao")
    come_from(office, client, preferred_username="zhao")
    client.logout()
    User.objects.filter(pk=user.pk).update(is_active=False)

    page = come_from(office, client, preferred_username="zhao")

    assert page.headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_the_second_factor_is_asked_here_all_the_same(
    office: IdentityProvider, client: Client
) -> None:
    TOTP.activate(UserFactory(username="zhao"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    page = come_from(office, client, preferred_username="zhao")

    assert page.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session


def test_an_office_that_is_away_is_told_as_such(office: IdentityProvider, client: Client) -> None:
    office.shutdown()
    office.server_close()

    page = client.get(LOGIN)

    assert "没有登录成功" in page.content.decode()
