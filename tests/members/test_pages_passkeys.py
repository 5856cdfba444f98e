"""Passkeys in a real browser, under the policy that lets nothing inline run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page, expect

from tests.browser.browser_pages import BrowserPages
from tests.browser.server import Server
from tests.factories.members import PASSWORD, UserFactory

KEY = {
    "automaticPresenceSimulation": True,
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "protocol": "ctap2",
    "transport": "internal",
}


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[BrowserPages]:
    """Opens pages by the machine's name: a passkey belongs to one."""
    named = SimpleNamespace(
        time=server.time,
        url=server.url.replace("127.0.0.1", "localhost"),
        wait_until_idle=server.wait_until_idle,
    )
    visits = BrowserPages(chromium, cast(Server, named))
    yield visits
    visits.close()
    assert visits.complaints == []


def with_key(page: Page) -> Page:
    """The page, in a browser with a fingerprint reader."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def sign_in(page: Page, name: str) -> None:
    """Type name and password."""
    page.goto("/accounts/login/?next=/me/")
    page.get_by_label("用户名、手机号或姓名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def sign_out(page: Page) -> None:
    """By the menu of the frame."""
    page.locator("summary", has_text="账号").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("/")


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_signs_in_alone_and_serves_as_second_factor(visit: BrowserPages) -> None:
    user = UserFactory()
    page = with_key(visit())
    account = re.compile(r"/me/$")

    sign_in(page, user.username)
    page.get_by_role("link", name="添加").click()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()
    page.get_by_label("名称").fill("办公室电脑")
    page.get_by_role("button", name="添加").click()
    page.wait_for_url("**/recovery-codes/")
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_text("办公室电脑")).to_be_visible()
    sign_out(page)

    page.goto("/accounts/login/?next=/me/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_text("办公室电脑")).to_be_visible()
    expect(page).to_have_url(account)
    sign_out(page)

    sign_in(page, user.username)
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_text("办公室电脑")).to_be_visible()

    page.get_by_role("link", name="移除 办公室电脑").click()
    page.get_by_role("button", name="用通行密钥").or_(page.get_by_label("密码")).first.wait_for()
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_that_fails_is_told_and_the_password_still_works(visit: BrowserPages) -> None:
    page = with_key(visit())

    page.goto("/accounts/login/")
    page.get_by_role("button", name="用通行密钥登录").click()

    expect(page.get_by_text("没有用通行密钥完成")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_by_a_mere_address_passkeys_are_not_offered(visit: BrowserPages, server: Server) -> None:
    page = BrowserPages(visit.browser, server, visit.complaints, visit.opened)()

    page.goto("/accounts/login/")

    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
