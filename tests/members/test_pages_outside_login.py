"""Signing in by DingTalk, Feishu, WeCom and Weixin."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from members.models import Notice, User
from tests.factories.members import UserFactory
from tests.members.identity_servers import (
    KINDS,
    Arrange,
    come_back,
    come_from,
    go_to,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.django_db

BUTTONS = {"dingtalk": "钉钉", "feishu": "飞书", "wecom": "企业微信", "weixin": "微信"}
VOUCHING = {
    "dingtalk": ({}, {"mobile": "13800000001", "stateCode": "86"}),
    "feishu": ({}, {"user_id": "zhao"}),
    "feishu by number": ({"FEISHU_CLAIM": "employee_no"}, {"employee_no": "zhao"}),
    "feishu by phone": ({"FEISHU_CLAIM": "mobile"}, {"mobile": "+8613800000001"}),
    "wecom": ({}, {"userid": "zhao"}),
    "wecom of one's own": ({}, {"userid": None, "UserId": "zhao"}),
}
"""What tells of the one account with the username zhao and the phone 13800000001: settings, and
what the server says."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_login_page_shows_the_servers_that_are_set(
    arrange: Arrange, client: Client, kind: str
) -> None:
    arrange(kind)

    page = client.get("/accounts/login/").content.decode()
    open_here = [
        name for name in KINDS if client.get(f"/accounts/{name}/login/").status_code != 404
    ]

    assert re.findall(r"/accounts/(\w+)/login/", page) == [kind] == open_here
    assert f"{BUTTONS[kind]}</a>" in page
    assert client.get("/accounts/oidc/office/login/").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_the_browser_is_sent_where_the_settings_say(
    arrange: Arrange, client: Client, kind: str
) -> None:
    server = arrange(kind)

    there = urlsplit(go_to(server, client))
    asked = parse_qs(there.query)

    assert f"{there.scheme}://{there.netloc}{there.path}" == server.url + server.authorize
    assert asked["redirect_uri"] == [f"http://testserver/accounts/{kind}/login/callback/"]
    assert {"ding-1", "cli-1", "ww-1", "wx-1"} & {value for (value,) in asked.values()}


def test_nobody_scans_a_code_inside_of_wecom(arrange: Arrange, client: Client) -> None:
    server = arrange("wecom")

    there = go_to(server, client, headers={"User-Agent": "Mozilla/5.0 wxwork/4.1.0"})

    assert there.startswith(f"{server.url}/connect/oauth2/authorize?")
    assert there.endswith("#wechat_redirect")
    assert "agentid=1000002" in there


@pytest.mark.parametrize("case", VOUCHING)
def test_a_first_sign_in_leads_to_the_account_that_the_server_means(
    arrange: Arrange, client: Client, case: str
) -> None:
    environment, told = VOUCHING[case]
    user = UserFactory(username="zhao", phone="13800000001")
    other = UserFactory(username="qian", phone="13800000002")
    server = arrange(case.partition(" ")[0], **environment)

    came = come_from(server, client, **told)

    assert came.headers["Location"] == "/inbox/"
    assert signed_in(client) == user.pk
    assert [row.user for row in SocialAccount.objects.all()] == [user]
    assert Notice.objects.filter(recipient=user, title="您的账号已关联外部账号").exists()
    assert not other.socialaccount_set.exists()


@pytest.mark.parametrize("case", VOUCHING)
def test_whoever_has_no_account_here_is_told_to_join_it_by_password(
    arrange: Arrange, client: Client, case: str
) -> None:
    environment, told = VOUCHING[case]
    UserFactory(username="qian", phone="13800000002")
    server = arrange(case.partition(" ")[0], **environment)

    page = come_from(server, client, **told).content.decode()

    assert "请先用密码登录，再到“我的账号”关联" in page
    assert signed_in(client) is None
    assert User.objects.count() == 1


@pytest.mark.parametrize("case", VOUCHING)
def test_a_disabled_account_is_not_joined(arrange: Arrange, client: Client, case: str) -> None:
    environment, told = VOUCHING[case]
    UserFactory(username="zhao", phone="13800000001", is_active=False)
    server = arrange(case.partition(" ")[0], **environment)

    come_from(server, client, **told)

    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


