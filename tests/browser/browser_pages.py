"""People in front of a browser, and what the browser complains about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
)

from members.models import User
from tests.browser.server import OtherServer, Server

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OFFICE = "tian.county.lan"
"""A name of this machine as on an office's network: browsers treat ``localhost`` better."""

OPTIONS = [
    f"--host-resolver-rules=MAP {OFFICE} 127.0.0.1",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--lang=zh-CN",  # of what Chromium itself writes into a page: dates
    "--no-sandbox",  # it shows nothing but our own pages, often as root
]
HEIGHTS = {1440: 900, 390: 844}
LEAST_DESK = 768  # pixels; what is narrower is touched
PATIENCE = 20_000  # milliseconds for anything that is waited for

TELLS_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `policy: ${event.violatedDirective} refuses ${event.blockedURI} at line ${event.lineNumber}`));
"""
"""Comes before the page's own scripts and is no part of the page: its policy stays in force."""


TOLD_BETTER = ("Failed to load resource", "Content Security Policy")
"""The browser's own words for what we tell with its address or its line."""


def program() -> str:
    """The Chromium of this machine, or the one that CHROMIUM names."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else PROGRAMS
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("There is no Chromium here: `make browser` installs one.")
    return found


def launch(playwright: Playwright) -> Browser:
    """A Chromium without a window."""
    return playwright.chromium.launch(executable_path=program(), args=OPTIONS)


@dataclass
class BrowserPages:
    """Opens pages as people, and keeps what went wrong in any of them."""

    browser: Browser
    server: Server | OtherServer
    complaints: list[str] = field(default_factory=list)
    opened: ExitStack = field(default_factory=ExitStack)

    def __call__(
        self,
        user: User | None = None,
        *,
        width: int = 1440,
        theme: str = "light",
        language: str = "zh-hans",
        scripts: bool = True,
        expects: Collection[int] = (),
    ) -> Page:
        """A page of somebody who is signed in already; go on with ``page.goto("/inbox/")``.

        ``expects`` names the statuses from 400 up that are no fault here.
        """
        context = self.browser.new_context(
            accept_downloads=True,
            base_url=self.server.url,
            color_scheme="dark" if theme == "dark" else "light",
            has_touch=width < LEAST_DESK,
            java_script_enabled=scripts,
            locale="en-GB" if language == "en" else "zh-CN",
            reduced_motion="reduce",
            timezone_id=settings.TIME_ZONE,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
        )
        self.opened.callback(context.close)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELLS_VIOLATIONS)
        self._give_cookies(context, user, theme, language)
        page = context.new_page()
        self._listen(page, expects)
        return page

    def close(self) -> None:
        """Close every page, and wait for what they still asked for."""
        self.opened.close()
        self.server.wait_until_idle()

    def _give_cookies(
        self, context: BrowserContext, user: User | None, theme: str, language: str
    ) -> None:
        values = {"theme": theme, settings.LANGUAGE_COOKIE_NAME: language}
        if user is not None:
            with self.server.time:
                values[settings.SESSION_COOKIE_NAME] = session_of(user)
        context.add_cookies(
            [{"name": name, "value": text, "url": self.server.url} for name, text in values.items()]
        )

    def _listen(self, page: Page, expects: Collection[int]) -> None:
        def tell(what: Any) -> None:
            self.complaints.append(f"{page.url}: {what}")

        def read(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(text in message.text for text in TOLD_BETTER):
                tell(message.text)

        def received(response: Response) -> None:
            if response.status >= 400 and response.status not in expects:
                tell(f"{response.status} {response.request.method} {response.url}")

        def failed(request: Request) -> None:
            # What a page still asks for when it is left is no failure, nor is a download.
            if request.failure != "net::ERR_ABORTED":
                tell(f"{request.failure} {request.url}")

        def asked(request: Request) -> None:
            if not request.url.startswith((self.server.url, "data:", "blob:")):
                tell(f"asks another server: {request.url}")

        page.on("console", read)
        page.on("pageerror", tell)
        page.on("response", received)
        page.on("requestfailed", failed)
        page.on("request", asked)


def session_of(user: User) -> str:
    """The cookie of a new session."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
