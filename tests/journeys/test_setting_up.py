"""From an empty installation to the first proposal."""

import re

from playwright.sync_api import Page

from members.models import Committee, Member, Unit, User
from members.services import first_account
from proposals.enums import ProposalState
from proposals.models import Proposal
from tests.factories.members import PASSWORD
from tests.journeys.page_actions import expect_heading, expect_message, submit_form

PEOPLE = "委员证号\t姓名\t界别\n001\t张三\t教育界\n002\t李四\t教育界\n"
UNITS = "名称\t简称\t类别\n永平县教育局\t教育局\t政府部门\n"


def test_an_installation_is_set_up_and_its_first_proposal_handed_in(visit):
    page = visit()
    begin(page)
    assert User.objects.get().username == "chen"
    found_committee(page)
    committee = Committee.objects.get()
    assert committee.place_names == ["永平", "博南镇"]
    assert committee.sessions.count() == 1

    bring_in(page)
    assert (Member.objects.count(), Unit.objects.count()) == (2, 1)
    password = invite(page)
    page.context.close()

    member = visit()
    come_in(member, "yongping-001", password)
    hand_in(member)
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.committee) == (ProposalState.SUBMITTED, committee)
    assert proposal.lead.name == "张三"


def begin(page: Page) -> None:
    """Follow the link that the server prints on installation, then choose the rules."""
    page.goto(f"/start/?key={first_account.key()}")
    expect_heading(page, "建立管理员账号")
    page.get_by_role("textbox", name="您的姓名").fill("陈主任")
    page.get_by_role("textbox", name="用户名").fill("chen")
    page.get_by_role("textbox", name="密码", exact=False).first.fill(PASSWORD)
    page.get_by_role("textbox", name="再输入一次密码").fill(PASSWORD)
    submit_form(page, "建立并继续")
    expect_heading(page, "从哪一级的做法开始？")
    page.get_by_role("radio", name="县").check()
    submit_form(page, "选定并继续")


def found_committee(page: Page) -> None:
    """Set up the committee, and its session with the usual dates."""
    expect_heading(page, "委员会叫什么？")
    page.get_by_role("textbox", name="全称").fill("中国人民政治协商会议永平县委员会")
    page.get_by_role("textbox", name="简称").fill("永平县政协")
    page.get_by_role("textbox", name="代码").fill("yongping")
    page.get_by_role("textbox", name="本地地名").fill("永平 博南镇")
    submit_form(page, "保存并继续")
    expect_heading(page, "什么时候征集提案？")
    page.get_by_label("第几届").fill("11")
    submit_form(page, "保存并继续")


def bring_in(page: Page) -> None:
    """Paste tables of members and units, and look at them before they are imported."""
    expect_heading(page, "导入委员和承办单位")
    for table, kind in ((PEOPLE, "委员"), (UNITS, "承办单位")):
        page.get_by_role("main").get_by_role("link", name=re.compile(rf"^{kind} \d")).click()
        page.get_by_role("textbox", name="或从表格软件复制后粘贴在这里").fill(table)
        submit_form(page, "检查")
        expect_message(page, "检查无误")
        submit_form(page, "导入")
        expect_message(page, f"已导入{kind}")
    page.get_by_role("link", name="继续：邀请").click()


def invite(page: Page) -> str:
    """Open accounts for all; returns the printed password of the first member."""
    expect_heading(page, "给谁建立账号？")
    page.get_by_role("textbox", name="提案委办公室工作人员").fill("王办")
    submit_form(page, "建立账号")
    expect_heading(page, "初始密码")
    slip = page.get_by_role("listitem").filter(has_text="yongping-001")
    password = slip.locator("dd").last.inner_text()
    page.get_by_role("link", name="已打印或抄下，继续").click()
    expect_heading(page, "可以开始了")
    submit_form(page, "完成，去首页")
    expect_heading(page, "首页")
    return password


def come_in(page: Page, username: str, password: str) -> None:
    """Sign in for the first time, and choose a password."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="登录").click()
    page.get_by_role("textbox", name="用户名").fill(username)
    page.get_by_role("textbox", name="密码").fill(password)
    submit_form(page, "登录")
    expect_heading(page, "修改密码")
    page.get_by_role("textbox", name="当前密码").fill(password)
    page.get_by_role("textbox", name="新密码").first.fill(f"{PASSWORD}, mine")
    page.get_by_role("textbox", name="再输入一次新密码").fill(f"{PASSWORD}, mine")
    submit_form(page, "修改密码")
    expect_heading(page, "首页")


def hand_in(page: Page) -> None:
    """Write a proposal and hand it in at once."""
    page.get_by_role("link", name="写提案").first.click()
    expect_heading(page, "写提案")
    page.get_by_role("textbox", name="案由").fill("关于增设充电设施的建议")
    page.get_by_role("textbox", name="情况与问题").fill("老旧小区充电设施不足。")
    page.get_by_role("group", name="建议", exact=True).get_by_role("textbox").fill("统一选址")
    submit_form(page, "保存并去提交")
    expect_heading(page, "提交")
    page.get_by_role("checkbox", name="一事一案").check()
    submit_form(page, "提交")
    expect_message(page, "已提交")
