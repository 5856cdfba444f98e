"""Follows every link that somebody is shown, and says what is wrong with what is behind it."""

from __future__ import annotations

import re
import traceback
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve

from members.models import User
from tests import MOST_QUERIES
from tests.browser.parsed_page import ParsedPage
from tests.factories.members import PASSWORD

INSTANCES = 1
"""How many addresses of a page are followed from each other page, as from each list."""

MOST_INSTANCES = 4
"""How many addresses of a page are looked at."""

MOST_TABS = 2
"""In how many of these each tab is opened."""

MOST_QUESTIONS = 8
"""How many questions a page is asked, such as lists by their filters, each of another kind."""

LED_TO = ("list", "in", "at")
"""What an address says of the list that led to it, and of its place there."""

ASKS_AGAIN = ("account_", "mfa_")
"""How the names of pages begin that may ask for the password again."""

OTHERS = ("/admin/", "/api/docs/", "/api/schema/", "/health/", "/static/")
"""Not pages of ours, or tested elsewhere."""


@dataclass
class CrawledPage:
    """An address as somebody got it."""

    address: str
    view: str
    status: int
    queries: int = 0
    markup: ParsedPage | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def page(self) -> str:
        """The page, whatever it is about."""
        return kind_of(self.address.partition("?")[0])

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
        self._instances: Counter[tuple[str, ...]] = Counter()

    def walk(self, start: str = "/") -> list[CrawledPage]:
        """Everything that ``start`` leads to, breadth first."""
        found = []
        self._remember(start, start)
        while self._waiting:
            address, in_part, referrer = self._waiting.popleft()
            seen = self.look(address, in_part)
            if seen.status >= 400:
                seen.faults = [f"{fault}, linked from {referrer}" for fault in seen.faults]
            found.append(seen)
        return found

    def look(self, address: str, in_part: bool = False) -> CrawledPage:
        """The answer to a GET; what it leads to waits for its turn."""
        headers = {"HX-Request": "true"} if in_part else {}
        queries: list[str] = []

        def count(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
            queries.append(sql)
            return execute(sql, *more)

        try:
            self._show_who_it_is(address)
            with connection.execute_wrapper(count):
                response = self.client.get(address, headers=headers)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is a fault of that page
            where = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"fails: {error!r} in {where.filename}:{where.lineno}"
            return CrawledPage(address, view_of(address), 500, faults=[fault])
        seen = CrawledPage(address, view_of(address), response.status_code, len(queries))
        if response.status_code in (301, 302, 303, 307, 308):
            self._remember(response["Location"], address)
        elif response.get("Content-Type", "").startswith("text/html"):
            seen.markup = ParsedPage(response.content.decode())
            for link in seen.markup.links:
                self._remember(link, address)
            for link in seen.markup.parts:
                self._remember(link, address)
                self._remember(link, address, in_part=True)
        elif response.streaming:
            response.getvalue()  # to its end, so that the file is closed
        seen.judge(self.language)
        return seen

    def _show_who_it_is(self, address: str) -> None:
        """Give the password to a page that asks for it again, once its ways have been seen."""
        if not view_of(address).startswith(ASKS_AGAIN):
            return
        asked = self.client.get(address).get("Location", "")
        if view_of(asked) == "account_reauthenticate":
            self._remember(asked, address)
            self.client.post(asked, {"password": PASSWORD})

    def _remember(self, link: str, referrer: str, in_part: bool = False) -> None:
        address = urljoin(referrer, link).partition("#")[0]
        place = urlsplit(address)
        is_ours = not place.netloc and place.path.startswith("/")
        if not is_ours or place.path.startswith(OTHERS) or (address, in_part) in self._known:
            return
        self._known.add((address, in_part))
        page, part = kind_of(place.path), "part" if in_part else "page"
        if place.query:
            asks = kind_of(place.query)
            most = MOST_TABS if "tab=" in about(asks) else INSTANCES
            bounds = {(page, part, asks): 1, (page, part, "?", about(asks)): most}
            if "=" not in about(asks):
                bounds[page, part, "?"] = MOST_QUESTIONS
        else:
            linked_from = kind_of(referrer.partition("?")[0])
            bounds = {(page, part, linked_from): INSTANCES, (page, part): MOST_INSTANCES}
        if all(self._instances[key] < most for key, most in bounds.items()):
            self._instances.update(bounds.keys())
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


def kind_of(address: str) -> str:
    """The address without what tells one thing from another of its kind."""
    return re.sub(r"\d+", "0", address)


def about(query: str) -> str:
    """What a question asks about. Each tab is a page of its own, as is what each list led to.

    A tab is the same page whatever list led to it.
    """
    asked = dict(parse_qsl(query, keep_blank_values=True))
    if "tab" in asked:
        names = [name for name in asked if name not in ("tab", *LED_TO)]
        return " ".join([f"tab={asked['tab']}", *names])
    return " ".join(f"{name}={asked[name]}" if name == "list" else name for name in asked)


def view_of(address: str) -> str:
    """The name of what answers there; empty where nothing does."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
