"""The way in: names, passwords, second factors, first things first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from members import services
from members.enums import SECOND_FACTOR_ROLES, Role
from members.models import Notice, User
from members.reader import Operator, Reader
from tests.factories.members import PASSWORD, PostFactory, UserFactory
from tests.members.conftest import NOW

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
TOKEN = "/api/v1/auth/login/"
NEW = "another long and quiet river"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(name: str, password: str = PASSWORD, client: Client | None = None) -> Client:
    """A browser after an attempt."""
    browser = client or Client()
    browser.answer = browser.post(LOGIN, {"login": name, "password": password})
    return browser


def is_in(client: Client) -> bool:
    """Whether somebody is signed in there."""
    return client.get("/me/").status_code == 200


def get_token(name: str, password: str = PASSWORD, **more: str) -> Any:
    """The API's answer to an attempt."""
    return APIClient().post(TOKEN, {"username": name, "password": password, **more}, "json")


def with_app(user: User) -> User:
    """The user, who now has an authenticator app."""
    totp.TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def code_now(secret: str = SECRET) -> str:
    """What the app shows."""
    cache.clear()  # a code is good once; tests are quicker than its half minute
    counter = next(iter(totp.yield_hotp_counters_from_time())) + 1  # 1 is the tolerance
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def change_password(client: Client, old: str = PASSWORD, new: str = NEW) -> Any:
    """The answer to a change of one's password."""
    form = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/accounts/password/change/", form)


# -- Names ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zhao", "13800001234", "138 0000-1234", "+8613800001234", "赵敏"])
def test_people_sign_in_by_username_phone_or_name(name: str) -> None:
    UserFactory(username="zhao", phone="13800001234", name="赵敏")

    assert is_in(sign_in(name))
    assert get_token(name).status_code == 200


def test_a_name_or_phone_of_several_people_is_nobodys() -> None:
    UserFactory(username="zhao", name="赵敏", phone="1")
    UserFactory(username="minmin", name="赵敏", phone="1")

    assert not is_in(sign_in("赵敏"))
    assert not is_in(sign_in("1"))
    assert is_in(sign_in("minmin"))


def test_disabled_namesakes_do_not_count_and_do_not_come_in() -> None:
    UserFactory(name="赵敏", is_active=False, username="gone")
    UserFactory(name="赵敏")

    assert is_in(sign_in("赵敏"))
    assert not is_in(sign_in("gone"))


def test_a_username_goes_before_the_name_of_others() -> None:
    named = UserFactory(username="first", name="zhao", password="x")
    UserFactory(username="zhao", name="赵敏")

    assert is_in(sign_in("zhao"))
    assert not is_in(sign_in("zhao", "x"))
    assert named.is_active


def test_one_answer_whatever_is_wrong() -> None:
    user, disabled = UserFactory(), UserFactory(is_active=False)

    pages = [
        re.sub(r'value="[^"]*"|nonce="[^"]*"', "", sign_in(*attempt).answer.content.decode())
        for attempt in (("nobody",), (user.username, "wrong"), (disabled.username,))
    ]

    assert "用户名或密码错误，或账号已停用" in pages[0]
    assert len({re.sub(r"X-CSRFToken[^}]*", "", page) for page in pages}) == 1


def test_attempts_on_an_account_count_together_whatever_it_is_called() -> None:
    UserFactory(username="zhao", phone="13800001234", name="赵敏")
    for name in ("zhao", "13800001234", "赵敏", "zhao", "赵敏"):
        sign_in(name, "wrong")

    refused = sign_in("zhao").answer.content.decode()

    assert "失败次数过多" in refused


def test_nobody_signs_up_and_mail_opens_no_door_where_there_is_none(client: Client) -> None:
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/password/reset/"):
        assert client.get(path).status_code == 404
    assert "/accounts/password/reset/" not in client.get(LOGIN).content.decode()


def test_forgotten_password_is_replaced_by_mail(client: Client, settings: Any) -> None:
    settings.SENDS_EMAIL = True
    user = UserFactory(email="zhao@example.com", must_change_password=True)

    client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    client.post("/accounts/password/reset/", {"email": "zhao@example.com"})
    [letter] = mail.outbox
    link = re.search(r"http://testserver(/\S+)", letter.body).group(1)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": NEW, "password2": NEW})

    assert is_in(sign_in(user.username, NEW))


# -- Passwords -----------------------------------------------------------------------------


