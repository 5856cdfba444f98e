"""What tests of pages use: one Chromium and one server for each test process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.browser_pages import BrowserPages, launch
from tests.browser.server import Server, collected, served


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser; tests that use it come last, since Playwright's loop stays in this thread."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django sees that loop and takes us for asynchronous, which we are not.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on the test database, with the static files of production."""
    folder: Path = tmp_path_factory.mktemp("static")
    with collected(folder), served() as server:
        yield server


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[BrowserPages]:
    """Opens pages; fails the test when the browser had anything to complain about."""
    visits = BrowserPages(chromium, server)
    yield visits
    visits.close()
    if visits.complaints:
        pytest.fail("\n".join(visits.complaints), pytrace=False)
