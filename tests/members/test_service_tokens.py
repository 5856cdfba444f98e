"""Service tokens: within the posts of their makers, on record, and gone when they should be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from members import clock, services
from members.authentication import Backend, account_called
from members.enums import Role
from members.models import Notice, Post, ServiceToken, User
from members.reader import Operator, Reader
from members.services.service_token import warn_of_ends
from members.visibility import visible
from proposals import ledger
from proposals.models import Event
from tests.factories.members import (
    PASSWORD,
    PostFactory,
    UnitFactory,
    UserFactory,
)
from tests.ledger import record_posts
from tests.members.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def make(maker: User, *posts: Post, **details: Any) -> tuple[ServiceToken, str]:
    wanted = {"name": "市政府办公系统", "until": None, **details}
    return services.create_service_token(
        **wanted, posts=posts or list(maker.posts.all()), by=Reader(maker, NOW)
    )


def client_with(secret: str, scheme: str = "Bearer", address: str = "10.1.2.3") -> APIClient:
    return APIClient(headers={"Authorization": f"{scheme} {secret}"}, REMOTE_ADDR=address)


def answer(secret: str, at: Any = NOW) -> tuple[int, str]:
    """The status of asking who one is, and why it was refused."""
    with clock.at(at):
        response = client_with(secret).get("/api/v1/me/")
    body = response.json()
    return response.status_code, body["errors"][0]["detail"] if "errors" in body else ""


@pytest.fixture
def clerk() -> User:
    return PostFactory(user__name="张三").user


# -- Making ------------------------------------------------------------------------------------


def test_token_is_made_over_the_api_and_shown_once(
    client_of: Callable[[User], APIClient], clerk: User
) -> None:
    post = clerk.posts.get()
    client = client_of(clerk)

    made = client.post("/api/v1/service-tokens/", {"name": "大屏", "posts": [post.pk]}).json()
    shown = client.get(f"/api/v1/service-tokens/{made['id']}/").json()

    assert made["token"].startswith(made["prefix"]) and len(made["token"]) == 69  # noqa: PT018 -- one thing
    assert shown == {name: value for name, value in made.items() if name != "token"}
    assert (shown["until"], shown["read_only"]) == ("2025-03-01", False)
    assert (shown["standing"], shown["standing_name"]) == ("valid", "有效")
    assert [row["role"] for row in shown["posts"]] == [Role.COMMITTEE_CLERK]
    stored = json.dumps(list(ServiceToken.objects.values()), default=str)
    assert made["token"] not in stored
    for scheme in ("Bearer", "Token", "token"):
        me = client_with(made["token"], scheme).get("/api/v1/me/").json()
        assert [row["id"] for row in me["posts"]] == [post.pk]
        assert me["service_token"]["name"] == "大屏"
    assert [notice.title for notice in Notice.objects.filter(recipient=clerk)] == [
        "已以您的职务建立服务令牌“大屏”"
    ]


def test_token_is_never_more_than_its_maker(clerk: User) -> None:
    own, elsewhere = clerk.posts.get(), PostFactory(user=clerk)
    others = PostFactory(committee=own.committee, role=Role.COMMITTEE_DIRECTOR)
    over = PostFactory(user=clerk, committee=own.committee, role=Role.AUDITOR, until=TODAY)

    for posts in ([others], [own, others], [over], [own, elsewhere]):
        with pytest.raises(ValidationError, match="只能"):
            make(clerk, *posts)
    with pytest.raises(ValidationError, match="至少选择"):
        services.create_service_token(name="无", posts=[], until=None, by=Reader(clerk, NOW))
    with pytest.raises(ValidationError, match="晚于今天"):
        make(clerk, own, until=TODAY)
    assert not ServiceToken.objects.exists()


def test_token_makes_no_others_and_has_no_inbox(clerk: User) -> None:
    _token, secret = make(clerk)
    client = client_with(secret)

    with clock.at(NOW):
        refused = [
            client.post("/api/v1/service-tokens/", {"name": "x", "posts": [clerk.posts.get().pk]}),
            client.get("/api/v1/notices/"),
            client.post("/api/v1/notice-channels/", {"means": "email", "address": "a@b.example"}),
            client.post("/api/v1/auth/logoutall/"),
        ]

    assert [response.status_code for response in refused] == [403, 403, 403, 401]
    assert answer(secret)[0] == 200


# -- Acting ------------------------------------------------------------------------------------


def test_acts_are_those_of_the_token_on_record(clerk: User) -> None:
    unit = UnitFactory(committee=clerk.posts.get().committee)
    PostFactory(user=clerk, role=Role.COMMITTEE_ADMINISTRATOR, committee=unit.committee)
    administrator = clerk.posts.get(role=Role.COMMITTEE_ADMINISTRATOR)
    token, secret = make(clerk, administrator)
    given = {"role": Role.UNIT_LIAISON, "committee": unit.committee.pk, "unit": unit.pk}
    colleague = UserFactory(home=unit.committee)

    with clock.at(NOW):
        response = client_with(secret).post(
            "/api/v1/posts/", {**given, "user": colleague.pk, "reason": "对接办公系统"}
        )

    assert response.status_code == 201, response.json()
    event = Event.objects.get(subject_kind="post", subject_id=response.json()["id"])
    assert (event.actor, event.channel) == (token.account, "api")
    assert str(event.actor) == "市政府办公系统（服务令牌）"
    auditor = Client()
    auditor.force_login(clerk)
    found = auditor.get("/lists/ledger/?person=张三").context["rows"]
    assert event.pk in [line["row"].pk for line in found]
    assert "责任人 张三" in auditor.get(f"/ledger/{event.pk}/").content.decode()


def test_use_is_written_at_most_every_ten_minutes(clerk: User) -> None:
    token, secret = make(clerk)
    used = []
    for minutes in (0, 9, 10):
        with clock.at(NOW + timedelta(minutes=minutes)):
            client_with(secret, address=f"10.0.0.{minutes}").get("/api/v1/me/")
        token.refresh_from_db()
        used.append((token.last_used_at, token.last_used_from))

    assert used == [(NOW, "10.0.0.0")] * 2 + [(NOW + timedelta(minutes=10), "10.0.0.10")]


def test_request_with_a_token_costs_two_queries_more_at_most(clerk: User) -> None:
    """One for the token with its account, one for the posts that it borrows."""
    UnitFactory(committee=clerk.posts.get().committee)
    _token, secret = make(clerk)
    client = client_with(secret)
    with clock.at(NOW):
        client.get("/api/v1/units/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/units/").status_code == 200

    assert len(captured) == 4  # and one each for the count and the page


def test_only_reading_is_reading(clerk: User) -> None:
    _token, secret = make(clerk, read_only=True)
    client = client_with(secret)

    with clock.at(NOW):
        read = client.get("/api/v1/proposals/")
        refused = client.post("/api/v1/proposals/draft/", {"title": "关于办学的建议"})

    assert read.status_code == 200
    assert (refused.status_code, refused.json()["errors"][0]["detail"]) == (
        403,
        "此服务令牌只能读取",
    )


# -- Ending ------------------------------------------------------------------------------------


def test_token_ends_with_its_date_its_posts_and_its_maker(clerk: User) -> None:
    post = clerk.posts.get()
    _token, secret = make(clerk, until=TODAY + 9 * DAY)

    assert answer(secret, NOW + 8 * DAY) == (200, "")
    assert answer(secret, NOW + 9 * DAY) == (401, "服务令牌不能使用：已过期")
    Post.objects.update(until=TODAY + 5 * DAY)
    assert answer(secret, NOW + 4 * DAY) == (200, "")
    assert answer(secret, NOW + 5 * DAY) == (401, "服务令牌不能使用：职务已结束")
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert answer(secret) == (401, "服务令牌不能使用：职务已结束")
    assert answer(f"tian_{'0' * 64}") == (401, "没有这个服务令牌")
    assert post.service_tokens.count() == 1


def test_token_goes_on_with_the_posts_that_are_left(clerk: User) -> None:
    committee = clerk.posts.get().committee
    unit = UnitFactory(committee=committee)
    PostFactory(user=clerk, role=Role.UNIT_HANDLER, committee=committee, unit=unit)
    token, secret = make(clerk)
    Post.objects.filter(role=Role.COMMITTEE_CLERK).update(until=TODAY)

    with clock.at(NOW):
        me = client_with(secret).get("/api/v1/me/").json()

    assert [row["role"] for row in me["posts"]] == [Role.UNIT_HANDLER]
    assert not Reader(token.account, NOW).reach.offices


def test_post_that_is_held_again_revives_no_token(clerk: User) -> None:
    post = clerk.posts.get()
    _token, secret = make(clerk)
    operator = Operator(NOW)

    services.end_post(post=post, until=TODAY, reason="调离", by=operator)
    services.give_post(
        user=clerk, role=post.role, committee=post.committee, reason="调回", by=operator
    )

    assert answer(secret) == (401, "服务令牌不能使用：已撤销")
    record_posts(NOW)
    assert list(ledger.faults()) == []


def test_administrators_see_and_revoke_every_token_of_their_committee(
    client_of: Callable[[User], APIClient], clerk: User
) -> None:
    committee = clerk.posts.get().committee
    administrator = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=committee).user
    colleague = PostFactory(role=Role.COMMITTEE_DIRECTOR, committee=committee).user
    stranger = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user
    token, secret = make(clerk)
    make(stranger)
    url = f"/api/v1/service-tokens/{token.pk}/"

    seen = {
        user.pk: [
            row["id"] for row in client_of(user).get("/api/v1/service-tokens/").json()["results"]
        ]
        for user in (administrator, colleague, clerk)
    }
    statuses = [
        client_of(user).post(f"{url}revoke/", {"reason": reason}).status_code
        for user, reason in (
            (stranger, "外人"),
            (colleague, "同事"),
            (administrator, ""),
            (administrator, "系统下线"),
            (administrator, "再次"),
        )
    ]

    assert seen == {administrator.pk: [token.pk], colleague.pk: [], clerk.pk: [token.pk]}
    assert statuses == [404, 404, 400, 200, 400]
    assert answer(secret) == (401, "服务令牌不能使用：已撤销")
    assert (
        Notice.objects.filter(recipient=clerk).first().title
        == "您的服务令牌“市政府办公系统”已被撤销"
    )
    told = [
        (event.action, event.source, event.target, event.actor, event.input["reason"])
        for event in Event.objects.filter(subject_kind="servicetoken", subject_id=token.pk)
    ]
    assert told == [
        ("create", "", "valid", clerk, ""),
        ("revoke", "valid", "revoked", administrator, "系统下线"),
    ]
    record_posts(NOW)
    assert list(ledger.faults()) == []
    ServiceToken.objects.filter(pk=token.pk).update(read_only=True)
    assert list(ledger.faults()) == [f"服务令牌 {token.pk} 的现状与其最后一条事件不符"]


def test_makers_are_told_once_before_a_token_ends(clerk: User) -> None:
    make(clerk, until=TODAY + 100 * DAY)
    make(clerk, name="短期", until=TODAY + 9 * DAY)
    Notice.objects.all().delete()

    told = [warn_of_ends(at=NOW + days * DAY) for days in (0, 69, 70, 71)]

    assert told == [0, 0, 1, 0]
    ends = date(2024, 3, 1) + 100 * DAY
    assert Notice.objects.get().title == f"服务令牌“市政府办公系统”自 {ends} 起失效，请及时更换"


# -- The account behind it ---------------------------------------------------------------------


def test_service_account_signs_in_nowhere_and_is_nobody(clerk: User) -> None:
    token, _secret = make(clerk, name=clerk.name)
    account = token.account
    account.set_password(PASSWORD)
    account.save()
    administrator = PostFactory(
        role=Role.COMMITTEE_ADMINISTRATOR, committee=clerk.posts.get().committee
    ).user
    platform = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user
    client = Client()
    client.force_login(account)

    assert Backend().authenticate(None, username=account.username, password=PASSWORD) is None
    assert account_called(clerk.name) == clerk  # whose name it bears
    assert client.get("/me/").status_code == 302
    for user in (clerk, administrator, platform):
        seen = visible(Reader(user, NOW), User.objects.all())
        assert clerk in seen
        assert account not in seen