def test_password_of_an_administrator_is_changed_first() -> None:
    administrator = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR)
    account = services.create_account(
        username="zhao",
        name="赵敏",
        password=PASSWORD,
        home=administrator.committee,
        by=Reader(administrator.user, NOW),
    )
    browser = sign_in("zhao")

    for place in ("/", "/inbox/"):
        assert browser.get(place).headers["Location"] == "/accounts/password/change/"
    assert browser.post("/inbox/read/").headers["Location"] == "/accounts/password/change/"
    assert browser.get("/counts/", headers={"Accept": "application/json"}).status_code == 403
    assert browser.get("/api/v1/me/").status_code == 403
    for place, header, status in (("/api/v1/me/", "Basic eDp4", 403), ("/inbox/", "Token x", 302)):
        assert browser.get(place, headers={"Authorization": header}).status_code == status
    assert "修改初始密码" in browser.get("/api/v1/me/").json()["errors"][0]["detail"]
    assert get_token("zhao").status_code == 403
    assert "网页" in get_token("zhao").json()["errors"][0]["detail"]
    assert "不能与当前密码相同" in change_password(browser, new=PASSWORD).content.decode()

    assert change_password(browser).headers["Location"] == "/"

    account.refresh_from_db()
    assert account.must_change_password is False
    assert change_password(browser, NEW, f"{NEW}, again").headers["Location"] == "/me/"
    change_password(browser, f"{NEW}, again", NEW)
    assert browser.get("/inbox/").status_code == 200
    assert get_token("zhao", NEW).status_code == 200


def test_own_password_and_the_operators_need_no_second_change() -> None:
    administrator = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user
    other = UserFactory()
    change: dict[str, Any] = {"password": NEW}

    own = services.change_account(account=administrator, by=Reader(administrator, NOW), **change)
    by_operator = services.change_account(account=other, by=Operator(NOW), **change)
    by_other = services.change_account(account=other, by=Reader(administrator, NOW), **change)

    flags = [account.must_change_password for account in (own, by_operator, by_other)]
    assert flags == [False, False, True]


def test_own_password_change_ends_every_other_session_and_token() -> None:
    user = UserFactory()
    here, there = sign_in(user.username), sign_in(user.username)
    AuthToken.objects.create(user)

    change_password(here)

    assert [is_in(here), is_in(there)] == [True, False]
    assert not user.auth_token_set.exists()
    assert Notice.objects.get(recipient=user).title == "您的密码已修改"


def test_signing_out_everywhere_leaves_this_session() -> None:
    user = UserFactory()
    here, there = sign_in(user.username), sign_in(user.username)
    AuthToken.objects.create(user)

    here.post("/me/sign-out-everywhere/")

    assert [is_in(here), is_in(there)] == [True, False]
    assert not user.auth_token_set.exists()


def test_signing_out_is_a_post() -> None:
    browser = sign_in(UserFactory().username)

    assert browser.get("/accounts/logout/").status_code == 200
    assert is_in(browser)
    browser.post("/accounts/logout/")
    assert not is_in(browser)


# -- The back office -----------------------------------------------------------------------


def test_the_back_office_has_no_door_of_its_own(client: Client) -> None:
    user = with_app(UserFactory(is_superuser=True))

    asked = client.get("/admin/", follow=True)
    posted = client.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    sign_in(user.username, client=client)

    assert asked.redirect_chain[-1][0].startswith(LOGIN)
    assert posted.headers["Location"].startswith(LOGIN)
    assert client.get("/admin/").status_code == 302  # the second factor is still to come


# -- The second factor ---------------------------------------------------------------------


def test_the_app_is_asked_after_the_password_and_a_recovery_code_is_good_once() -> None:
    user = with_app(UserFactory())
    code = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))
    recovery = code.get_unused_codes()[0]

    browsers = [sign_in(user.username) for _turn in range(4)]
    for browser, given in zip(browsers, ("000000", code_now(), recovery, recovery), strict=True):
        assert browser.answer.headers["Location"] == "/accounts/2fa/authenticate/"
        browser.post("/accounts/2fa/authenticate/", {"code": given})

    assert [is_in(browser) for browser in browsers] == [False, True, True, False]


def test_between_password_and_code_nothing_is_open_and_one_can_turn_back() -> None:
    browser = sign_in(with_app(UserFactory()).username)

    assert browser.get("/inbox/").headers["Location"].startswith(LOGIN)
    browser.post("/accounts/logout/", {"next": LOGIN})
    assert browser.get(LOGIN).status_code == 200


