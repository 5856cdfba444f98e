"""Takes the pictures of docs/screenshots from the demo; ``make screenshots`` runs it."""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
MOST = 150 * 1024  # bytes of a picture
QUALITY = 80  # of WebP, in per cent
STILL = "document.getAnimations().forEach((animation) => animation.finish())"


@dataclass(frozen=True)
class Picture:
    """A page as somebody of the demo sees it.

    It is at ``address``, or behind ``links``, which are followed from there by their texts.
    ``role`` is a value of ``members.enums.Role``; empty for a stranger.
    """

    name: str
    role: str
    address: str = "/"
    links: tuple[str, ...] = ()
    width: int = 1440
    theme: str = "light"
    language: str = "zh-hans"


PICTURES = [
    Picture("door", "", "/accounts/login/"),
    Picture("home-clerk", "committee_clerk"),
    Picture("home-clerk-dark", "committee_clerk", theme="dark"),
    Picture("home-clerk-english", "committee_clerk", language="en"),
    Picture("home-liaison", "unit_liaison"),
    Picture("home-member", "member"),
    Picture("home-member-phone", "member", width=390),
    Picture("inbox", "member", "/inbox/"),
    Picture("account", "member", "/me/"),
]
"""Every picture, in the order of the documents; what is taken away here goes from the folder."""


@contextmanager
def copied(address: str) -> Iterator[Path]:
    """A folder with a copy of the database at ``sqlite:///…``, which is used from here on."""
    with TemporaryDirectory(prefix="tian-") as name:
        folder = Path(name)
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as source:
            source.execute("VACUUM INTO ?", [str(folder / "demo.sqlite3")])
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'demo.sqlite3'}"
        yield folder


def take(page: Page, picture: Picture) -> bytes:
    """The picture in WebP, which Playwright itself does not write."""
    page.goto(picture.address)
    for text in picture.links:
        page.get_by_role("link", name=re.compile(text)).first.click()
    page.wait_for_load_state("networkidle")
    page.evaluate(STILL)
    session = page.context.new_cdp_session(page)
    options = {"format": "webp", "quality": QUALITY}
    return base64.b64decode(session.send("Page.captureScreenshot", options)["data"])


def main() -> int:
    """Take every picture; the number of those with something wrong."""
    wrong = 0
    with ExitStack() as stack:
        folder = stack.enter_context(copied(os.environ["DATABASE_URL"]))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # see fixtures.chromium
        django.setup()
        # These read the settings and the models.
        from django.core.management import call_command  # noqa: PLC0415

        from config import demo  # noqa: PLC0415
        from members.models import User  # noqa: PLC0415
        from tests.browser.serving import collected, served  # noqa: PLC0415
        from tests.browser.visiting import Visits, launch  # noqa: PLC0415

        call_command("migrate", interactive=False, verbosity=0)
        stack.enter_context(collected(folder / "static"))
        server = stack.enter_context(served())
        browser = launch(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)
        names = {login.role: login.username for login in reversed(demo.logins())}
        for picture in PICTURES:
            user = User.objects.get(username=names[picture.role]) if picture.role else None
            visits = Visits(browser, server)
            page = visits(user, width=picture.width, theme=picture.theme, language=picture.language)
            image = take(page, picture)
            visits.close()
            (FOLDER / f"{picture.name}.webp").write_bytes(image)
            sys.stdout.write(f"{picture.name}.webp: {len(image) // 1024} KB\n")
            if len(image) > MOST:
                visits.complaints.append(f"larger than {MOST // 1024} KB")
            sys.stdout.writelines(f"  {complaint}\n" for complaint in visits.complaints)
            wrong += bool(visits.complaints)
    return wrong


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    sys.exit(main())
