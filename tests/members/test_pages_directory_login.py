"""Signing in with the password that the office's directory knows, over LDAP."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as production
from django.test import Client
from rest_framework.test import APIClient

from config import sign_on
from config.environment import Environment
from members.authentication import DIRECTORY_BACKEND
from members.models import User
from tests.factories.members import PASSWORD, UserFactory
from tests.members.external_servers import free_port
from tests.members.ldap_server import OFFICE_PASSWORD, Directory, directory_in

pytestmark = pytest.mark.django_db

WRONG = "用户名或密码错误，或账号已停用"

Name = Callable[..., None]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """One for all tests: nobody writes to it."""
    with directory_in(tmp_path_factory.mktemp("directory")) as found:
        yield found


@pytest.fixture
def name_directory(directory: Directory, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Name:
    """Has the settings name it: ``name_directory(LDAP_FILTER="(cn={username})")``."""

    def name(**environment: str) -> None:
        for variable, value in (directory.environment | environment).items():
            monkeypatch.setenv(variable, value)
        settings.DIRECTORY = sign_on.directory(Environment())
        settings.AUTHENTICATION_BACKENDS = [*production.AUTHENTICATION_BACKENDS, DIRECTORY_BACKEND]

    return name


def sign_in(client: Client, name: str, password: str) -> Any:
    """The page after the login page."""
    return client.post("/accounts/login/?next=/inbox/", {"login": name, "password": password})


def signed_in(client: Client) -> int | None:
    """The key of whoever is signed in."""
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


@pytest.mark.parametrize("called", ["zhao", "13800000001", "赵某"])
def test_the_password_of_the_directory_opens_the_account(
    name_directory: Name, client: Client, called: str
) -> None:
    user = UserFactory(username="zhao", phone="13800000001", name="赵某")
    name_directory()

    came = sign_in(client, called, OFFICE_PASSWORD)

    assert came.headers["Location"] == "/inbox/"
    assert signed_in(client) == user.pk
    assert client.get("/inbox/").status_code == 200


def test_the_connection_can_be_encrypted_after_its_first_word(
    name_directory: Name, directory: Directory, client: Client
) -> None:
    user = UserFactory(username="zhao")
    name_directory(LDAP_URL=f"ldap://localhost:{directory.port}")

    sign_in(client, "zhao", OFFICE_PASSWORD)

    assert signed_in(client) == user.pk


def test_without_encryption_only_where_the_settings_say_so(
    name_directory: Name, directory: Directory, client: Client
) -> None:
    user = UserFactory(username="zhao")
    name_directory(
        LDAP_URL=f"ldap://localhost:{directory.port}",
        LDAP_START_TLS="false",
        LDAP_CA_BUNDLE="",
    )

    sign_in(client, "zhao", OFFICE_PASSWORD)

    assert signed_in(client) == user.pk


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize("wrong", ["host", "authority"])
def test_a_directory_that_cannot_show_who_it_is_gets_no_password(
    name_directory: Name,
    directory: Directory,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    scheme: str,
    wrong: str,
) -> None:
    UserFactory(username="zhao")
    host = "127.0.0.1" if wrong == "host" else "localhost"  # its certificate is for localhost
    port = directory.port if scheme == "ldap" else directory.tls_port
    trusts = {"LDAP_CA_BUNDLE": ""} if wrong == "authority" else {}
    name_directory(LDAP_URL=f"{scheme}://{host}:{port}", **trusts)

    page = sign_in(client, "zhao", OFFICE_PASSWORD)

    assert WRONG in page.content.decode()
    assert "certificate" in caplog.text.lower()


@pytest.mark.parametrize("password", ["something else", "", " "])
def test_a_wrong_password_opens_nothing(
    name_directory: Name, client: Client, password: str
) -> None:
    UserFactory(username="zhao")
    name_directory()

    sign_in(client, "zhao", password)

    assert signed_in(client) is None


def test_who_has_no_account_here_gets_none(name_directory: Name, client: Client) -> None:
    UserFactory(username="sun")
    name_directory()

    page = sign_in(client, "qian", OFFICE_PASSWORD)

    assert WRONG in page.content.decode()
    assert User.objects.count() == 1


def test_a_disabled_account_stays_shut(name_directory: Name, client: Client) -> None:
    UserFactory(username="zhao", is_active=False)
    name_directory()

    page = sign_in(client, "zhao", OFFICE_PASSWORD)

    assert WRONG in page.content.decode()
    assert signed_in(client) is None


@pytest.mark.parametrize("username", ["twice", "*", "zh*", "zhao)(uid=*"])
def test_a_name_that_is_not_of_one_entry_opens_nothing(
    name_directory: Name, client: Client, username: str
) -> None:
    UserFactory(username=username)
    name_directory()

    sign_in(client, username, OFFICE_PASSWORD)

    assert signed_in(client) is None


def test_the_filter_says_which_entry_is_meant(name_directory: Name, client: Client) -> None:
    user = UserFactory(username="zhao")
    other = Client()
    UserFactory(username="qian")
    name_directory(LDAP_FILTER="(&(objectClass=inetOrgPerson)(uid={username})(!(uid=qian)))")

    sign_in(client, "zhao", OFFICE_PASSWORD)
    sign_in(other, "qian", OFFICE_PASSWORD)

    assert (signed_in(client), signed_in(other)) == (user.pk, None)


def test_the_password_that_is_kept_here_still_opens_the_account(
    name_directory: Name, client: Client
) -> None:
    user = UserFactory(username="zhao")
    name_directory()

    sign_in(client, "zhao", PASSWORD)

    assert signed_in(client) == user.pk


def test_the_initial_password_concerns_only_those_who_use_it(
    name_directory: Name, client: Client
) -> None:
    UserFactory(username="zhao", must_change_password=True)
    name_directory()
    by_own = Client()

    sign_in(client, "zhao", OFFICE_PASSWORD)
    sign_in(by_own, "zhao", PASSWORD)
    answers = [
        APIClient().post("/api/v1/auth/login/", {"username": "zhao", "password": password})
        for password in (OFFICE_PASSWORD, PASSWORD)
    ]

    assert client.get("/inbox/").status_code == 200
    assert by_own.get("/inbox/").headers["Location"] == "/accounts/password/change/"
    assert [answer.status_code for answer in answers] == [200, 403]


def test_the_second_factor_is_asked_all_the_same(name_directory: Name, client: Client) -> None:
    TOTP.activate(UserFactory(username="zhao"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    name_directory()

    page = sign_in(client, "zhao", OFFICE_PASSWORD)

    assert page.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert signed_in(client) is None


def test_a_directory_that_is_away_leaves_the_passwords_that_are_kept_here(
    name_directory: Name, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    user = UserFactory(username="zhao")
    name_directory(LDAP_URL=f"ldaps://localhost:{free_port()}")

    refused = sign_in(client, "zhao", OFFICE_PASSWORD)
    assert WRONG in refused.content.decode()
    assert "the directory cannot be asked for a password" in caplog.text
    assert OFFICE_PASSWORD not in caplog.text
    sign_in(client, "zhao", PASSWORD)

    assert signed_in(client) == user.pk


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_directory_that_says_nothing_is_not_waited_for(
    name_directory: Name, client: Client, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    UserFactory(username="zhao")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        name_directory(LDAP_URL=f"{scheme}://localhost:{silent.getsockname()[1]}")
        begun = time.monotonic()
        page = sign_in(client, "zhao", OFFICE_PASSWORD)

    assert WRONG in page.content.decode()
    assert time.monotonic() - begun < 8
    assert "the directory cannot be asked for a password" in caplog.text


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("LDAP_BIND_PASSWORD", "wrong", "refuses LDAP_BIND_DN"),
        ("LDAP_SEARCH_BASE", "ou=nobody,dc=office,dc=example", "noSuchObject"),
    ],
)
def test_what_the_operator_has_got_wrong_is_logged(
    name_directory: Name,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    setting: str,
    value: str,
    told: str,
) -> None:
    UserFactory(username="zhao")
    name_directory(**{setting: value})

    sign_in(client, "zhao", OFFICE_PASSWORD)

    assert told in caplog.text
    assert signed_in(client) is None
