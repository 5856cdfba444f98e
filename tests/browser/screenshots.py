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
from playwright.sync_api import Locator, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
MOST = 150 * 1024  # bytes of a picture
QUALITY = 80  # of WebP, in per cent
STILL = "document.getAnimations().forEach((animation) => animation.finish())"


ROW = "its first row"
"""Among the links of a picture: the first thing in the list."""


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
    Picture("member-home", "member"),
    Picture("member-home-phone", "member", width=390),
    Picture("member-editor", "member", "/lists/drafts/", (ROW, "^修改$")),
    Picture("member-invitation-phone", "member", "/lists/invitations/", (ROW,), width=390),
    Picture("member-rating", "member", "/lists/to-rate/", (ROW,)),
    Picture("member-proposal", "member", "/lists/mine/?state=handling", (ROW,)),
    Picture("member-record", "member", "/me/record/"),
    Picture("contact-home", "collective_contact"),
    Picture("clerk-home", "committee_clerk"),
    Picture("clerk-home-dark", "committee_clerk", theme="dark"),
    Picture("clerk-home-english", "committee_clerk", language="en"),
    Picture("clerk-list", "committee_clerk", "/lists/intake/"),
    Picture("clerk-desk", "committee_clerk", "/lists/intake/", (ROW,)),
    Picture("clerk-groups", "committee_clerk", "/lists/duplicates/"),
    Picture("clerk-merge-desk", "committee_clerk", "/lists/duplicates/", (ROW,)),
    Picture("reviewer-home", "committee_reviewer"),
    Picture("director-decision", "committee_director", "/lists/to-file/", (ROW,)),
    Picture("assigner-home", "assigning_officer"),
    Picture("assigner-meeting", "assigning_officer", "/assignment-batches/issue/"),
    Picture("assigner-desk", "assigning_officer", "/lists/filed/", (ROW,)),
    Picture("liaison-home", "unit_liaison"),
    Picture("liaison-assignment", "unit_liaison", "/lists/to-accept/", (ROW,)),
    Picture("handler-reply", "unit_handler", "/lists/own-replies/?state=drafting", (ROW, "^修改$")),
    Picture("handler-time-limits", "unit_handler", "/lists/in-hand/", (ROW, "时限")),
    Picture("signatory-letter", "unit_signatory", "/lists/to-sign/", (ROW,)),
    Picture("inspector-home", "inspection_officer"),
    Picture("inspector-overdue", "inspection_officer", "/lists/overdue/"),
    Picture("leader-home", "leading_supervisor"),
    Picture("leader-home-dark-phone", "leading_supervisor", theme="dark", width=390),
    Picture("leader-topics", "leading_supervisor", "/key-topics/board/"),
    Picture("dashboard", "committee_director", "/dashboard/"),
    Picture("figures", "committee_clerk", "/figures/"),
    Picture("administrator-rulebook", "committee_administrator", "/rulebooks/", (r"\d年",)),
    Picture("administrator-calendar", "committee_administrator", "/calendar/"),
    Picture("auditor-ledger", "auditor", "/lists/ledger/"),
    Picture("auditor-verified", "auditor", "/ledger/verify/"),
    Picture("platform-home", "platform_administrator"),
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


def rows_of(page: Page) -> Locator:
    """The links to the things of a list."""
    return page.locator("main a.main-link")


def take(page: Page, picture: Picture) -> bytes:
    """The picture in WebP, which Playwright itself does not write."""
    page.goto(picture.address)
    for text in picture.links:
        link = page.get_by_role("link", name=re.compile(text)) if text != ROW else rows_of(page)
        link.first.click()
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

        from config.demo_logins import logins  # noqa: PLC0415
        from members.models import User  # noqa: PLC0415
        from members.pages.tours import DONE, TOURS  # noqa: PLC0415
        from tests.browser.browser_pages import BrowserPages, launch  # noqa: PLC0415
        from tests.browser.server import collected, served  # noqa: PLC0415

        call_command("migrate", interactive=False, verbosity=0)
        stack.enter_context(collected(folder / "static"))
        server = stack.enter_context(served())
        browser = launch(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)
        User.objects.update(preferences={DONE: [tour.name for tour in TOURS]})
        names = {login.role: login.username for login in reversed(logins())}
        for picture in PICTURES:
            user = User.objects.get(username=names[picture.role]) if picture.role else None
            visits = BrowserPages(browser, server)
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
