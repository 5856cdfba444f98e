"""Follows every link that somebody is shown, and says what is wrong with what is behind it."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from members.models import User
from tests.browser.markup import Markup

MOST_QUERIES = 20
INSTANCES = 3
"""How many addresses of one page are looked at, and how many questions to it."""

OTHERS = ("/admin/", "/api/docs/", "/api/schema/", "/health/", "/static/")
"""Not pages of ours, or tested elsewhere."""


@dataclass
class Seen:
    """An address as somebody got it."""

    address: str
    view: str
    status: int
    queries: int = 0
    markup: Markup | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def is_page(self) -> bool:
        """Whether a browser would show it as a page."""
        return self.status == 200 and self.markup is not None and self.markup.is_whole

    def judge(self, language: str) -> None:
        """Note what must not be on any page."""
        if self.status >= 400:
            self.faults.append(f"answers {self.status}")
        if self.queries > MOST_QUERIES:
            self.faults.append(f"takes {self.queries} queries")
        if self.markup is None:
            return
        self.faults += [f"is refused by the policy: {what}" for what in self.markup.inline]
        if self.is_page and self.markup.language != language:
            self.faults.append(f"says that it is in {self.markup.language!r}")
        if self.is_page and self.markup.headings != 1:
            self.faults.append(f"has {self.markup.headings} first headings")


class Crawl:
    """Somebody who follows links by GET, each page a few times at most."""

    def __init__(self, user: User | None, language: str = "zh-hans") -> None:
        self.language = language
        self.client = Client()
        if user is not None:
            self.client.force_login(user)
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        self._waiting: deque[tuple[str, bool, str]] = deque()
        self._known: set[tuple[str, bool]] = set()
        self._paths: dict[tuple[str, bool], set[str]] = {}
        self._questions: Counter[tuple[str, bool]] = Counter()

    def walk(self, start: str = "/") -> list[Seen]:
        """Everything that ``start`` leads to, breadth first."""
        found = []
        self._remember(start, start)
        while self._waiting:
            address, in_part, referrer = self._waiting.popleft()
            seen = self.look(address, in_part)
            if seen.faults:
                seen.faults.append(f"linked from {referrer}")
            found.append(seen)
        return found

    def look(self, address: str, in_part: bool = False) -> Seen:
        """The answer to a GET; what it leads to waits for its turn."""
        headers = {"HX-Request": "true"} if in_part else {}
        try:
            with CaptureQueriesContext(connection) as queries:
                response = self.client.get(address, headers=headers)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is a fault of that page
            where = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"fails: {error!r} in {where.filename}:{where.lineno}"
            return Seen(address, view_of(address), 500, faults=[fault])
        seen = Seen(address, view_of(address), response.status_code, len(queries))
        if response.status_code in (301, 302, 303, 307, 308):
            self._remember(response["Location"], address)
        elif response.get("Content-Type", "").startswith("text/html"):
            seen.markup = Markup(response.content.decode())
            for link in seen.markup.links:
                self._remember(link, address)
            for link in seen.markup.parts:
                self._remember(link, address)
                self._remember(link, address, in_part=True)
        elif response.streaming:
            response.getvalue()  # to its end, so that the file is closed
        seen.judge(self.language)
        return seen

    def _remember(self, link: str, referrer: str, in_part: bool = False) -> None:
        address = urljoin(referrer, link).partition("#")[0]
        place = urlsplit(address)
        is_ours = not place.netloc and place.path.startswith("/")
        if not is_ours or place.path.startswith(OTHERS) or (address, in_part) in self._known:
            return
        self._known.add((address, in_part))
        page = (view_of(address) or place.path, in_part)
        paths = self._paths.setdefault(page, set())
        if place.path not in paths:
            if len(paths) == INSTANCES:
                return
            paths.add(place.path)
        elif self._questions[page] == INSTANCES:
            return
        else:
            self._questions[page] += 1
        self._waiting.append((address, in_part, referrer))


def fail_with(found: dict[str, list[str]]) -> None:
    """Fail the test, with a line for every fault; pass when no address has one."""
    where: dict[str, list[str]] = {}
    for address, faults in found.items():
        for fault in faults:
            where.setdefault(fault, []).append(address)
    lines = [f"{places[0]} ({len(places)}×): {fault}" for fault, places in where.items()]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def view_of(address: str) -> str:
    """The name of what answers there; empty where nothing does."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
