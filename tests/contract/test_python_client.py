"""A client generated from the description goes the way that README goes with curl."""

from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

import pytest

from proposals.matching import indexing
from tests.browser.server import Server
from tests.contract.fixtures import PythonClient
from tests.factories.members import PASSWORD
from tests.proposals.conftest import IN_SESSION, Life


@pytest.fixture(autouse=True)
def _rows(transactional_db: None, server: Server) -> Iterator[None]:
    """Rows that the server sees, in the session of 2024."""
    server.moment = IN_SESSION
    yield
    server.wait_until_idle()
    server.moment = None


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    """Closes what it is given."""
    with ExitStack() as stack:
        yield stack


def test_a_generated_client_walks_through_the_life_of_a_proposal(
    server: Server, python_client: PythonClient, clients: ExitStack
) -> None:
    life = Life()
    api, models = python_client, python_client.models

    def sign_in(name: str) -> Any:
        login = models.LoginRequest(username=life.users[name].username, password=PASSWORD)
        with api.stranger(server.url) as stranger:
            token = api.auth_login.sync(client=stranger, body=login).token
        return clients.enter_context(api.signed_in(server.url, token))

    member, clerk = sign_in("lead"), sign_in("clerk")
    assert [post.role for post in api.me.sync(client=member).posts] == [models.RoleEnum.MEMBER]
    assert api.proposals_list.sync(client=member, page_size=3).results == []

    text = models.BeginInCommitteeInput(
        title="关于在老旧小区增设电动自行车充电设施的建议",
        situation="老旧小区充电设施不足，飞线充电时有发生，存在安全隐患。",
        suggestions=["由街道牵头排查需求并统一选址", "对建设运营单位给予补助"],
    )
    drafted, again = (
        api.proposals_draft.sync(client=member, body=text, idempotency_key="my-first")
        for _attempt in range(2)
    )
    assert again == drafted
    key = drafted.subject_id
    draft = api.proposals_retrieve.sync(key, client=member)
    assert (draft.state, draft.filed_at, draft.host) == ("draft", None, None)
    assert "submit" in [offer.name for offer in draft.actions]

    refused = api.proposals_submit.sync_detailed(key, client=member, body=models.SubmitInput())
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert [error.attr for error in refused.parsed.errors] == ["one_matter"]
    agreed = models.SubmitInput(one_matter=True)
    assert api.proposals_submit.sync(key, client=member, body=agreed).target == "submitted"
    withdrawal = models.WithdrawalInput(reason="另行提出")
    stale = api.proposals_request_withdrawal.sync_detailed(
        key, client=member, body=withdrawal, if_match='"1"'
    )
    assert stale.status_code == HTTPStatus.CONFLICT
    assert [change.action for change in stale.parsed.changes] == ["submit"]

    filing = models.FileInput(category="society")
    not_yet = api.proposals_file.sync_detailed(key, client=clerk, body=filing)
    assert not_yet.status_code == HTTPStatus.FORBIDDEN
    events = api.events_list.sync(client=clerk, proposal=key).results
    assert [event.action for event in events] == ["submit"]
    assert events[0].actor.id == life.users["lead"].pk
    assert api.duties_list.sync(client=clerk, overdue=True).results == []

    indexing.catch_up()  # which a worker does otherwise
    indexing.recount(at=IN_SESSION)
    (hit,) = api.proposals_search.sync(client=clerk, q="充电 状态:待审查").results
    assert (hit.id, hit.received_at) == (key, IN_SESSION)
    like = models.TextRequest(title="老旧小区充电设施", body="飞线充电时有发生，存在安全隐患。")
    assert [found.id for found in api.proposals_similar_to.sync(client=clerk, body=like)] == [key]

    order = models.ScanOrderRequest(session=hit.session.id)
    scan = api.scans_create.sync(client=clerk, body=order)
    assert (scan.state, scan.finished_at) == (models.ScanStateEnum.WAITING, None)
    state = models.MergeCandidatesListState.OPEN
    assert api.merge_candidates_list.sync(client=clerk, state=state).results == []
