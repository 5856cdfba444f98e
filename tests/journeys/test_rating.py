"""A reply that does not satisfy is answered again."""

import re

from playwright.sync_api import Page

from proposals.enums import FeedbackState, ProposalState, ReplyState
from proposals.models import Feedback, Proposal, Reply
from tests.journeys import replies
from tests.journeys.page_actions import expect_heading, open_from_list, submit_form
from tests.proposals.conftest import Life


def test_an_unsatisfied_member_is_answered_again(visit):
    life = Life()
    first = life.replied()
    proposal = Proposal.objects.get(pk=first.proposal_id)
    lead, handler = visit(life.users["lead"]), visit(life.users["A handler"])
    liaison, signatory = visit(life.users["A liaison"]), visit(life.users["A signatory"])

    rate(lead, proposal, "不满意", "没有回答第二条建议")
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.HANDLING

    handler.goto("/")
    open_from_list(handler, "重新办理", proposal.title)
    replies.write(handler, proposal, "再次答复如下。")
    replies.pass_on(liaison, proposal, "核稿通过")
    replies.pass_on(signatory, proposal, "签发")
    replies.deliver(liaison, proposal, "局函〔2024〕2号")
    second = Reply.objects.exclude(pk=first.pk).get()
    assert (second.state, second.round) == (ReplyState.DELIVERED, 2)

    rate(lead, proposal, "满意")
    rated = Feedback.objects.order_by("id").values_list("state", "result")
    assert list(rated) == [
        (FeedbackState.RATED, "dissatisfied"),
        (FeedbackState.RATED, "satisfied"),
    ]
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.CONCLUDED


def rate(page: Page, proposal: Proposal, result: str, comment: str = "") -> None:
    """Go from the first page to the reply, and rate it."""
    page.goto("/")
    item = page.get_by_role("listitem").filter(has_text=proposal.title)
    item.get_by_role("link", name="看答复并评价").click()
    expect_heading(page, "评价答复")
    for scale in ("对办理态度", "对办理结果"):
        choices = page.get_by_role("group", name=scale)
        choices.get_by_role("radio", name=re.compile(f"^{result}")).check()
    if comment:
        page.get_by_role("textbox", name="意见和建议").fill(comment)
    submit_form(page, "提交评价")
    expect_heading(page, "首页")
