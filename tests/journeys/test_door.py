"""Coming in and going out."""

import pytest
from playwright.sync_api import expect

from tests.factories.proposals import CommitteeWithUsers


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_comes_in_and_goes_out(sign_in, scripts):
    clerk = CommitteeWithUsers().users["clerk"]

    page = sign_in(clerk, scripts=scripts)
    page.goto("/inbox/")
    expect(page.get_by_role("heading", level=1)).to_have_text("收件箱")

    page.locator("summary", has_text=str(clerk)).click()
    page.get_by_role("button", name="退出登录").click()
    page.goto("/inbox/")
    expect(page).not_to_have_url("/inbox/")
