"""The reader of a request: a person at a moment, with the reach of their posts.

A ``Reader`` is made where a request, a job or a command begins, and handed down. What it reads it
reads once; somebody else, or another moment, is another reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate
from rest_framework.request import Request

from members import clock
from members.enums import OFFICE_ROLES, UNIT_ROLES, Role
from members.models import Committee, Post, User
from members.prepared import DAY, KEY, prepared
from members.rules import Rules
from members.selectors import rules_for

Result = TypeVar("Result")


@dataclass(frozen=True)
class Reach:
    """The scopes of a person's posts, as sets of keys."""

    members: frozenset[int] = frozenset()
    bodies: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    committees: frozenset[int] = frozenset()  # where they hold any post
    assemblies: frozenset[int] = frozenset()  # committees where they may propose
    offices: frozenset[int] = frozenset()  # committees whose office they belong to
    administered: frozenset[int] = frozenset()  # committees that they administer
    assigning: frozenset[int] = frozenset()
    inspecting: frozenset[int] = frozenset()
    supervising: frozenset[int] = frozenset()
    platform: bool = False  # whether they administer the whole platform

    @classmethod
    def of(cls, posts: Iterable[Post]) -> Reach:
        """Sort the posts by what they reach."""
        found: dict[str, set[int]] = defaultdict(set)
        platform = False
        for post in posts:
            platform = platform or post.role == Role.PLATFORM_ADMINISTRATOR
            for scope, key in _scopes(post):
                found[scope].add(key)
        return cls(**{scope: frozenset(keys) for scope, keys in found.items()}, platform=platform)

    @property
    def administers(self) -> bool:
        """Whether they administer the platform or a committee."""
        return self.platform or bool(self.administered)

    @property
    def contacts(self) -> frozenset[int]:
        """Committees whose people they may ring: those of the office and of assigning officers."""
        return self.offices | self.assigning

    @property
    def officials(self) -> frozenset[int]:
        """Committees in whose proposals they read everything between office and units."""
        return self.offices | self.assigning | self.inspecting


@dataclass(frozen=True)
class Reader:
    """A person at a moment, with the posts held on that day and the rules in force on it.

    A service account is a reader too: what a token may see and do is decided by the same posts.
    Nobody holds a post who is not signed in, or whose account is disabled. ``at`` is aware.
    """

    user: User
    at: datetime
    _read: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def day(self) -> date:
        """The local day of the moment."""
        return localdate(self.at)

    @cached_property
    def posts(self) -> list[Post]:
        """The posts that the person holds on the day; those that a service account borrows."""
        if not self.user.is_active:
            return []
        read = _lent if self.user.is_service_account else _held
        return read(self.user.pk, self.day)

    @cached_property
    def roles(self) -> set[str]:
        """The roles of these posts."""
        return {post.role for post in self.posts}

    @cached_property
    def reach(self) -> Reach:
        """The reach of these posts."""
        return Reach.of(self.posts)

    def rules(self, committee: Committee | int) -> Rules:
        """The rules of a committee (or of its key) in force on the day; raises NoRulebook."""
        key = committee.pk if isinstance(committee, Committee) else committee
        if key not in self._read:
            self._read[key] = rules_for(committee, self.day)
        return cast(Rules, self._read[key])


@dataclass(frozen=True)
class Operator:
    """The operator at the machine at a moment, who is nobody's account and may do everything."""

    at: datetime
    user: None = field(default=None, init=False)

    @cached_property
    def day(self) -> date:
        """The local day of the moment."""
        return localdate(self.at)


Decider = Reader | Operator
"""Whoever decides what a service writes."""


@prepared(KEY, DAY)
def _held(user: int, on: date) -> QuerySet[Post]:
    return Post.objects.filter(user=user).held_on(on).order_by()


@prepared(KEY, DAY)
def _lent(account: int, on: date) -> QuerySet[Post]:
    return Post.objects.lent_to(account, on).order_by()


OFFICERS = {
    Role.ASSIGNING_OFFICER: "assigning",
    Role.INSPECTION_OFFICER: "inspecting",
    Role.LEADING_SUPERVISOR: "supervising",
}
"""Roles that reach a committee without belonging to its office."""


def _scopes(post: Post) -> Iterator[tuple[str, int]]:
    """What a post reaches: pairs of a field of Reach and a key."""
    committee = post.committee_id
    if committee is None:
        return
    yield "committees", committee
    if post.role == Role.COMMITTEE_ADMINISTRATOR:
        yield "administered", committee
    if post.unit_id is not None and post.role in UNIT_ROLES:
        yield "units", post.unit_id
    elif post.member_id is not None:
        yield "members", post.member_id
        yield "assemblies", committee
    elif post.body_id is not None:
        yield "bodies", post.body_id
        yield "assemblies", committee
    elif post.role in OFFICE_ROLES:
        yield "offices", committee
    elif post.role in OFFICERS:
        yield OFFICERS[Role(post.role)], committee


def read_once(read: Callable[..., Result]) -> Callable[..., Result]:
    """Let a function of ``(*keys, reader)`` read once for the reader and these keys.

    The answer stays with the reader, for one request; a key is a row or anything hashable.
    """

    @wraps(read)
    def known(*arguments: Any) -> Result:
        *keys, reader = arguments
        key = (read, *keys)
        if key not in reader._read:
            reader._read[key] = read(*arguments)
        return cast(Result, reader._read[key])

    return known


def reader_of(request: HttpRequest | Request) -> Reader:
    """The person who makes the request, at the moment of the first call; one for the request."""
    user = cast(User, request.user)  # the API finds out here who it is, also for Django's request
    found = getattr(request, "_request", request).__dict__.get("_reader")
    if not isinstance(found, Reader) or found.user is not user:
        found = Reader(user, clock.now())
        set_reader(request, found)
    return found


def set_reader(request: HttpRequest | Request, reader: Reader) -> None:
    """Let a request be made by a reader who was found out otherwise than by asking for them."""
    getattr(request, "_request", request).__dict__["_reader"] = reader
