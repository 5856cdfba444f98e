"""What makes the work light: nothing typed is lost, and one finds one's way by keys."""

import re

import pytest
from playwright.sync_api import expect

from proposals.enums import ProposalState
from proposals.models import Proposal
from tests.factories.members import PASSWORD
from tests.factories.proposals import CommitteeWithUsers, ProposalFactory
from tests.journeys.page_actions import expect_heading, navigate_to, open_from_list
from tests.proposals.conftest import Life


@pytest.fixture
def place():
    return CommitteeWithUsers()


def several(place, count=3, **more):
    return ProposalFactory.create_batch(
        count,
        committee=place.committee,
        lead=place.members["lead"],
        **{"state": ProposalState.SUBMITTED} | more,
    )


def test_what_is_typed_outlives_the_session(visit, place):
    lead = place.users["lead"]
    page = visit(lead)
    page.goto("/")
    page.get_by_role("link", name="写提案").first.click()
    expect_heading(page, "写提案")
    page.get_by_role("textbox", name="案由").fill("关于增设路灯的建议")
    page.get_by_role("textbox", name="情况与问题").fill("夜里很暗。")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="存为草稿").click()

    page.get_by_label(re.compile("用户名|账号")).first.fill(lead.username)
    page.get_by_label(re.compile("^密码")).first.fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^登录$")).click()
    expect_heading(page, "写提案")
    expect(page.get_by_role("textbox", name="情况与问题")).to_have_value("夜里很暗。")
    assert not Proposal.objects.exists()
    page.get_by_role("button", name="存为草稿").click()
    expect_heading(page, "关于增设路灯的建议")
    assert Proposal.objects.get().situation == "夜里很暗。"


def test_two_who_edit_at_once_both_find_their_text(visit):
    life = Life()
    draft = life.drafted(situation="原来的文字。")
    here, there = visit(life.users["lead"], expects=[422]), visit(life.users["lead"])
    for page in (here, there):
        page.goto("/")
        page.get_by_role("link", name="继续写").click()
        expect_heading(page, "修改提案")
    there.get_by_role("textbox", name="情况与问题").fill("那一台电脑上写的。")
    there.get_by_role("button", name="保存", exact=True).click()
    expect_heading(there, draft.title)
    here.get_by_role("textbox", name="情况与问题").fill("这一台电脑上写的。")
    here.get_by_role("button", name="保存", exact=True).click()

    changed = here.get_by_role("alert").filter(has_text="您填写期间，本件有以下变化")
    expect(changed).to_contain_text("那一台电脑上写的。")
    expect(here.get_by_role("textbox", name="情况与问题")).to_have_value("这一台电脑上写的。")
    here.get_by_role("button", name="保存", exact=True).click()
    expect_heading(here, draft.title)
    draft.refresh_from_db()
    assert draft.situation == "这一台电脑上写的。"


def test_colleagues_see_each_other(visit, place):
    (row,) = several(place, 1)
    reviewer, director = place.users["reviewer"], place.users["director"]
    pages = visit(reviewer), visit(director)
    for page in pages:
        page.goto("/")
        open_from_list(page, "新收待审", row.title)
    expect(pages[1].get_by_role("main")).to_contain_text(f"{reviewer} 也在查看本件")


def test_the_palette_goes_to_a_number(visit, place):
    rows = several(place)
    page = visit(place.users["clerk"])
    page.goto("/")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="快速查找")
    expect(palette).to_be_visible()
    page.keyboard.type(rows[1].receipt_no)
    expect(palette.get_by_role("option", name=rows[1].title)).to_be_visible()
    page.keyboard.press("Enter")
    expect_heading(page, rows[1].title)


def test_previous_and_next_stay_in_the_list(visit, place):
    first, second, third = several(place)
    page = visit(place.users["clerk"])
    page.goto("/")
    open_from_list(page, "新收待审", second.title)
    page.get_by_role("link", name="下一件").click()
    expect_heading(page, third.title)
    expect(page.get_by_role("link", name="下一件")).to_have_count(0)
    page.keyboard.press("k")
    expect_heading(page, second.title)
    page.get_by_role("link", name="上一件").click()
    expect_heading(page, first.title)


def test_a_list_is_filtered_and_its_pill_taken_off(visit, place):
    rows = several(place)
    page = visit(place.users["clerk"])
    page.goto("/")
    navigate_to(page, "新收待审")
    page.keyboard.press("f")
    page.get_by_role("textbox", name="编号").fill(rows[0].receipt_no)
    page.get_by_role("button", name="应用筛选").click()
    expect(page.get_by_role("link", name=rows[1].title)).to_have_count(0)
    expect(page.get_by_role("link", name=rows[0].title)).to_be_visible()
    page.get_by_role("link", name=f"编号：{rows[0].receipt_no}").click()
    for row in rows:
        expect(page.get_by_role("link", name=row.title)).to_be_visible()


def test_columns_are_chosen_and_stay(visit, place):
    several(place)
    page = visit(place.users["clerk"])
    page.goto("/")
    navigate_to(page, "新收待审")
    kind = page.get_by_role("columnheader", name="类型")
    expect(kind).to_have_count(0)
    page.get_by_text("列与密度").click()
    page.get_by_role("checkbox", name="类型").check()
    page.get_by_role("checkbox", name="联名").uncheck()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(kind).to_be_visible()
    expect(page.get_by_role("columnheader", name="联名")).to_have_count(0)
    page.reload()
    expect(kind).to_be_visible()


def test_the_theme_is_switched_and_stays(visit, place):
    page = visit(place.users["clerk"])
    page.goto("/")
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    navigate_to(page, "新收待审")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="浅色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
