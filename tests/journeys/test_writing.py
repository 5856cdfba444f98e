"""A member writes with two co-signers and hands in, on a phone, also without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from proposals.enums import CosignatureState, ProposalState
from proposals.matching import indexing
from proposals.models import Proposal
from tests.factories.members import MemberFactory
from tests.journeys.page_actions import choose, expect_heading, expect_message
from tests.proposals.conftest import Life

PHONE = {"width": 390}
TITLE = "关于缓解老城区停车难的建议"
TO_SEARCH = 9
"""From this many members on, names are searched for or taken from a list, and not ticked."""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_member_writes_with_two_co_signers_on_a_phone(visit, scripts):
    life = Life()
    for number in range(TO_SEARCH):
        member = MemberFactory(committee=life.committee, name=f"邻座{number}")
        member.terms.add(life.session.term)
    earlier = life.filed(
        title="关于规范老城区停车收费的建议",
        situation="各处收费标准不一，群众意见很大，投诉连年增加。",
        analysis="定价主体各不相同，公示也不完整。",
        suggestions=["统一收费标准", "公示价目"],
    )
    indexing.catch_up()
    page = visit(life.users["lead"], scripts=scripts, **PHONE)

    write(page, earlier, scripts)
    proposal = Proposal.objects.exclude(pk=earlier.pk).get()
    assert [row.text for row in proposal.suggestions.all()] == ["新建停车场", "开放单位车位"]

    names = ("cosigner", "invitee")
    invite(page, [str(life.members[name]) for name in names], scripts)
    for name in names:
        phone = visit(life.users[name], scripts=scripts, **PHONE)
        agree(phone)
        phone.context.close()
    signatures = proposal.cosignatures.values_list("state", flat=True)
    assert list(signatures) == [CosignatureState.AGREED] * 2

    page.reload()
    hand_in(page)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUBMITTED
    expect(expect_message(page, "已提交")).to_contain_text(proposal.receipt_no)


def write(page: Page, earlier: Proposal, scripts: bool) -> None:
    """Go from the first page to a draft with two suggestions, and see what is similar.

    With scripts the draft saves itself, and the page looks by itself for what is alike.
    """
    page.goto("/")
    page.get_by_role("link", name="写提案").first.tap()
    expect_heading(page, "写提案")
    page.get_by_role("textbox", name="案由").fill(TITLE)
    page.get_by_role("textbox", name="情况与问题").fill("老城区车位不足，居民停车难。")
    if not scripts:
        page.get_by_role("button", name="查看相似提案").tap()
    beside = page.get_by_role("complementary", name="写作参考")
    expect(beside.get_by_role("link", name=earlier.title)).to_be_visible()
    expect(beside).to_contain_text("请至少提出一条具体建议")

    suggestions = page.get_by_role("group", name="建议", exact=True)
    suggestions.get_by_role("textbox").fill("新建停车场")
    suggestions.get_by_role("button", name="再加一项").tap()
    expect(suggestions.get_by_role("textbox")).to_have_count(2)
    suggestions.get_by_role("textbox").last.fill("开放单位车位")
    if scripts:
        expect(page.get_by_text(re.compile(r"已保存 \d"))).to_be_visible()
    page.get_by_role("button", name="存为草稿").tap()
    expect_heading(page, TITLE)


def invite(page: Page, names: list[str], scripts: bool) -> None:
    """Type the names, or choose them from the list of all where there are no scripts."""
    page.get_by_role("link", name="邀请联名").tap()
    if scripts:
        for name in names:
            choose(page, page.get_by_role("combobox", name="委员"), name, of_many=True)
    else:
        page.get_by_role("listbox", name="委员").select_option(label=names)
    page.get_by_role("button", name="邀请联名").tap()
    expect_message(page, "已办理")


def agree(page: Page) -> None:
    """Agree by two taps on the first page."""
    page.goto("/")
    page.get_by_text("同意联名", exact=True).tap()
    page.get_by_role("button", name="确认同意").tap()
    expect_message(page, "已办理")


def hand_in(page: Page) -> None:
    """Hand it in after a look at the printed form."""
    page.get_by_role("link", name="提交", exact=True).tap()
    expect_heading(page, "提交")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="预览提案表").tap()
    expect(opened.value.get_by_text("开放单位车位")).to_be_visible()
    opened.value.close()
    page.get_by_role("checkbox", name="一事一案").check()
    page.get_by_role("button", name="提交", exact=True).tap()
    expect_heading(page, TITLE)
