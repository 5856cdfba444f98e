"""How a reply comes about, from its first word to the letter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from proposals.models import Proposal
from tests.journeys.page_actions import (
    expect_heading,
    expect_message,
    open_from_list,
    open_step,
    submit_form,
    take_step,
)


def write(page: Page, proposal: Proposal, body: str) -> None:
    """Answer each of two suggestions on the page of the proposal, and send it to be checked."""
    page.get_by_role("link", name="起草答复").first.click()
    expect_heading(page, "起草答复")
    expect(page.get_by_role("status").filter(has_text="还没有答复的建议：1、2")).to_be_visible()
    page.get_by_role("combobox", name="办理结果").select_option(label="解决或采纳")
    page.get_by_role("textbox", name="答复正文").fill(body)
    for number, text in enumerate(("年底前建成。", "已与各单位商定。"), start=1):
        point = page.get_by_role("group", name=f"{number} ")
        point.get_by_role("textbox", name="答复").fill(text)
        point.get_by_role("combobox", name="采纳情况").select_option(label="采纳")
    expect(page.get_by_role("status").filter(has_text="每条建议都有了答复")).to_be_visible()
    page.get_by_role("textbox", name="承办人").fill("王某")
    page.get_by_role("textbox", name="联系电话").fill("0951-0000000")
    submit_form(page, "保存答复稿")
    expect_heading(page, proposal.title)
    take_step(page, "送核稿")


def find(page: Page, proposal: Proposal) -> None:
    """Open the reply in the list of those that wait for the reader."""
    page.goto("/")
    open_from_list(page, "待核签的答复", proposal.title)


def pass_on(page: Page, proposal: Proposal, step: str) -> None:
    """Take the next step with the reply."""
    find(page, proposal)
    take_step(page, step)


def deliver(page: Page, proposal: Proposal, number: str) -> None:
    """Give the reply its number and send it out."""
    find(page, proposal)
    form = open_step(page, "送达")
    form.get_by_role("textbox", name="文号").fill(number)
    submit_form(form, "送达")
    expect_message(page, "送达")
