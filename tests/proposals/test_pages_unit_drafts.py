"""A proposal whose unit has a reply in draft, opened from a list: few queries on its tabs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members import clock
from proposals.models import Proposal
from tests.proposals.conftest import Life

pytestmark = pytest.mark.django_db

MOST = 20
"""Queries that a page may take."""

LISTS = ("in-hand", "to-sign")


def drafted(life: Life) -> Proposal:
    """The first reply is in draft."""
    return life.written(life.at_work(assist="B")["A"]).proposal


def drafted_again(life: Life) -> Proposal:
    """The first reply was delivered and did not satisfy; the second is in draft."""
    reply = life.replied()
    life.rated(reply, "dissatisfied", "没有落实")
    life.later(days=1)
    life.written(reply.assignment)
    return Proposal.objects.get(pk=reply.proposal_id)


@pytest.mark.parametrize("how", [drafted, drafted_again])
def test_tabs_take_few_queries_when_opened_from_a_list(life: Life, how: Any) -> None:
    proposal = how(life)
    taken = {}
    for name in ("A handler", "A liaison"):
        client = Client()
        client.force_login(life.users[name])
        for slug in LISTS:
            for tab in ("text", "handling", "replies"):
                path = f"/proposals/{proposal.pk}/?tab={tab}&list={slug}&in=&at=1"
                with clock.at(life.now), CaptureQueriesContext(connection) as queries:
                    answer = client.get(path)
                assert answer.status_code == 200
                taken[name, path] = len(queries)

    assert {page: count for page, count in taken.items() if count > MOST} == {}
