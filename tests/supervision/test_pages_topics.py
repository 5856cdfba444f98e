"""Key topics and what hangs on them, in every state, as everybody's browser gets them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members import clock
from members.selectors import rules_for
from supervision.enums import KEY_STATES, KeyTopicState, MilestoneState
from tests import MOST_QUERIES
from tests.proposals.subjects_in_every_state import NOW, SubjectsInEveryState

pytestmark = pytest.mark.django_db


SOMEBODY = (
    "lead",
    "member",
    "contact",
    "other contact",
    "clerk",
    "director",
    "assigner",
    "supervisor",
    "administrator",
    "A liaison",
    "C liaison",
)
"""Somebody of each kind of reader; whoever does not see a page here, sees another."""


@pytest.fixture
def subjects() -> SubjectsInEveryState:
    return SubjectsInEveryState("county")


def taken(subjects: SubjectsInEveryState, *pages: str) -> dict[tuple[str, str], int]:
    """How many queries the pages take, by who sees them and which it is."""
    found = {}
    rules_for(subjects.committee, NOW.date())  # which every process reads once
    for name in SOMEBODY:
        client = browser(subjects, name)
        for page in pages:
            with clock.at(NOW), CaptureQueriesContext(connection) as captured:
                answer = client.get(page)
            if answer.status_code == 200:
                found[name, page] = len(captured)
    assert {page for _name, page in found} == {*pages}
    return found


def browser(subjects: SubjectsInEveryState, name: str) -> Client:
    client = Client()
    client.force_login(subjects.users[name])
    return client


@pytest.mark.parametrize("state", MilestoneState.values)
def test_a_milestone_has_a_page_with_its_steps(subjects: SubjectsInEveryState, state: str) -> None:
    milestone = subjects.milestone(state)
    path = f"/milestones/{milestone.pk}/"
    director = browser(subjects, "director")

    with clock.at(NOW):
        page = director.get(path).content.decode()

        assert f"<title>{milestone.name} ·" in page
        for step in ("drop", "put-off"):
            assert (f'href="{path}{step}/' in page) == (state in ("planned", "missed"))
            if state in ("planned", "missed"):
                assert director.get(f"{path}{step}/").status_code == 200
    opened = f"{path}?list=milestones-due&in=&at=1"
    assert too_many(taken(subjects, path, opened)) == {}


def too_many(found: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {page: count for page, count in found.items() if count > MOST_QUERIES}


@pytest.mark.parametrize("state", KeyTopicState.values)
def test_a_topic_takes_few_queries_in_every_state_for_everybody(
    subjects: SubjectsInEveryState, state: str
) -> None:
    topic = subjects.key_topic(state, nominating_unit="" if state in KEY_STATES else "C")
    path = f"/key-topics/{topic.pk}/"
    addresses = [f"{path}?list={slug}&in=&at=1" for slug in ("key-topics", "supervising-topics")]
    assert too_many(taken(subjects, *addresses)) == {}
