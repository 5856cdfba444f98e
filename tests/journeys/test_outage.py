"""While the database is away nothing is lost, and what was begun goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from django.db import connection
from playwright.sync_api import expect

from members.outage import RETRY_AFTER
from proposals.models import Proposal
from tests.deploy.commands import free_ports
from tests.factories.proposals import CommitteeWithUsers
from tests.journeys.page_actions import expect_heading

pytestmark = pytest.mark.django_db(transaction=True)

SOON = 40_000
"""Milliseconds in which a page has seen that the database is back, on a busy machine too."""


@contextmanager
def database_away() -> Iterator[None]:
    """The server's connections break off, and whoever opens one in here finds nobody there."""
    place = connection.settings_dict
    nobody: dict[str, str] = {"NAME": "/nowhere/tian.sqlite3"}
    if connection.vendor == "postgresql":
        nobody = {"HOST": "127.0.0.1", "PORT": str(free_ports(1)[0])}
    before = {name: place[name] for name in nobody}
    connection.ensure_connection()  # the test's own stays
    place.update(nobody)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    try:
        yield
    finally:
        place.update(before)


def test_what_was_typed_is_saved_once_when_the_database_is_back(visit):
    page = visit(CommitteeWithUsers().users["lead"], expects=[503])
    page.goto("/")
    page.get_by_role("link", name="写提案").first.click()
    expect_heading(page, "写提案")
    page.get_by_role("textbox", name="案由").fill("关于增设路灯的建议")
    page.get_by_role("textbox", name="情况与问题").fill("夜里很暗。")

    with database_away():
        page.get_by_role("button", name="存为草稿").click()
        expect_heading(page, "数据库暂时连不上")
        expect(page.get_by_text("您填写的内容都保留在这一页")).to_be_visible()
        assert not Proposal.objects.exists()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("关于增设路灯的建议", timeout=SOON)
    assert Proposal.objects.get().situation == "夜里很暗。"


def test_a_page_that_was_asked_for_opens_when_the_database_is_back(visit, server):
    page = visit(expects=[503])

    with database_away():
        answer = page.goto("/accounts/login/")
        assert answer is not None
        assert (answer.status, answer.headers["retry-after"]) == (503, str(RETRY_AFTER))
        expect_heading(page, "数据库暂时连不上")
        told = requests.get(
            f"{server.url}/api/v1/proposals/",
            headers={"Authorization": f"Token {'0' * 64}"},
            timeout=30,
        )

    assert (told.status_code, told.headers["Retry-After"]) == (503, str(RETRY_AFTER))
    assert told.json()["errors"][0]["code"] == "unavailable"
    expect(page.get_by_role("heading", level=1)).to_have_text("登录", timeout=SOON)
