"""What people do on many pages."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def expect_heading(page: Page, heading: str) -> None:
    """Wait for the page of this heading, and for its scripts."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(heading)))
    page.wait_for_load_state()


def expect_message(page: Page, text: str) -> Locator:
    """Wait until the page says what was done."""
    told = page.get_by_role("main").get_by_role("status").filter(has_text=text).first
    expect(told).to_be_visible()
    return told


def open_step(page: Page, step: str) -> Locator:
    """Open the form of one of the next steps, in the sheet over the page."""
    steps = page.get_by_role("complementary", name="下一步")
    steps.get_by_role("link", name=step, exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=step)).to_be_visible()
    return sheet


def take_step(page: Page, step: str) -> None:
    """Open the step and send its form as it is; further fields are filled in between."""
    submit_form(open_step(page, step), step)
    expect_message(page, step)


def submit_form(form: Locator | Page, step: str) -> None:
    """Press the button of the form."""
    form.get_by_role("button", name=step, exact=True).click()


def navigate_to(page: Page, listed: str) -> None:
    """Go by the navigation to a list, or to another page that it names."""
    name = re.compile(rf"^{re.escape(listed)}( [\d+]+)?$")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name=name).click()
    expect_heading(page, listed)


def open_from_list(page: Page, listed: str, title: str, *, heading: str = "") -> None:
    """Go by the navigation to a list, and open the row of this title.

    The page has the title as its ``heading``, unless another one is given.
    """
    navigate_to(page, listed)
    page.get_by_role("link", name=title).first.click()
    expect_heading(page, heading or title)


def choose(page: Page, field: Locator, name: str, *, of_many: bool = False) -> None:
    """Type into a field that searches its choices, and take the one that is left."""
    field.click()
    page.keyboard.type(name)
    options = page.get_by_role("listbox").get_by_role("option").filter(visible=True)
    expect(options).to_have_count(1)
    options.click()
    if of_many:  # it stays open for more
        page.keyboard.press("Escape")
    expect(options).to_have_count(0)
