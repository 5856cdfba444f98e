"""The way in and out, who one is, and one's own notices."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from members.enums import Role
from members.models import Notice, User
from tests.factories.members import PASSWORD, NoticeFactory, PostFactory, UserFactory
from tests.members.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/auth/login/"


def log_in(username: str, password: str = PASSWORD, **headers: str) -> APIClient:
    """The response to an attempt."""
    data = {"username": username, "password": password}
    return APIClient().post(LOGIN, data, "json", **headers)


def test_token_opens_the_api_until_logout() -> None:
    user = UserFactory()
    client = APIClient()

    token = log_in(user.username).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    assert client.get("/api/v1/me/").json()["username"] == user.username
    assert client.post("/api/v1/auth/logout/").status_code == 204
    assert client.get("/api/v1/me/").status_code == 401
    user.refresh_from_db()
    assert user.last_login is not None


def test_logoutall_ends_every_token() -> None:
    user = UserFactory()
    clients = []
    for _turn in range(2):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {log_in(user.username).json()['token']}")
        clients.append(client)

    clients[0].post("/api/v1/auth/logoutall/")

    assert [client.get("/api/v1/me/").status_code for client in clients] == [401, 401]


def test_one_answer_for_an_unknown_name_a_wrong_password_and_a_disabled_account() -> None:
    user, disabled = UserFactory(), UserFactory(is_active=False)

    answers = [
        log_in("nobody-here"),
        log_in(user.username, "wrong"),
        log_in(disabled.username),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["errors"][0]["detail"] == "用户名或密码错误，或账号已停用"


def test_disabling_cuts_off_at_the_next_request() -> None:
    user = UserFactory()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {log_in(user.username).json()['token']}")

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/api/v1/me/").status_code == 401


def test_attempts_from_one_address_are_limited() -> None:
    codes = [log_in(f"user-{n}", "wrong").status_code for n in range(11)]

    assert codes == [401] * 10 + [429]


def test_attempts_on_one_account_are_limited_from_wherever_they_come() -> None:
    codes = [
        log_in("Somebody" if n % 2 else "somebody", "wrong", REMOTE_ADDR=f"10.0.0.{n}").status_code
        for n in range(11)
    ]

    assert codes == [401] * 10 + [429]


def test_me_tells_the_posts_of_today(client_of: Callable[[User], APIClient]) -> None:
    post = PostFactory(role=Role.COMMITTEE_DIRECTOR)
    PostFactory(user=post.user, until=TODAY)
    NoticeFactory(recipient=post.user)
    NoticeFactory(recipient=post.user, read_at=NOW)

    me = client_of(post.user).get("/api/v1/me/").json()

    assert [(each["role_name"], each["committee_name"]) for each in me["posts"]] == [
        ("提案委员会主任", post.committee.short_name)
    ]
    assert me["unread_notices"] == 1


def test_notices_are_only_ones_own_and_read_once(client_of: Callable[[User], APIClient]) -> None:
    own, others = NoticeFactory(), NoticeFactory()
    client = client_of(own.recipient)

    listed = client.get("/api/v1/notices/?unread=true").json()["results"]
    answers = [client.post(f"/api/v1/notices/{row.pk}/read/").status_code for row in (own, others)]

    assert [row["id"] for row in listed] == [own.pk]
    assert answers == [200, 404]
    assert list(Notice.objects.filter(read_at=NOW)) == [own]
    assert client.get("/api/v1/notices/?unread=true").json()["count"] == 0


def test_read_all_leaves_what_others_got(client_of: Callable[[User], APIClient]) -> None:
    own, others = NoticeFactory(), NoticeFactory()

    client_of(own.recipient).post("/api/v1/notices/read-all/")

    assert list(Notice.objects.filter(read_at__isnull=True)) == [others]


def test_login_that_is_no_form_is_refused() -> None:
    assert APIClient().post(LOGIN, [1], "json").status_code == 400
