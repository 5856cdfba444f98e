"""SAML in a real browser: what it carries from another site, and what it keeps back."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser

from config import sign_on
from config.environment import Environment
from tests.browser.browser_pages import TELLS_VIOLATIONS
from tests.browser.server import Server
from tests.factories.members import UserFactory
from tests.members.external_servers import Site, web_server
from tests.members.saml_server import SamlServer, pair, request_in


@pytest.fixture
def sso_page() -> Iterator[Site]:
    """The page of the office's server, on another site than the product."""
    with web_server() as site:
        site.url = site.url.replace("127.0.0.1", "localhost")
        site.headers["Content-Type"] = "text/html; charset=utf-8"
        yield site


@pytest.mark.django_db(transaction=True)
def test_a_browser_brings_the_answer_from_another_site(
    sso_page: Site,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    chromium: Browser,
    server: Server,
) -> None:
    """With the policy of the pages in force, and the cookie of the session not sent across."""
    user = UserFactory(username="zhao")
    office = SamlServer(pair("sso.office.example"), sso_url=sso_page.url)
    for variable, value in office.environment.items():
        monkeypatch.setenv(variable, value)
    settings.SOCIALACCOUNT_PROVIDERS = sign_on.servers(Environment())

    def answer() -> None:
        asked = sso_page.posts[-1][0]
        request = request_in(asked).attrib["AssertionConsumerServiceURL"]
        sso_page.answer = (
            f'<!doctype html><title>SSO</title><link rel="icon" href="data:,">'
            f'<form method="post" action="{escape(request)}">'
            f'<input type="hidden" name="SAMLResponse" value="{office.answer(asked)}">'
            "<button>继续</button></form>"
        )

    sso_page.when_posted = answer
    context = chromium.new_context(base_url=server.url, locale="zh-CN")
    context.add_init_script(TELLS_VIOLATIONS)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto("/accounts/login/?next=/me/")
    page.get_by_role("link", name="统一身份认证").click()
    assert parse_qs(urlsplit(page.url).query)["SAMLRequest"]
    page.get_by_role("button", name="继续").click()
    page.get_by_role("heading", name="我的账号").wait_for()

    assert refused == []
    cookies = {row["name"]: row for row in page.context.cookies()}
    assert cookies["sessionid"]["sameSite"] == "Lax"
    assert user.socialaccount_set.get().uid == "zhao"
    context.close()
    server.wait_until_idle()
