"""Who held which post, since when, until when and why: on record, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from members import clock, services
from members.enums import Channel, Role
from members.models import Post, User
from members.reader import Operator, Reader
from members.visibility import visible
from proposals import ledger
from proposals.models import Event
from tests.factories.members import CommitteeFactory, PostFactory, UnitFactory, UserFactory
from tests.ledger import record_posts, suspended

pytestmark = pytest.mark.django_db

NOW = clock.now()
TODAY = clock.today()
TOMORROW = TODAY + timedelta(days=1)


def why(event: Event) -> tuple[Any, ...]:
    return event.input["reason"], event.input["since"], event.input["until"]


def told(post: Post) -> list[tuple[Any, ...]]:
    """What the ledger tells of a post: change, states, who, how, why, from when, until when."""
    rows = Event.objects.filter(subject_kind="post", subject_id=post.pk).order_by("sequence")
    return [(row.action, row.source, row.target, row.actor, row.channel, *why(row)) for row in rows]


@pytest.fixture
def administrator(db: None) -> User:
    return PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user


@pytest.fixture
def platform(db: None) -> User:
    return PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user


def test_a_post_is_given_ended_and_given_again_and_every_change_stays(
    administrator: User,
) -> None:
    committee = administrator.posts.get().committee
    unit = UnitFactory(committee=committee)
    given = {
        "user": UserFactory(home=committee),
        "role": Role.UNIT_LIAISON,
        "committee": committee,
        "unit": unit,
        "by": Reader(administrator, NOW),
    }

    post = services.give_post(**given, reason="新任")
    services.end_post(post=post, until=TODAY, reason="调离", by=Reader(administrator, NOW))
    services.give_post(**given, since=TOMORROW, reason="续任", channel=Channel.API)

    post.refresh_from_db()
    assert told(post) == [
        ("appoint", "", "held", administrator, "web", "新任", None, None),
        ("end", "held", "ended", administrator, "web", "调离", None, TODAY.isoformat()),
        ("appoint", "ended", "held", administrator, "api", "续任", TOMORROW.isoformat(), None),
    ]
    event = Event.objects.filter(subject_kind="post").last()
    assert (event.input["holder"], event.input["scope"]) == (str(post.user), str(unit))
    assert (post.version, post.ledger_hash, event.committee) == (3, event.hash, committee)
    record_posts(NOW)
    assert list(ledger.faults()) == []


def test_the_operator_is_on_record_as_the_system(db: None) -> None:
    post = services.give_post(
        user=UserFactory(), role=Role.PLATFORM_ADMINISTRATOR, by=Operator(NOW), reason="初次安装"
    )

    assert told(post) == [("appoint", "", "held", None, "system", "初次安装", None, None)]
    assert Event.objects.get().committee is None
    assert list(ledger.faults()) == []


def test_what_is_refused_leaves_no_trace(administrator: User) -> None:
    elsewhere = PostFactory()

    with pytest.raises(Exception, match="本委员会"):
        services.end_post(post=elsewhere, until=TODAY, reason="调离", by=Reader(administrator, NOW))

    assert not Event.objects.exists()


def test_posts_of_before_get_their_first_event(administrator: User) -> None:
    PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    PostFactory(role=Role.UNIT_HANDLER, unit=(unit := UnitFactory()), committee=unit.committee)
    PostFactory(since=date(2024, 1, 1), until=date(2025, 1, 1))
    assert len(list(ledger.faults())) == Post.objects.count() == 4

    import_module("proposals.migrations.0016_record_posts").record(apps, None)

    assert list(ledger.faults()) == []
    assert {event.action for event in Event.objects.all()} == {"appoint"}


# -- Behind the services -----------------------------------------------------------------------


def rows() -> Any:
    return Post.objects.filter(role=Role.AUDITOR)


FORGERIES: dict[str, Callable[[], object]] = {
    "until": lambda: rows().update(until=TOMORROW),
    "since": lambda: rows().update(since=TODAY),
    "role": lambda: rows().update(role=Role.COMMITTEE_DIRECTOR),
    "committee": lambda: rows().update(committee=CommitteeFactory()),
    "user": lambda: rows().update(user=UserFactory()),
    "version": lambda: rows().update(version=2),
    "ledger_hash": lambda: rows().update(ledger_hash="0" * 64),
    "deleted events": lambda: Event.objects.all().delete(),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_check_notices_a_post_that_was_changed_behind_the_services(db: None, what: str) -> None:
    post = PostFactory(role=Role.AUDITOR)
    record_posts(NOW)
    assert list(ledger.faults()) == []

    with suspended(connection):
        FORGERIES[what]()

    assert list(ledger.faults()) == [f"职务 {post.pk} 的现状与其最后一条事件不符"]


def test_check_notices_a_post_that_was_entered_or_deleted_behind_the_services(db: None) -> None:
    gone = PostFactory()
    record_posts(NOW)
    key = gone.pk
    Post.objects.filter(pk=key).delete()
    entered = PostFactory()

    assert list(ledger.faults()) == [
        f"职务 {entered.pk} 的现状与其最后一条事件不符",
        f"职务 {key} 已不存在，但有事件",
    ]


# -- Where posts are changed -------------------------------------------------------------------


def test_the_api_asks_for_a_reason_and_records_its_channel(administrator: User) -> None:
    committee = administrator.posts.get().committee
    post = PostFactory(committee=committee, user=UserFactory(home=committee))
    client = APIClient()
    client.force_authenticate(administrator)

    bare = {"user": post.user_id, "role": Role.AUDITOR, "committee": committee.pk}

    refused = [
        client.post("/api/v1/posts/", bare),
        client.post("/api/v1/posts/", bare | {"reason": " "}),
        client.post(f"/api/v1/posts/{post.pk}/end/", {}),
    ]
    given = client.post("/api/v1/posts/", bare | {"reason": "新任"})
    ended = client.post(f"/api/v1/posts/{post.pk}/end/", {"reason": "调离"})

    for answer in refused:
        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "reason")
    assert (given.status_code, ended.status_code) == (201, 200)
    assert told(Post.objects.get(pk=given.json()["id"])) == [
        ("appoint", "", "held", administrator, "api", "新任", None, None)
    ]
    assert told(post) == [
        ("end", "", "ended", administrator, "api", "调离", None, TODAY.isoformat())
    ]


def test_what_two_administrators_change_at_once_is_recorded_one_after_the_other(
    platform: User,
) -> None:
    post = PostFactory()
    record_posts(NOW)
    both = [Post.objects.get(pk=post.pk), Post.objects.get(pk=post.pk)]

    for row, days in zip(both, (2, 3), strict=True):
        until = TODAY + timedelta(days=days)
        services.end_post(post=row, until=until, reason="届满", by=Reader(platform, NOW))

    assert [action for action, *_rest in told(post)] == ["appoint", "end", "end"]
    assert Post.objects.get(pk=post.pk).until == TODAY + timedelta(days=3)
    assert list(ledger.faults()) == []


def test_closing_a_sample_ends_its_posts_one_by_one(platform: User) -> None:
    sample = CommitteeFactory(is_sample=True)
    held, coming = PostFactory(committee=sample), PostFactory(committee=sample, since=TOMORROW)
    over = PostFactory(committee=sample, until=TODAY)
    record_posts(NOW)

    services.close_sample(committee=sample, by=Reader(platform, NOW))

    assert [told(post)[-1][0] for post in (held, coming, over)] == ["end", "end", "appoint"]
    assert not Post.objects.filter(committee=sample).held_on(TOMORROW).exists()
    assert list(ledger.faults()) == []


# -- Who reads it ------------------------------------------------------------------------------

READERS = {
    Role.COMMITTEE_ADMINISTRATOR: True,
    Role.COMMITTEE_CLERK: True,
    Role.AUDITOR: True,
    Role.ASSIGNING_OFFICER: False,
    Role.INSPECTION_OFFICER: False,
    Role.LEADING_SUPERVISOR: False,
}


@pytest.mark.parametrize("role", READERS)
def test_the_committees_office_reads_who_was_given_a_post(role: Role) -> None:
    reader = PostFactory(role=role)
    record_posts(NOW)
    PostFactory()  # elsewhere
    PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    record_posts(NOW)

    seen = visible(Reader(reader.user, NOW), Event.objects.all())

    assert [event.subject_id for event in seen] == [reader.pk] * READERS[role]


def test_the_platforms_administrator_reads_posts_whole_and_nothing_else(
    platform: User, life
) -> None:
    life.filed()
    record_posts(life.now)
    with clock.at(life.now):
        seen = visible(Reader(platform, clock.now()), Event.objects.all())
        assert {event.subject_kind for event in seen} == {"post"}
        assert seen.count() == Post.objects.count()
        client, api = Client(), APIClient()
        client.force_login(platform)
        api.force_authenticate(platform)
        listed = client.get("/lists/ledger/").context["listing"].page.object_list
        event = listed[0]
        page = client.get(f"/ledger/{event.pk}/").content.decode()
        [row] = api.get("/api/v1/events/", {"subject_id": event.subject_id}).json()["results"]

    assert f"职务：{event.input['holder']}" in event.what
    assert all(words in page for words in ("任命", event.input["holder"], "事由", "测试", "不定期"))
    assert row["input"]["reason"] == "测试"
