"""A member writes with two co-signers and hands in, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from proposals.enums import CosignatureState, ProposalState
from proposals.models import Proposal
from tests.factories.proposals import Place

PHONE = {"width": 390}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_member_writes_with_two_co_signers_on_a_phone(visit, server, scripts):
    place = Place()
    page = visit(place.users["lead"], scripts=scripts, **PHONE)

    write(page, scripts)
    proposal = Proposal.objects.get()
    assert [row.text for row in proposal.suggestions.all()] == ["新建停车场", "开放单位车位"]

    page.get_by_role("link", name="邀请联名").tap()
    for name in ("cosigner", "invitee"):
        page.get_by_label(str(place.members[name])).check()
    page.get_by_role("button", name="邀请联名").tap()
    expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()

    for name in ("cosigner", "invitee"):
        phone = visit(place.users[name], scripts=scripts, **PHONE)
        agree(phone)
        phone.context.close()
    signatures = proposal.cosignatures.values_list("state", flat=True)
    assert list(signatures) == [CosignatureState.AGREED] * 2

    page.reload()
    page.get_by_role("link", name="提交", exact=True).tap()
    page.get_by_role("checkbox", name="一事一案").check()
    page.get_by_role("button", name="提交", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(proposal.title)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUBMITTED
    told = page.get_by_role("status").filter(has_text="已提交")
    expect(told).to_contain_text(proposal.receipt_no)


def write(page: Page, scripts: bool) -> None:
    """From the first page to a draft with two suggestions, which saves itself."""
    page.goto("/")
    page.get_by_role("link", name="写提案").first.tap()
    page.get_by_role("textbox", name="案由").fill("关于缓解老城区停车难的建议")
    page.get_by_role("textbox", name="情况与问题").fill("老城区车位不足，居民停车难。")
    suggestions = page.get_by_role("group", name="建议", exact=True)
    suggestions.get_by_role("textbox").fill("新建停车场")
    suggestions.get_by_role("button", name="再加一项").tap()
    suggestions.get_by_role("textbox").last.fill("开放单位车位")
    if scripts:
        expect(page.get_by_text(re.compile(r"已保存 \d"))).to_be_visible()
    page.get_by_role("button", name="存为草稿").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("关于缓解老城区停车难的建议")


def agree(page: Page) -> None:
    """Two taps on the first page."""
    page.goto("/")
    page.get_by_text("同意联名", exact=True).tap()
    page.get_by_role("button", name="确认同意").tap()
    expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()
