"""People who do their work in a browser, from the door on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from members.models import User
from tests.browser.browser_pages import PATIENCE, BrowserPages
from tests.browser.server import Server
from tests.factories.members import PASSWORD
from tests.proposals.conftest import IN_SESSION

SignsIn = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _rows(transactional_db: None, server: Server) -> Iterator[None]:
    """Let the server see the rows of a test, which begins in the session of 2024.

    Time goes on with ``server.moment += timedelta(days=1)``.
    """
    server.moment = IN_SESSION
    yield
    server.wait_until_idle()
    server.moment = None


@pytest.fixture
def sign_in(visit: BrowserPages) -> SignsIn:
    """``sign_in(user)`` gives the page on which they have come in by the login page.

    Further words are those of ``visit``; whoever only has to be there takes ``visit(user)``,
    which is quicker.
    """

    def come_in(user: User, password: str = PASSWORD, **how: object) -> Page:
        page = visit(**how)
        page.goto("/")
        page.get_by_role("link", name=re.compile("登录|Sign in")).first.click()
        page.get_by_label(re.compile("用户名|账号|User")).first.fill(user.username)
        page.get_by_label(re.compile("^(密码|Password)")).first.fill(password)
        page.get_by_role("button", name=re.compile("^(登录|Sign in)$")).click()
        expect(page.get_by_text(str(user)).first).to_be_attached()
        return page

    return come_in
