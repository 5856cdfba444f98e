"""Every page in a browser: nobody is shut out, nothing is refused, nothing runs off a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize

from tests.browser.crawl import fail_with
from tests.browser.town import ROLES

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR, "node_modules", "axe-core", "axe.min.js")
GRAVE = ("serious", "critical")
RUN = """(options) => axe.run(document, {...options, resultTypes: ["violations"]})"""
ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SHAPE = """() => [...new Set([...document.querySelectorAll("body *")].map((element) =>
  `${element.localName}.${element.getAttribute("class")}.${element.getAttribute("role")}`))]"""
OVER = """() => {
  const width = document.scrollingElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
}"""

checked: dict[str, set[str]] = {}
"""Name of each view to the kinds of elements that axe has seen there, in both themes."""

translated: set[str] = set()
"""Names of the views that were on a phone in English."""


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_for_everybody(town, visit, role):
    page = visit(town.person(role))
    views = {seen.view: seen.address for seen in reversed(town.pages(role)) if seen.is_page}
    found = {address: look(page, view, address) for view, address in views.items()}
    abroad = visit(town.person(role), width=PHONE["width"], language="en")
    for view in views.keys() - translated:
        abroad.goto(views[view])
        found[views[view]] += [f"{fault}, in English" for fault in too_wide(abroad)]
        translated.add(view)

    fail_with(found)


def look(page: Page, view: str, address: str) -> list[str]:
    """What is wrong with a page in either theme and on a phone."""
    page.set_viewport_size(DESK)
    page.goto(address)
    faults = []
    shape = set(page.evaluate(SHAPE))
    if not shape <= checked.setdefault(view, set()):
        faults = [f"{fault}, light" for fault in axe(page, ALL)]
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        faults += [f"{fault}, dark" for fault in axe(page, CONTRAST)]
        checked[view] |= shape
    page.set_viewport_size(PHONE)
    return faults + too_wide(page)


def too_wide(page: Page) -> list[str]:
    """What does not fit the width of the page."""
    return [f"wider than a phone: {element}" for element in page.evaluate(OVER)]


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    """The grave violations."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in page.evaluate(RUN, options)["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