def test_a_token_needs_the_code_too() -> None:
    user = with_app(UserFactory())
    recovery = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))

    without, wrong = get_token(user.username), get_token(user.username, code="000000")
    wrong_password = get_token(user.username, "wrong", code=code_now())
    right = get_token(user.username, code=code_now())
    by_recovery = get_token(user.username, code=recovery.get_unused_codes()[0])

    answers = (without, wrong, wrong_password, right, by_recovery)
    assert [answer.status_code for answer in answers] == [400, 400, 401, 200, 200]
    fault = without.json()["errors"][0]
    assert (fault["attr"], fault["code"]) == ("code", "required")
    assert "双因素验证" in fault["detail"]
    assert user.auth_token_set.count() == 2


def test_codes_are_not_guessed_at() -> None:
    user = with_app(UserFactory())
    good = code_now()

    codes = [get_token(user.username, code=f"{n:06}").status_code for n in range(6)]

    assert codes == [400] * 6
    assert get_token(user.username, code=good).status_code == 400


def test_switching_the_app_on_and_off(django_capture_on_commit_callbacks: Any) -> None:
    user = UserFactory()
    browser = sign_in(user.username)

    asked = browser.get("/accounts/2fa/totp/activate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="secret">(\w+)<', page).group(1)
    with django_capture_on_commit_callbacks(execute=True):
        switched_on = browser.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    codes = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    account = browser.get("/me/").content.decode()

    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert "data:image/svg+xml;base64," in page
    assert switched_on.headers["Location"] == "/accounts/2fa/recovery-codes/"
    assert len(re.findall(r"<li><code>", codes)) == 10
    assert "已开启" in account
    browser.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=user).exists()
    told = set(Notice.objects.filter(recipient=user).values_list("title", flat=True))
    assert told == {"您的账号已开启身份验证器", "您的账号已关闭身份验证器"}


@pytest.mark.parametrize("role", [Role.COMMITTEE_CLERK, Role.COMMITTEE_ADMINISTRATOR])
def test_where_it_is_the_rule_offices_set_up_a_second_factor_first(
    role: str, settings: Any
) -> None:
    settings.REQUIRE_2FA = True
    clerk = PostFactory(role=role).user
    browser = sign_in(clerk.username)

    page = browser.get("/me/")
    sent, token = browser.get("/inbox/"), get_token(clerk.username)

    assert "须使用双因素验证" in page.content.decode()
    assert (sent.status_code, sent.headers["Location"]) == (302, "/me/")
    assert browser.post("/me/sign-out-everywhere/").headers["Location"] == "/me/"
    assert token.status_code == 403
    with_app(clerk)
    assert browser.get("/inbox/").status_code == 200


def test_members_are_not_obliged(settings: Any) -> None:
    settings.REQUIRE_2FA = True
    browser = Client()
    browser.force_login(UserFactory())

    assert browser.get("/inbox/").status_code == 200
    assert set(Role) - SECOND_FACTOR_ROLES == {
        Role.MEMBER,
        Role.COLLECTIVE_CONTACT,
        Role.LEADING_SUPERVISOR,
    }


# -- The pages -----------------------------------------------------------------------------


def test_the_login_page_shows_the_demos_accounts_to_visitors_of_a_demo(
    client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    login = '[{"role": "政协委员", "username": "li", "password": "a-demo-password"}]'
    (tmp_path / "demo-logins.json").write_text(login, encoding="utf-8")

    settings.DEMO = True
    assert 'data-password="a-demo-password"' in client.get(LOGIN).content.decode()
    settings.DEMO = False
    assert "a-demo-password" not in client.get(LOGIN).content.decode()


def test_the_account_asks_the_same_however_many_keys(django_assert_max_num_queries: Any) -> None:
    user = with_app(UserFactory())
    browser = Client()
    browser.force_login(user)

    def add_keys(number: int) -> None:
        for n in range(number):
            Authenticator.objects.create(user=user, type="webauthn", data={"name": f"钥匙 {n}"})

    add_keys(1)
    browser.get("/me/")
    with django_assert_max_num_queries(15) as one:
        browser.get("/me/")
    add_keys(2)
    with django_assert_max_num_queries(15) as three:
        page = browser.get("/me/").content.decode()

    assert len(one) == len(three)
    assert "钥匙 1" in page


def test_security_of_the_pages(client: Client) -> None:
    page = client.get(LOGIN)

    policy = page.headers["Content-Security-Policy"]
    inline = re.findall(
        r"<script(?![^>]*(?:src=|type=\"application/json\"))", page.content.decode()
    )
    assert "unsafe-inline" not in policy
    assert inline == []
    assert "no-store" in page.headers["Cache-Control"]
