"""Every page in a browser: nobody is shut out, nothing is refused, nothing runs off a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize

from tests.browser.crawl import CrawledPage, fail_with
from tests.browser.full_committee import ROLES
from tests.browser.shared_lines import SharedLines

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR, "node_modules", "axe-core", "axe.min.js")
GRAVE = ("serious", "critical")
RUN = """([context, options]) => axe.run(context, {...options, resultTypes: ["violations"]})"""
WHOLE = {"include": [["html"]]}
OWN = {"include": [[".page-header"], ["#content"]]}
"""What of a page is its own, and not around every page of a role."""

ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
OVER = """() => {
  const width = document.scrollingElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
}"""


SHOWN = SharedLines("shown")
WIDE = SharedLines("wide")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_a_role_comes_to_is_whole_and_for_everybody(full_committee, visit, role):
    found = {seen.address: seen.faults.copy() for seen in full_committee.pages(role)}
    page = visit(full_committee.person(role))
    abroad = visit(full_committee.person(role), width=PHONE["width"], language="en")
    pages = [seen for seen in full_committee.pages(role) if seen.is_page]
    for seen in pages:
        if seen is pages[0] or has_new_elements(seen):
            found[seen.address] += look(page, seen.address, whole=seen is pages[0])
        if WIDE.add([seen.view]):
            abroad.goto(seen.address)
            found[seen.address] += [f"{fault}, in English" for fault in too_wide(abroad)]

    assert pages
    fail_with(found)


def has_new_elements(seen: CrawledPage) -> bool:
    """Whether nobody has been shown such a page before, or one with each of its elements."""
    assert seen.markup is not None
    return SHOWN.add([seen.view, *seen.markup.kinds])


def look(page: Page, address: str, *, whole: bool) -> list[str]:
    """What is wrong with a page in either theme and on a phone; the frame counts if ``whole``."""
    page.set_viewport_size(DESK)
    page.goto(address)
    context = OWN if page.locator("#content").count() and not whole else WHOLE
    faults = [f"{fault}, light" for fault in axe(page, context, ALL)]
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    faults += [f"{fault}, dark" for fault in axe(page, context, CONTRAST)]
    page.set_viewport_size(PHONE)
    return faults + too_wide(page)


def too_wide(page: Page) -> list[str]:
    """What does not fit the width of the page."""
    return [f"wider than a phone: {element}" for element in page.evaluate(OVER)]


def axe(page: Page, context: dict[str, Any], options: dict[str, Any]) -> list[str]:
    """The grave violations."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        f"{violation['id']}: {kind_of(node['html'])}"
        for violation in page.evaluate(RUN, [context, options])["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def kind_of(html: str) -> str:
    """The start of an element, as all of its kind have it."""
    return re.sub(r"\d+", "0", html.partition(">")[0][:160]) + ">"
