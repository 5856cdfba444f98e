"""The committee that these tests look at, once for each test process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.crawl import Crawl, CrawledPage
from tests.browser.full_committee import NOW, FullCommittee, empty_database
from tests.browser.server import Server
from tests.browser.shared_lines import SharedLines

VIEWS = SharedLines("views")


class CrawledCommittee(FullCommittee):
    """A full committee that remembers which pages each role has reached."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self._seen: dict[str, list[CrawledPage]] = {}

    def pages(self, role: str) -> list[CrawledPage]:
        """What somebody of this role comes to by following links."""
        if role not in self._seen:
            with self.server.time:
                self._seen[role] = Crawl(self.person(role)).walk()
            VIEWS.add(f"{role} {seen.view}" for seen in self._seen[role])
        return self._seen[role]

    def views(self, role: str) -> set[str]:
        """The names of these pages; another process may have been there already."""
        known = [line.partition(" ") for line in VIEWS.lines()]
        found = {view for somebody, _blank, view in known if somebody == role}
        return found or {seen.view for seen in self.pages(role)}


@pytest.fixture(scope="package")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that stay for all tests of this folder, and that other threads see."""
    with django_db_blocker.unblock():
        yield
        empty_database()


@pytest.fixture(scope="package")
def full_committee(db: None, server: Server) -> Iterator[CrawledCommittee]:
    """What the tests of this folder look at, and leave as it is."""
    server.moment = NOW
    with pytest.MonkeyPatch.context() as patch, server.time:
        # What fails is told with its address by the tests themselves.
        patch.setattr(logging.getLogger("django.request"), "disabled", True)
        yield CrawledCommittee(server)
    server.wait_until_idle()
    server.moment = None
