"""Rulebooks through the API: refusals name the place, what is in force stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from members.enums import Role
from members.models import Rulebook, User
from members.presets import NAMES, preset
from members.rules import Rules
from tests.factories.members import PostFactory, RulebookFactory
from tests.members.conftest import TODAY

pytestmark = pytest.mark.django_db

URL = "/api/v1/rulebooks/"
LATER = str(TODAY + timedelta(days=30))


@pytest.fixture
def administrator() -> User:
    return PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user


def test_wrong_places_are_named_within_the_document(
    client_of: Callable[[User], APIClient], administrator: User
) -> None:
    document: dict[str, Any] = preset("county")
    document["deadlines"][3]["amount"] = -1
    document["colour"] = "red"
    committee = administrator.posts.get().committee

    response = client_of(administrator).post(
        URL, {"committee": committee.pk, "effective_from": LATER, "document": document}, "json"
    )

    assert response.status_code == 400
    errors = response.json()["errors"]
    assert {each["attr"]: each["detail"] for each in errors} == {
        "document.deadlines.3.amount": "不得小于 0",
        "document.colour": "没有这一项，请检查名称",
    }


def test_a_preset_can_be_adopted_changed_and_dropped(
    client_of: Callable[[User], APIClient], administrator: User
) -> None:
    client, committee = client_of(administrator), administrator.posts.get().committee
    document = client.get(f"{URL}presets/city/").json()

    created = client.post(
        URL, {"committee": committee.pk, "effective_from": LATER, "document": document}, "json"
    ).json()
    url = f"{URL}{created['id']}/"
    changed = client.patch(url, {"document": document | {"name": "草案"}}, "json").json()

    assert (created["is_future"], changed["document"]["name"]) == (True, "草案")
    assert Rulebook.objects.get(pk=created["id"]).author == administrator
    assert client.delete(url).status_code == 204
    assert client.get(f"{URL}current/?committee={committee.pk}").json()["is_future"] is False


def test_past_day_and_taken_day_are_refused_at_their_field(
    client_of: Callable[[User], APIClient], administrator: User
) -> None:
    committee = administrator.posts.get().committee
    RulebookFactory(committee=committee, effective_from=LATER)
    client = client_of(administrator)

    answers = [
        client.post(
            URL,
            {"committee": committee.pk, "effective_from": day, "document": preset("city")},
            "json",
        )
        for day in ("2023-01-01", LATER)
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert [answer.json()["errors"][0]["attr"] for answer in answers] == ["effective_from"] * 2


def test_rules_in_force_are_refused_a_change_with_the_reason(
    client_of: Callable[[User], APIClient], administrator: User
) -> None:
    rulebook = administrator.posts.get().committee.rulebooks.get()

    response = client_of(administrator).patch(f"{URL}{rulebook.pk}/", {"note": "x"}, "json")

    detail = response.json()["errors"][0]["detail"]
    assert detail == "这份规则自 2020-01-01 起生效，不能再修改；请另订一份新规则"


def test_every_preset_can_be_read_and_no_other_file(
    client_of: Callable[[User], APIClient], administrator: User
) -> None:
    client = client_of(administrator)

    for name in NAMES:
        assert Rules.read(client.get(f"{URL}presets/{name}/").json()).name
    assert client.get(f"{URL}presets/village/").status_code == 404
    assert client.get(f"{URL}presets/..%2fcity/").status_code == 404


def test_schema_describes_the_document(
    client_of: Callable[[User], APIClient], administrator: User
) -> None:
    schema = client_of(administrator).get(f"{URL}schema/").json()

    assert schema["properties"]["deadlines"]["title"] == "期限"
    assert set(preset("city")) <= set(schema["properties"])
