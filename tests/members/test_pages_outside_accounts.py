"""Joining accounts at other servers to one's own, and leaving them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from members.models import Notice
from tests.factories.members import PASSWORD, UserFactory
from tests.members.identity_servers import (
    Arrange,
    IdentityServer,
    come_from,
    go_to,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.django_db


def join_link(client: Client, server: IdentityServer) -> str:
    """The link on the page of one's account."""
    page = client.get("/me/").content.decode()
    found = re.search(rf'href="(/accounts/{server.kind}/login/[^"]*)"', page)
    assert found, "There is no link to join."
    return unescape(found[1])


def prove(client: Client) -> Any:
    """Type the password once more, as before every change of how one gets in."""
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def join(server: IdentityServer, client: Client) -> Any:
    """Join an account there to one's own."""
    asked = come_from(server, client, join_link(client, server))
    assert asked.headers["Location"] == "/accounts/reauthenticate/"
    return prove(client)


def test_weixin_is_joined_from_the_page_of_the_account(arrange: Arrange, client: Client) -> None:
    user = UserFactory(username="zhao")
    server = arrange("weixin")
    sign_in(client, user)

    came = join(server, client)
    page = client.get("/me/").content.decode()
    other = Client()
    come_from(server, other)

    assert came.headers["Location"] == "/me/"
    assert "外部账号已关联" in page
    assert "山中人" in page
    assert signed_in(other) == user.pk
    assert Notice.objects.filter(recipient=user, title="您的账号已关联外部账号").exists()


def test_nothing_is_joined_before_the_password_is_typed_once_more(
    arrange: Arrange, client: Client
) -> None:
    server = arrange("weixin")
    sign_in(client, UserFactory())

    come_from(server, client, join_link(client, server))
    client.post("/accounts/reauthenticate/", {"password": "another"})

    assert not SocialAccount.objects.exists()


def test_another_site_cannot_have_an_account_joined(arrange: Arrange, client: Client) -> None:
    server = arrange("weixin")
    sign_in(client, UserFactory())
    other = Client()
    sign_in(other, UserFactory())
    of_another = urlsplit(join_link(other, server)).query

    for link in (
        "process=connect",
        "process=connect&token=made-up",
        "process=redirect",
        of_another,
    ):
        assert go_to(server, client, f"/accounts/weixin/login/?{link}") == "/me/"


def test_an_account_there_belongs_to_one_account_here(arrange: Arrange, client: Client) -> None:
    server = arrange("weixin")
    first = UserFactory()
    sign_in(client, first)
    join(server, client)
    other = Client()
    sign_in(other, UserFactory())

    join(server, other)

    assert "已经关联了另一个账号" in other.get("/me/").content.decode()
    assert [row.user for row in SocialAccount.objects.all()] == [first]


def test_an_account_there_can_be_left(arrange: Arrange, client: Client) -> None:
    server = arrange("weixin")
    user = UserFactory()
    sign_in(client, user)
    join(server, client)
    leave = f"/accounts/outside/{user.socialaccount_set.get().pk}/leave/"

    assert leave in client.get("/me/").content.decode()
    assert "不能再用 微信 登录" in client.get(leave).content.decode()
    client.post(leave)

    assert not SocialAccount.objects.exists()
    assert join_link(client, server)
    assert Notice.objects.filter(recipient=user, title="您的账号已解除关联外部账号").exists()


def test_an_account_of_somebody_else_cannot_be_left(client: Client) -> None:
    row = SocialAccount.objects.create(user=UserFactory(), provider="weixin", uid="o-1")
    sign_in(client, UserFactory())
    prove(client)

    assert client.post(f"/accounts/outside/{row.pk}/leave/").status_code == 404
    assert SocialAccount.objects.exists()


def test_leaving_asks_again_who_it_is(client: Client) -> None:
    user = UserFactory()
    row = SocialAccount.objects.create(user=user, provider="weixin", uid="o-1")
    sign_in(client, user)

    page = client.post(f"/accounts/outside/{row.pk}/leave/")

    assert page.headers["Location"].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.exists()


def test_an_account_at_a_server_that_is_no_longer_set_can_still_be_left(client: Client) -> None:
    user = UserFactory()
    row = SocialAccount.objects.create(user=user, provider="office", uid="1")
    sign_in(client, user)
    prove(client)

    page = client.get("/me/").content.decode()
    client.post(f"/accounts/outside/{row.pk}/leave/")

    assert "统一身份认证" in page
    assert not SocialAccount.objects.exists()
