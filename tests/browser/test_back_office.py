"""The back office: the operator reads every table, and nobody changes one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.back_office import tables
from members.enums import Role
from members.models import NoticeChannel, User, WebhookSecret
from proposals.models import IndexOrder, Proposal
from tests.browser.crawl import fail_with
from tests.factories.members import UserFactory

pytestmark = pytest.mark.browser

MOST_QUERIES = 8


def address(model) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.fixture(scope="module")
def operator(full_committee) -> Client:
    client = Client()
    client.force_login(UserFactory(username="operator", is_superuser=True))
    return client


def test_the_operator_reads_every_table_and_no_key(operator: Client) -> None:
    secrets = [
        *WebhookSecret.objects.values_list("value", flat=True),
        *NoticeChannel.objects.values_list("address", flat=True),
        *User.objects.values_list("password", flat=True),
    ]
    found: dict[str, list[str]] = {}
    for model in tables():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            pages = [operator.get(address(model))]
        faults = found.setdefault(address(model), [])
        if len(queries) > MOST_QUERIES:
            faults.append(f"takes {len(queries)} queries")
        if row := model._default_manager.first():
            pages.append(operator.get(f"{address(model)}{row.pk}/change/"))
        faults += [f"answers {page.status_code}" for page in pages if page.status_code != 200]
        faults += [
            "shows a key" for page in pages for key in secrets if key in page.content.decode()
        ]

    assert all(secrets)
    fail_with(found)


def test_the_operator_sees_why_a_proposal_is_not_indexed(operator: Client) -> None:
    proposal = Proposal.objects.first()
    order = IndexOrder.objects.create(proposal=proposal, tries=3, trouble="no such word")
    try:
        assert "no such word" in operator.get(address(IndexOrder)).content.decode()
    finally:
        order.delete()


def test_nobody_changes_a_row(operator: Client) -> None:
    first = Proposal.objects.values_list("pk", "title").first()
    row = f"{address(Proposal)}{first[0]}/"

    answers = [
        operator.get(f"{address(Proposal)}add/"),
        operator.post(f"{row}change/", {"title": "x"}),
        operator.post(f"{row}delete/", {"post": "yes"}),
        operator.post(
            address(Proposal), {"action": "delete_selected", "_selected_action": first[0]}
        ),
    ]

    assert [answer.status_code for answer in answers[:3]] == [403, 403, 403]
    assert Proposal.objects.filter(pk=first[0], title=first[1]).exists()


def test_no_post_lets_anybody_in(full_committee) -> None:
    for role in Role:
        client = Client()
        client.force_login(full_committee.person(role))
        answers = [client.get(path, follow=True) for path in ("/admin/", address(Proposal))]

        assert [answer.status_code for answer in answers] == [403, 403], role
