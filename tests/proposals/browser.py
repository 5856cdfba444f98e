"""The pages as somebody gets them who is signed in."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members import clock
from tests.proposals.conftest import Life


class Browser:
    """The browser of somebody who is signed in."""

    def __init__(self, life: Life, name: str) -> None:
        self.life = life
        self.client = Client()
        self.client.force_login(life.users[name])

    def get(self, path: str, **headers: str) -> Any:
        with clock.at(self.life.now):
            return self.client.get(path, headers=headers or None)

    def post(self, path: str, **data: Any) -> Any:
        with clock.at(self.life.now):
            return self.client.post(path, data)


def queries(browser: Browser, path: str) -> int:
    """How many queries a page takes, the rulebook read already."""
    assert browser.get(path).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        browser.get(path)
    return len(asked)
