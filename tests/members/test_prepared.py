"""A query put together once gives the rows that it gives put together anew."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import CharField, QuerySet
from django.test.utils import CaptureQueriesContext

from members.enums import Role
from members.models import Member, Post
from members.prepared import DAY, KEY, prepared
from tests.factories.members import MemberFactory, PostFactory

pytestmark = pytest.mark.django_db

DAY_IN_QUESTION = date(2023, 3, 1)


@prepared(KEY, DAY)
def held(user: int, on: date) -> QuerySet[Post]:
    """Posts of a user."""
    return Post.objects.filter(user=user).held_on(on).order_by("id")


@prepared(KEY)
def with_committee(member: int) -> QuerySet[Member]:
    """A member and, in the same query, the committee."""
    return Member.objects.filter(pk=member).select_related("committee", "sector")


@prepared(CharField(), KEY)
def created(role: str, user: int) -> QuerySet[Post, tuple[object, ...]]:
    """Columns that a database keeps in its own way."""
    return Post.objects.filter(role=role, user=user).values_list("since", "user__is_active")


@prepared(KEY)
def one_key(user: int) -> QuerySet[Post, int]:
    """A single column."""
    return Post.objects.filter(user=user).order_by("-id").values_list("pk", flat=True)[:1]


@prepared(KEY, DAY)
def held_by_any(users: list[int], on: date) -> QuerySet[Post, int]:
    """Of several people."""
    return (
        Post.objects.filter(user__pk__in=users).held_on(on).order_by().values_list("pk", flat=True)
    )


def test_rows_are_found_by_the_values_of_each_run() -> None:
    first = PostFactory(role=Role.COMMITTEE_CLERK, since=DAY_IN_QUESTION)
    later = PostFactory(role=Role.COMMITTEE_REVIEWER, user=first.user, committee=first.committee)
    other = PostFactory(role=Role.COMMITTEE_CLERK)

    assert held(first.user_id, DAY_IN_QUESTION) == [first, later]
    assert held(first.user_id, DAY_IN_QUESTION - timedelta(days=1)) == [later]
    assert held(other.user_id, DAY_IN_QUESTION) == [other]
    assert held(0, DAY_IN_QUESTION) == []


def test_rows_are_as_the_database_layer_reads_them() -> None:
    post = PostFactory(role=Role.COMMITTEE_CLERK, since=DAY_IN_QUESTION)
    (found,) = held(post.user_id, DAY_IN_QUESTION)

    assert vars(found)["since"] == DAY_IN_QUESTION
    assert found._state.adding is False
    assert found._state.db == "default"
    assert created(Role.COMMITTEE_CLERK, post.user_id) == [(DAY_IN_QUESTION, True)]
    assert one_key(post.user_id) == [post.pk]


def test_what_is_joined_comes_with_the_row() -> None:
    member = MemberFactory(sector=None)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        (found,) = with_committee(member.pk)
        assert found.committee == member.committee
        assert found.sector is None

    assert len(queries) == 1


def test_a_list_may_have_any_length_but_none() -> None:
    posts = [PostFactory(role=Role.COMMITTEE_CLERK) for _number in range(3)]
    users = [post.user_id for post in posts]

    for length in (1, 3, 2, 1):
        found = held_by_any(users[-length:], DAY_IN_QUESTION)
        assert set(found) == {post.pk for post in posts[-length:]}
