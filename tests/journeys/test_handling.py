"""From the assignment meeting to the reply, through all who have a hand in it."""

from playwright.sync_api import Page, expect

from proposals.enums import AssignmentState, ProposalState, ReplyState
from proposals.models import Assignment, Proposal, Reply
from tests.journeys import replies
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
from tests.proposals.conftest import Life, rules


def test_a_batch_is_assigned_returned_answered_and_delivered(visit):
    life = Life(rules(handling={"inspection": True}))
    proposals = [life.filed(title=f"关于增设{what}的建议") for what in ("路灯", "车位", "公厕")]
    for proposal in proposals:
        proposal.refresh_from_db()
    first, returned, other = proposals

    assign(visit(life.users["assigner"]), life, *proposals)
    tasks = {task.proposal: task for task in Assignment.objects.filter(unit=life.units["A"])}
    assert [task.role for task in tasks.values()] == ["lead", "sole", "sole"]

    liaison = visit(life.users["A liaison"])
    accept_all_but_one(liaison, life, returned)
    change_unit(visit(life.users["assigner"]), life, returned)
    assert Assignment.objects.get(pk=tasks[returned].pk).state == AssignmentState.REASSIGNED
    assert Assignment.objects.filter(proposal=returned, unit=life.units["C"]).exists()

    handler = visit(life.users["A handler"])
    assist(visit(life.users["B liaison"]), first)
    answer(handler, first)
    replies.pass_on(liaison, first, "核稿通过")
    replies.pass_on(visit(life.users["A signatory"]), first, "签发")
    inspect(visit(life.users["inspector"]), first)
    replies.deliver(liaison, first, "局函〔2024〕1号")
    reply = Reply.objects.get()
    assert (reply.state, reply.document_number) == (ReplyState.DELIVERED, "局函〔2024〕1号")
    assert [point.adoption for point in reply.points.all()] == ["adopted", "adopted"]
    first.refresh_from_db()
    assert first.state == ProposalState.REPLIED
    other.refresh_from_db()
    assert other.state == ProposalState.HANDLING


def assign(page: Page, life: Life, *proposals: Proposal) -> None:
    """Assign all to unit A at the meeting; unit B assists with the first."""
    page.goto("/")
    navigate_to(page, "待交办")
    page.get_by_role("checkbox", name="选中本页全部").check()
    page.get_by_role("button", name="交办", exact=True).click()
    expect_heading(page, "批量交办 3 件")
    for proposal in proposals:
        name_unit(page, proposal, "主办或独办", life.units["A"].name)
    name_unit(page, proposals[0], "会办", life.units["B"].name)
    page.get_by_role("textbox", name="名称").fill("交办会")
    page.get_by_role("textbox", name="文号").fill("府办〔2024〕3号")
    submit_form(page, "批量交办")
    expect_message(page, "已交办 3 件")


def name_unit(page: Page, proposal: Proposal, role: str, name: str) -> None:
    """Type the name, and take what is proposed."""
    row = page.get_by_role("row").filter(has_text=proposal.case_no)
    choose(page, row.get_by_label(role, exact=True), name, of_many=role == "会办")


def accept_all_but_one(page: Page, life: Life, returned: Proposal) -> None:
    """Ask to return one, and sign for the others at once."""
    page.goto("/")
    open_from_list(page, "待签收", returned.title)
    form = open_step(page, "申请退办")
    form.get_by_role("textbox", name="理由").fill("不属于本单位职责")
    form.get_by_role("combobox", name="建议承办单位").select_option(label=life.units["C"].name)
    submit_form(form, "申请退办")
    expect_message(page, "申请退办")

    navigate_to(page, "待签收")
    page.get_by_role("checkbox", name="选中本页全部").check()
    page.get_by_role("checkbox", name=f"选中：{returned}").uncheck()
    page.get_by_role("button", name="签收").click()
    expect_heading(page, "签收：将办理 2 件")
    expect(page.get_by_role("main")).not_to_contain_text(returned.title)
    page.get_by_role("button", name="签收").click()
    expect_message(page, "已完成")


def change_unit(page: Page, life: Life, returned: Proposal) -> None:
    """Decide on the return: another unit gets it."""
    page.goto("/")
    open_from_list(page, "退办裁定", returned.title, heading="申请退办")
    form = open_step(page, "同意改办")
    chosen = form.get_by_role("combobox", name="承办单位").locator("option:checked")
    expect(chosen).to_have_text(life.units["C"].name)
    submit_form(form, "同意改办")
    expect_message(page, "同意改办")


def assist(page: Page, proposal: Proposal) -> None:
    """Sign for the part of unit B, and give its opinion."""
    page.goto("/")
    open_from_list(page, "待签收", proposal.title)
    take_step(page, "签收")
    open_from_list(page, "办理中", proposal.title)
    form = open_step(page, "提交会办意见")
    form.get_by_role("textbox", name="会办意见").fill("同意新建。")
    form.get_by_role("textbox", name="签发人").fill("局长")
    submit_form(form, "提交会办意见")
    expect_message(page, "提交会办意见")


def answer(page: Page, proposal: Proposal) -> None:
    """Talk with the proposer, answer point by point, and send it to be checked."""
    page.goto("/")
    open_from_list(page, "办理中", proposal.title)
    form = open_step(page, "记录沟通")
    form.get_by_label("沟通时间").fill("2024-01-10T09:30")
    form.get_by_role("combobox", name="沟通方式").select_option(label="走访")
    form.get_by_role("combobox", name="阶段").select_option(label="办中")
    form.get_by_role("textbox", name="参加人").fill("提案人")
    form.get_by_role("textbox", name="提案者意见").fill("满意")
    form.get_by_role("combobox", name="办理后").select_option(label="留在本件")
    submit_form(form, "记录沟通")
    expect_message(page, "记录沟通")
    replies.write(page, proposal, "您的建议已采纳。")


def inspect(page: Page, proposal: Proposal) -> None:
    """Read suggestions and answers side by side, and pass the reply."""
    page.goto("/")
    open_from_list(page, "待审核答复", proposal.title, heading="督查审核")
    expect(page.get_by_role("main")).to_contain_text("已与各单位商定。")
    submit_form(page, "审核通过")
    expect_message(page, "审核通过")
