"""The office reviews, merges, files, and takes a merger back."""

from playwright.sync_api import Page, expect

from proposals.enums import ProposalState
from proposals.models import Proposal
from tests.factories.proposals import CommitteeWithUsers, ProposalFactory
from tests.journeys.page_actions import expect_heading, expect_message, navigate_to


def test_twenty_are_reviewed_two_merged_and_filed(visit):
    place = CommitteeWithUsers()
    rows = ProposalFactory.create_batch(
        20, committee=place.committee, lead=place.members["lead"], state=ProposalState.SUBMITTED
    )

    review_by_keyboard(visit(place.users["reviewer"]), rows)
    assert Proposal.objects.filter(rounds_done=1).count() == len(rows)

    host, guest = rows[:2]
    director, clerk = visit(place.users["director"]), visit(place.users["clerk"])
    file_by_keyboard(director, host)
    host.refresh_from_db()
    assert (host.state, host.case_serial) == (ProposalState.FILED, 1)

    merge_by_keyboard(clerk, host, guest)
    guest.refresh_from_db()
    assert (guest.state, guest.merged_into) == (ProposalState.MERGED, host)
    expect_heading(clerk, rows[2].title)

    file_the_rest(director)
    numbers = Proposal.objects.filter(state=ProposalState.FILED).values_list("case_serial")
    assert sorted(serial for (serial,) in numbers) == list(range(1, len(rows)))

    take_back(clerk, host, guest)
    guest.refresh_from_db()
    assert (guest.state, guest.merged_into) == (ProposalState.REVIEWING, None)


def review_by_keyboard(page: Page, rows: list[Proposal]) -> None:
    """Review all that are listed; each time the next one opens by itself."""
    page.goto("/")
    navigate_to(page, "新收待审")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=rows[0].title)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    for row in rows:
        expect_heading(page, row.title)
        page.keyboard.press("a")
        expect(page.get_by_role("radio", name="建议立案")).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
    expect_heading(page, "新收待审")


def file_by_keyboard(page: Page, first: Proposal) -> None:
    """File the first of the list, and read which number it got."""
    page.goto("/")
    navigate_to(page, "待立案")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect_heading(page, first.title)
    expect(page.get_by_text("等待提案委员会主任立案")).to_be_visible()
    page.keyboard.press("a")
    category = page.get_by_role("combobox", name="类别")
    expect(category).to_be_focused()
    category.press("End")
    page.keyboard.press("Control+Enter")
    expect_message(page, "已立案，案号")


def merge_by_keyboard(page: Page, host: Proposal, guest: Proposal) -> None:
    """Go from the list to the desk, and name the host by its number."""
    page.goto("/")
    navigate_to(page, "待立案")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect_heading(page, guest.title)
    page.keyboard.press("m")
    expect_heading(page, "对照与并案")
    page.get_by_label("按编号加入一件").press_sequentially(host.case_no)
    page.keyboard.press("Enter")
    chosen = page.get_by_role("article").filter(has_text=host.title)
    chosen.get_by_role("radio", name="作为主件").press("Space")
    page.get_by_role("button", name="并案", exact=True).press("Enter")
    expect_message(page, "已将 1 件并入")


def file_the_rest(page: Page) -> None:
    """File all that are left at once."""
    navigate_to(page, "待立案")
    page.get_by_role("checkbox", name="选中本页全部").check()
    page.get_by_role("checkbox", name="筛选出的全部").check()
    page.get_by_role("button", name="立案", exact=True).click()
    expect_heading(page, "立案：将办理 18 件")
    page.get_by_role("combobox", name="类别").select_option(label="其他")
    page.get_by_role("button", name="立案").click()
    expect_heading(page, "立案：18 件")
    expect_message(page, "已完成")


def take_back(page: Page, host: Proposal, guest: Proposal) -> None:
    """Undo the merger by the link that its notice gave."""
    page.get_by_role("link", name="撤销").click()
    expect_heading(page, "解除并案")
    page.get_by_role("textbox", name="理由").fill("不是一件事")
    page.get_by_role("button", name="解除并案").click()
    expect_message(page, "解除并案")
    expect(page.get_by_role("main")).not_to_contain_text(guest.receipt_no)
