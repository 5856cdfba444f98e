"""The description of the API: what operations have in common, and how answers are held to it."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import JsonResponse
from django.test import Client
from django.utils.translation import override
from rest_framework.test import APIClient

from members.api.serializers import MeSerializer
from proposals.api.actions import own_steps
from proposals.machine.subjects import ALL_SUBJECTS
from tests.contract.answers import ROOT, description
from tests.factories.members import UserFactory
from tests.proposals.conftest import PREFIXES

WRITTEN = {"application/json", "multipart/form-data"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Address, method and operation."""
    for address, methods in description().document["paths"].items():
        for method, operation in methods.items():
            yield address, method, operation


def webhooks() -> dict[str, Any]:
    """Type of event to method and call."""
    found: dict[str, Any] = description().document["webhooks"]
    return found


def test_it_is_generated_without_a_warning_and_names_every_operation_once() -> None:
    calls = [call for methods in webhooks().values() for call in methods.values()]
    answered = [operation for _address, _method, operation in operations()]
    names = Counter(operation["operationId"] for operation in (*answered, *calls))

    assert description().warnings == []
    assert description().document["openapi"] == "3.1.0"
    assert description().document["servers"] == [{"url": "/"}]
    assert [name for name, count in names.items() if count > 1] == []


def test_an_operation_is_named_after_its_address() -> None:
    for address, _method, operation in operations():
        words = re.findall("[a-z-]+(?=/)", address.removeprefix(ROOT))
        action = operation["operationId"].removeprefix("_".join(words).replace("-", "_"))

        assert action in {"", "_list", "_retrieve", "_create", "_partial_update", "_destroy"}


@override(settings.LANGUAGE_CODE)
def test_every_step_is_described_from_its_declaration() -> None:
    for model in ALL_SUBJECTS:
        read = description().document["paths"][f"{ROOT}{PREFIXES[model]}/{{id}}/"]["get"]
        assert "ETag" in read["responses"]["200"]["headers"]
        for step in own_steps(model):
            place = "" if step.creates else "{id}/"
            address = f"{ROOT}{PREFIXES[model]}/{place}{step.slug}/"
            operation = description().document["paths"][address]["post"]
            taken = operation["responses"]["201" if step.creates else "200"]

            assert operation["summary"] == str(step.label)
            assert operation["description"].startswith(step.about)
            assert all(str(role.label) in operation["description"] for role in step.who.roles())
            assert {"If-Match", "Idempotency-Key"} <= {p["name"] for p in operation["parameters"]}
            assert "ETag" in taken["headers"]
            assert {"400", "401", "403", "404", "409", "422"} <= set(operation["responses"])


def test_keys_are_integers_bodies_are_json_and_orders_are_listed() -> None:
    for address, _method, operation in operations():
        parameters = {p["name"]: p["schema"] for p in operation.get("parameters", ())}
        content = operation.get("requestBody", {}).get("content", {})

        assert parameters.get("id", {"type": "integer"}) == {"type": "integer"}, address
        assert "number" not in {schema.get("type") for schema in parameters.values()}, address
        assert parameters.get("ordering", {"items": {"enum": ["id"]}})["items"]["enum"], address
        assert set(content) <= WRITTEN, address
    with_files = {
        operation["operationId"]: sorted(operation["requestBody"]["content"])
        for _address, _method, operation in operations()
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    }
    assert with_files == {
        "calendar_changes_enter": ["application/json", "multipart/form-data"],
        "feedback_rate_on_paper": ["multipart/form-data"],
        "key_topics_record_activity": ["application/json", "multipart/form-data"],
        "key_topics_submit_report": ["application/json", "multipart/form-data"],
        "proposals_attach": ["multipart/form-data"],
        "replies_attach": ["multipart/form-data"],
    }


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (JsonResponse({"count": 0, "results": []}), '"next" is a required property'),
        (JsonResponse({}, status=418), "the status 418 is not described"),
        (JsonResponse([], safe=False, content_type="text/html"), "a body of text/html"),
    ],
)
def test_an_answer_that_is_not_as_described_is_found(answer: JsonResponse, fault: str) -> None:
    assert fault in description().fault("GET", f"{ROOT}proposals/", answer)


@pytest.mark.django_db
def test_every_answer_that_a_test_gets_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert description().address(f"{ROOT}me/") == f"{ROOT}me/"  # generated by now
    monkeypatch.setattr(MeSerializer, "get_unread_notices", lambda *_: "many")
    client = APIClient()
    client.force_authenticate(UserFactory())

    with pytest.raises(AssertionError, match='unread_notices: "many" is not of type "integer"'):
        client.get(f"{ROOT}me/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["nonsense/", "proposals/nonsense/", "proposals/1/nonsense"])
def test_an_address_that_there_is_not_is_refused_as_the_api_refuses(path: str) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(f"{ROOT}{path}")
        body = answer.json()

        assert answer.status_code == 404
        assert [(error["code"], error["attr"]) for error in body["errors"]] == [("not_found", None)]