def test_an_account_that_is_disabled_later_stays_shut(arrange: Arrange, client: Client) -> None:
    user = UserFactory(username="zhao")
    server = arrange("wecom")
    come_from(server, client)
    client.logout()
    User.objects.filter(pk=user.pk).update(is_active=False)

    page = come_from(server, client)

    assert page.headers["Location"] == "/accounts/login/"
    assert signed_in(client) is None


@pytest.mark.parametrize("told", [{"mobile": "13800000001"}, {"mobile": "", "nick": "zhao"}])
def test_what_does_not_tell_one_person_joins_nobody(
    arrange: Arrange, client: Client, told: dict[str, str]
) -> None:
    UserFactory(username="zhao", phone="13800000001")
    UserFactory(username="qian", phone="13800000001")
    server = arrange("dingtalk")

    come_from(server, client, **told)

    assert signed_in(client) is None


def test_a_phone_of_another_country_is_another_phone(arrange: Arrange, client: Client) -> None:
    UserFactory(phone="13800000001")
    server = arrange("dingtalk")

    come_from(server, client, mobile="13800000001", stateCode="1")

    assert signed_in(client) is None


def test_a_claim_can_be_turned_off(arrange: Arrange, client: Client) -> None:
    UserFactory(username="zhao")
    server = arrange("wecom", WECOM_CLAIM="none")

    come_from(server, client)

    assert signed_in(client) is None


def test_a_visitor_of_the_office_is_no_member(arrange: Arrange, client: Client) -> None:
    server = arrange("wecom")

    page = come_from(server, client, userid=None, openid="o-9")

    assert "没有登录成功" in page.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_state_is_refused(arrange: Arrange, client: Client, kind: str) -> None:
    UserFactory(username="zhao", phone="13800000001")
    server = arrange(kind)
    server.person |= {"mobile": "13800000001", "user_id": "zhao"}
    of_another_browser = go_to(server, Client())

    made_up = come_back(server, client, "http://x/?state=made-up")
    foreign = come_back(server, client, of_another_browser)

    assert (made_up.status_code, foreign.status_code) == (401, 401)
    assert signed_in(client) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("setting", ["SECRET", "code"])
def test_a_wrong_code_or_secret_is_refused(
    arrange: Arrange, client: Client, kind: str, setting: str
) -> None:
    UserFactory(username="zhao", phone="13800000001")
    names = [name for name in KINDS[kind]().environment if name.endswith("SECRET")]
    server = arrange(kind, **({names[0]: "wrong"} if setting == "SECRET" else {}))
    server.person |= {"mobile": "13800000001", "user_id": "zhao"}
    there = go_to(server, client)
    state = parse_qs(urlsplit(there).query)["state"][0]

    code = server.code if setting == "SECRET" else "made-up"
    came = {server.code_parameter: code, "state": state}
    page = client.get(f"/accounts/{kind}/login/callback/", came)

    assert page.status_code == 401
    assert "没有登录成功" in page.content.decode()
    assert signed_in(client) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_away_is_told_as_such_and_no_secret_is_logged(
    arrange: Arrange, client: Client, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = arrange(kind, **{f"{kind.upper()}_URL": "http://127.0.0.1:9"})

    page = come_from(server, client)

    assert "没有登录成功" in page.content.decode()
    assert "127.0.0.1:9" in caplog.text
    assert "s-1" not in caplog.text


def test_an_answer_that_lacks_the_person_is_told_as_a_failure(
    arrange: Arrange, client: Client
) -> None:
    server = arrange("dingtalk")
    server.person.clear()

    assert "没有登录成功" in come_from(server, client).content.decode()


def test_the_second_factor_is_asked_here_all_the_same(arrange: Arrange, client: Client) -> None:
    TOTP.activate(UserFactory(username="zhao"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    page = come_from(arrange("wecom"), client)

    assert page.headers["Location"] == "/accounts/2fa/authenticate/"
    assert signed_in(client) is None


def test_the_initial_password_concerns_only_those_who_use_it(
    arrange: Arrange, client: Client
) -> None:
    user = UserFactory(username="zhao", must_change_password=True)
    by_password = Client()
    sign_in(by_password, user)

    come_from(arrange("wecom"), client)

    assert client.get("/inbox/").status_code == 200
    assert by_password.get("/inbox/").headers["Location"] == "/accounts/password/change/"
