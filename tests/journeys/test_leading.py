"""A leader supervises a key topic, from its nomination to the report."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from supervision.enums import KeyTopicState, MilestoneState
from supervision.models import KeyTopic
from tests.journeys.page_actions import (
    choose,
    expect_heading,
    expect_message,
    navigate_to,
    open_from_list,
    open_step,
    submit_form,
    take_step,
)
from tests.supervision.leaders import Leaders


def test_a_leader_supervises_a_key_topic(visit, server):
    life = Leaders()
    proposal = life.filed()
    leader = visit(life.users["supervisor"])

    nominate_and_decide(visit, life, proposal)
    topic = KeyTopic.objects.get()
    assert topic.state == KeyTopicState.ANNOUNCED
    assert list(topic.supervisors.all()) == [life.users["supervisor"]]

    special = visit(life.users["special"])
    plan(special, topic, life)
    milestone = topic.milestones.get()
    instruct(visit(life.users["clerk"]), topic, life)
    report(special, topic)
    milestone.refresh_from_db()
    assert milestone.state == MilestoneState.MET

    accept(leader, topic)
    topic.refresh_from_db()
    assert topic.state == KeyTopicState.CONCLUDED


def nominate_and_decide(visit, life, proposal):
    """Let the office nominate the proposal, list it, decide on it and announce it."""
    clerk = visit(life.users["clerk"])
    clerk.goto("/")
    navigate_to(clerk, "推荐的题目")
    clerk.get_by_role("link", name="推荐重点题目").click()
    expect_heading(clerk, "推荐")
    clerk.get_by_role("checkbox", name=proposal.case_no).check()
    clerk.get_by_role("textbox", name="推荐理由").fill("群众关切")
    submit_form(clerk, "推荐")
    expect_message(clerk, "推荐")
    take_step(clerk, "列入候选名单")

    director = visit(life.users["director"])
    director.goto("/")
    open_from_list(director, "候选名单", proposal.title)
    director.get_by_role("link", name="主席会议审定").click()
    expect_heading(director, "主席会议审定")
    director.get_by_role("textbox", name="审定会议").fill("第 12 次主席会议")
    director.get_by_label("会议日期").fill(life.now.date().isoformat())
    director.get_by_role("checkbox", name=str(life.users["supervisor"])).check()
    director.get_by_role("combobox", name="协助督办的专门委员会").select_option(label="经济委员会")
    methods = director.get_by_role("combobox", name="督办方式")
    choose(director, methods, "视察", of_many=True)
    submit_form(director, "主席会议审定")
    expect_message(director, "主席会议审定")
    open_from_list(director, "待定督办方案", proposal.title)
    take_step(director, "公布")


def plan(page: Page, topic: KeyTopic, life: Leaders) -> None:
    """Plan one milestone, and record an activity."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=topic.title).first.click()
    expect_heading(page, topic.title)
    page.get_by_role("link", name="制定督办方案").click()
    expect_heading(page, "制定督办方案")
    page.get_by_role("textbox", name="督办方案").fill("先看现场，再开座谈会。")
    page.get_by_role("textbox", name="节点").fill("现场督办")
    page.get_by_label("完成日期").fill(life.day(20))
    submit_form(page, "制定督办方案")
    expect_message(page, "制定督办方案")

    page.get_by_role("link", name="记录督办活动").click()
    expect_heading(page, "记录督办活动")
    page.get_by_label("时间").fill(timezone.localtime(life.now).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("textbox", name="地点").fill("解放街")
    choose(page, page.get_by_role("combobox", name="督办方式"), "视察")
    page.get_by_role("textbox", name="参加人员").fill("主席、承办单位")
    page.get_by_role("textbox", name="情况").fill("车位不足")
    submit_form(page, "记录督办活动")
    expect_message(page, "记录督办活动")
    expect(page.get_by_role("region", name="督办活动")).to_contain_text("解放街")


def instruct(page: Page, topic: KeyTopic, life: Leaders) -> None:
    """Enter what the leader instructed, and report that it is done."""
    page.goto("/")
    open_from_list(page, "督办中", topic.title)
    form = open_step(page, "登记领导批示")
    form.get_by_role("textbox", name="批示领导").fill("张主席")
    form.get_by_role("textbox", name="批示内容").fill("请抓紧落实。")
    form.get_by_label("批示日期").fill(life.now.date().isoformat())
    submit_form(form, "登记领导批示")
    expect_message(page, "登记领导批示")
    navigate_to(page, "待落实批示")
    page.get_by_role("link", name="请抓紧落实。").click()
    form = open_step(page, "报告落实情况")
    form.get_by_role("textbox").first.fill("已经落实。")
    submit_form(form, "报告落实情况")
    expect_message(page, "报告落实情况")


def report(page: Page, topic: KeyTopic) -> None:
    """Meet the milestone, and send the report to the leader."""
    page.reload()
    page.get_by_role("link", name="完成").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox").fill("已到现场督办")
    submit_form(form, "完成")
    expect_message(page, "完成")
    form = open_step(page, "提交督办报告")
    form.get_by_role("textbox").first.fill("督办情况报告")
    submit_form(form, "提交督办报告")
    expect_message(page, "提交督办报告")


def accept(page: Page, topic: KeyTopic) -> None:
    """Find the report, accept it, and see it on the board."""
    page.goto("/")
    open_from_list(page, "待审定报告", topic.title)
    take_step(page, "审定督办报告")
    navigate_to(page, "督办看板")
    row = page.get_by_role("article", name=topic.title)
    expect(row).to_contain_text("督办完成")
    expect(row).to_contain_text("没有待落实的")
