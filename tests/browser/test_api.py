"""What everybody reads over the API, in whatever state it is, is as it is described."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from members.enums import Role
from tests.browser.conftest import CrawledCommittee
from tests.browser.full_committee import ROLES
from tests.contract.answers import description
from tests.contract.fixtures import PythonClient

pytestmark = pytest.mark.browser

MOST = 200
"""Rows of a list that are asked for at once."""

INSTANCES = 2
"""Rows that a role reads one by one, the newest of those that nobody has read yet."""

EMPTY_HERE = {"proposals_kin", "proposals_similar"}
"""What needs an index, or a decision of the merge desk, is read with rows by tests of matching."""

WITH_CLIENT = [
    Role.MEMBER,
    Role.COMMITTEE_CLERK,
    Role.UNIT_LIAISON,
    Role.COMMITTEE_ADMINISTRATOR,
]
"""Who reads with a generated client; together they read every list."""

GIVEN = {"{year}": ["2024"], "{name}": ["city"], "{by}": ["unit", "kind"]}


class Reading:
    """Reads every operation as one role after the other."""

    def __init__(self, committee: CrawledCommittee) -> None:
        self.committee = committee
        self.statuses: dict[str, set[int]] = defaultdict(set)
        self.with_rows: set[str] = set()
        self._read: set[str] = set()

    def go(self, role: str) -> None:
        """Everything that somebody of this role comes to; the suite looks at each answer."""
        client = APIClient()
        client.force_authenticate(self.committee.person(role))
        keys: dict[str, list[int]] = defaultdict(list)
        for address, operation in get_operations():
            name = operation["operationId"]
            for path in self._paths(address, keys):
                answer = client.get(path, self._parameters(operation, keys))
                self.statuses[name].add(answer.status_code)
                if answer.streaming:
                    self.with_rows |= {name} if answer.getvalue() else set()
                if answer.status_code != 200 or answer.streaming:
                    continue
                body = answer.json()
                rows = body.get("results", body) if isinstance(body, dict) else body
                if rows:
                    self.with_rows.add(name)
                if name.endswith("_list"):
                    keys[address] = [row["id"] for row in rows]

    def _paths(self, address: str, keys: dict[str, list[int]]) -> list[str]:
        above, parameter, _below = address.partition("{id}")
        if parameter:
            paths = [address.replace("{id}", str(key)) for key in sorted(keys[above], reverse=True)]
            chosen = sorted(paths, key=self._read.__contains__)[:INSTANCES]
            self._read.update(chosen)
            return chosen
        for place, values in GIVEN.items():
            if place in address:
                return [address.replace(place, value) for value in values]
        return [address]

    def _parameters(self, operation: Any, keys: dict[str, list[int]]) -> dict[str, Any]:
        known = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
        values = {
            "page_size": MOST,
            "committee": self.committee.committee.pk,
            "members": keys.get("/api/v1/proposals/", [])[-2:],
        }
        wanted = {name for name, parameter in known.items() if parameter.get("required")}
        return {name: values[name] for name in values if name in {*wanted, "page_size"} & {*known}}


def get_operations() -> Iterator[tuple[str, Any]]:
    """Every operation that reads, lists before what is in them."""
    paths = description().document["paths"]
    for address in sorted(paths, key=lambda address: (address.count("/"), address)):
        if "get" in paths[address]:
            yield address, paths[address]["get"]


def test_everybody_gets_what_is_described(full_committee: CrawledCommittee) -> None:
    reading = Reading(full_committee)

    for role in ROLES:
        reading.go(role)

    names = {operation["operationId"] for _address, operation in get_operations()}
    assert {name for name in names if 200 not in reading.statuses[name]} == set()
    assert names - reading.with_rows == EMPTY_HERE


def test_a_generated_client_reads_every_list(
    full_committee: CrawledCommittee, python_client: PythonClient
) -> None:
    lists = [
        operation["operationId"]
        for _address, operation in get_operations()
        if operation["operationId"].endswith("_list")
    ]
    counted: dict[str, int] = defaultdict(int)

    for role in WITH_CLIENT:
        _row, token = AuthToken.objects.create(full_committee.person(role))
        with python_client.signed_in(full_committee.server.url, token) as client:
            for name in lists:
                read = python_client.operations[name].sync_detailed
                answer = read(client=client, page_size=MOST)
                if answer.status_code == 200:
                    counted[name] += len(answer.parsed.results)
    AuthToken.objects.all().delete()

    assert sorted(counted) == sorted(lists)
    assert 0 not in counted.values()
