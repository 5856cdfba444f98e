"""Who reads: the posts of the day, what they reach, the rules in force; each read once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request

from members.enums import BodyKind, Role
from members.models import User
from members.presets import preset
from members.reader import Reach, Reader, read_once, reader_of
from members.selectors import NoRulebook
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    RulebookFactory,
    UnitFactory,
    UserFactory,
)
from tests.members.conftest import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_posts_reach_and_rules_are_read_once() -> None:
    post = PostFactory(role=Role.COMMITTEE_CLERK)
    reader = Reader(User.objects.get(pk=post.user_id), NOW)

    with CaptureQueriesContext(connection) as first:
        posts, rules = reader.posts, reader.rules(post.committee_id)
    with CaptureQueriesContext(connection) as again:
        assert reader.posts is posts
        assert reader.reach is reader.reach
        assert reader.roles == {Role.COMMITTEE_CLERK}
        assert reader.rules(post.committee_id) is rules
        assert reader.rules(post.committee) is rules

    assert (posts, len(first) > 0, len(again)) == ([post], True, 0)


def test_reader_of_another_day_sees_the_posts_and_rules_of_that_day() -> None:
    post = PostFactory(since=NOW.date(), until=NOW.date() + 2 * DAY)
    later = preset("county") | {"name": "后来的规则"}
    RulebookFactory(committee=post.committee, effective_from=NOW.date() + DAY, document=later)

    found = [Reader(post.user, NOW + days * DAY).posts for days in (-1, 0, 1, 2)]

    assert found == [[], [post], [post], []]
    assert Reader(post.user, NOW).rules(post.committee).name != "后来的规则"
    assert Reader(post.user, NOW + DAY).rules(post.committee).name == "后来的规则"
    with pytest.raises(NoRulebook):
        Reader(post.user, datetime(2019, 1, 1, tzinfo=UTC)).rules(post.committee)


def test_the_day_of_a_reader_is_the_local_one() -> None:
    assert Reader(UserFactory(), datetime(2024, 3, 1, 17, tzinfo=UTC)).day.isoformat() == (
        "2024-03-02"
    )


def test_strangers_and_disabled_accounts_hold_nothing() -> None:
    disabled = PostFactory(user=UserFactory(is_active=False)).user
    stranger: list = [AnonymousUser(), disabled]

    assert [(Reader(user, NOW).posts, Reader(user, NOW).reach) for user in stranger] == [
        ([], Reach())
    ] * 2


def test_reach_sorts_the_posts_by_their_scopes() -> None:
    committee = CommitteeFactory()
    here, user, key = {"committee": committee}, UserFactory(), committee.pk
    member = MemberFactory(user=user, committee=committee)
    body, unit = BodyFactory(kind=BodyKind.PARTY, **here), UnitFactory(**here)
    PostFactory(user=user, role=Role.COLLECTIVE_CONTACT, body=body, **here)
    PostFactory(user=user, role=Role.UNIT_LIAISON, unit=unit, **here)

    assert Reader(user, NOW).reach == Reach(
        members=frozenset({member.pk}),
        bodies=frozenset({body.pk}),
        units=frozenset({unit.pk}),
        committees=frozenset({key}),
        assemblies=frozenset({key}),
    )


@pytest.mark.parametrize(
    ("role", "reached"),
    [
        (Role.COMMITTEE_CLERK, {"offices", "officials", "contacts"}),
        (Role.COMMITTEE_REVIEWER, {"offices", "officials", "contacts"}),
        (Role.COMMITTEE_DIRECTOR, {"offices", "officials", "contacts"}),
        (Role.AUDITOR, {"offices", "officials", "contacts"}),
        (Role.COMMITTEE_ADMINISTRATOR, {"offices", "officials", "contacts", "administered"}),
        (Role.ASSIGNING_OFFICER, {"assigning", "officials", "contacts"}),
        (Role.INSPECTION_OFFICER, {"inspecting", "officials"}),
        (Role.LEADING_SUPERVISOR, {"supervising"}),
    ],
)
def test_reach_of_posts_in_a_committee(role: Role, reached: set[str]) -> None:
    post = PostFactory(role=role)
    scopes = {
        "administered",
        "assemblies",
        "assigning",
        "bodies",
        "committees",
        "contacts",
        "inspecting",
        "members",
        "offices",
        "officials",
        "supervising",
        "units",
    }

    reach = Reader(post.user, NOW).reach

    assert {name for name in scopes if getattr(reach, name)} == reached | {"committees"}
    assert not reach.platform


def test_platform_administrator_reaches_the_platform_and_no_committee() -> None:
    post = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None)

    assert Reader(post.user, NOW).reach == Reach(platform=True)


def test_what_is_read_once_is_read_for_each_reader_and_key() -> None:
    asked: list[int] = []

    @read_once
    def read(key: int, reader: Reader) -> int:
        asked.append(key)
        return 10 * key

    first, second = Reader(UserFactory(), NOW), Reader(UserFactory(), NOW)

    assert [read(1, first), read(2, first), read(1, first), read(1, second)] == [10, 20, 10, 10]
    assert asked == [1, 2, 1]


def test_a_request_has_one_reader_until_somebody_else_signs_in(now: datetime) -> None:
    request = RequestFactory().get("/")
    request.user, other = UserFactory(), UserFactory()

    reader = reader_of(request)
    again = reader_of(request)
    request.user = other

    assert (reader is again, reader.at, reader_of(request).user) == (True, now, other)


def test_a_request_of_the_api_has_one_reader(now: datetime) -> None:
    request = Request(RequestFactory().get("/"))
    request.user = UserFactory()

    assert reader_of(request) is reader_of(request)
    assert reader_of(request).user == request.user


def test_the_api_reads_the_posts_of_whoever_is_signed_in_once() -> None:
    """The middleware has asked who reads before the API does."""
    browser = Client()
    browser.force_login(PostFactory().user)

    with CaptureQueriesContext(connection) as captured:
        answer = browser.get("/api/v1/units/")

    assert answer.status_code == 200
    assert sum('FROM "members_post"' in query["sql"] for query in captured) == 1
