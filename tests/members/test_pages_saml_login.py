"""Signing in at the office's server over SAML 2.0."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client

from config import sign_on
from config.environment import Environment
from members.models import User
from tests.factories.members import UserFactory
from tests.members.saml_server import Pair, SamlServer, in_letters, pair, request_in

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/saml/office/login/"
ACS = "/accounts/saml/office/acs/"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
REFUSED = "没有登录成功"


def browser() -> Client:
    """One that says, as all do, by which name it has come."""
    return Client(headers={"host": "testserver"})


@pytest.fixture
def client() -> Client:
    """A browser."""
    return browser()


@pytest.fixture(scope="module")
def keys() -> Pair:
    """Those of the office's server."""
    return pair("sso.office.example")


@pytest.fixture
def name_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has the settings name the server."""

    def name(server: SamlServer, **environment: str) -> None:
        for variable, value in (server.environment | environment).items():
            monkeypatch.setenv(variable, value)
        settings.SOCIALACCOUNT_PROVIDERS = sign_on.servers(Environment())

    return name


@pytest.fixture
def office(keys: Pair, name_server: Callable[..., None]) -> SamlServer:
    """The office's server, which the settings name."""
    server = SamlServer(keys)
    name_server(server)
    return server


def ask(client: Client) -> str:
    """The address at the office's server to which the browser is sent."""
    return str(client.get(f"{LOGIN}?next=/inbox/").headers["Location"])


def bring(client: Client, answer: str) -> Any:
    """The page to which it comes with that answer, from a page of the office's server.

    Like a browser: what another site posts comes without the cookie of the session.
    """
    own = client.cookies.pop("sessionid", None)
    came = client.post(ACS, {"SAMLResponse": answer, "RelayState": ""})
    if own is not None:
        client.cookies["sessionid"] = own.value
    return client.get(came.headers["Location"])


def come_from(office: SamlServer, client: Client) -> Any:
    """The page after the office has vouched."""
    return bring(client, office.answer(ask(client)))


def signed_in(client: Client) -> int | None:
    """The key of whoever is signed in."""
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


def test_without_the_settings_there_is_no_such_way(client: Client) -> None:
    metadata = client.get("/accounts/saml/office/metadata/")
    posted = client.post(ACS, {"SAMLResponse": "PHg+"})

    assert {client.get(LOGIN).status_code, metadata.status_code, posted.status_code} == {404}
    assert "/saml/" not in client.get("/accounts/login/").content.decode()
    assert not Session.objects.exists()


def test_the_browser_is_sent_with_a_request(office: SamlServer, client: Client) -> None:
    there = ask(client)

    assert there.startswith(office.sso_url + "?")
    assert request_in(there).attrib["AssertionConsumerServiceURL"] == f"http://testserver{ACS}"
    assert "统一身份认证" in client.get("/accounts/login/").content.decode()


def test_the_operator_of_the_server_gets_what_to_register(
    office: SamlServer, client: Client
) -> None:
    told = client.get("/accounts/saml/office/metadata/")

    assert told.headers["Content-Type"] == "text/xml"
    assert f"http://testserver{ACS}" in told.content.decode()


def test_a_name_leads_to_its_account_and_is_remembered(office: SamlServer, client: Client) -> None:
    user = UserFactory(username="zhao", must_change_password=True)
    UserFactory(username="qian")

    came = come_from(office, client)
    User.objects.filter(pk=user.pk).update(username="zhao.2")  # renamed here: the same person
    again = browser()
    come_from(office, again)

    assert came.headers["Location"] == "/inbox/"
    assert client.get("/inbox/").status_code == 200
    assert (signed_in(client), signed_in(again)) == (user.pk, user.pk)
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [
        (user.pk, "saml", "zhao")
    ]


@pytest.mark.parametrize(
    ("environment", "attributes"),
    [
        ({"SAML_CLAIM": "urn:oid:0.9.2342.19200300.100.1.1"}, ["zhao"]),
        ({"SAML_CLAIM": "tel", "SAML_FIELD": "phone"}, ["+86 138-0000-0001"]),
        ({"SAML_CLAIM": "mail", "SAML_FIELD": "email"}, ["Zhao@office.example"]),
    ],
)
def test_an_attribute_leads_to_its_account(
    keys: Pair,
    client: Client,
    name_server: Callable[..., None],
    environment: dict[str, str],
    attributes: list[str],
) -> None:
    user = UserFactory(username="zhao", phone="13800000001", email="zhao@office.example")
    UserFactory(username="S-1-5-21")
    office = SamlServer(keys, name="S-1-5-21", attributes={environment["SAML_CLAIM"]: attributes})
    name_server(office, **environment)

    come_from(office, client)

    assert signed_in(client) == user.pk


def test_several_values_of_an_attribute_join_nobody(
    keys: Pair, client: Client, name_server: Callable[..., None]
) -> None:
    UserFactory(username="zhao")
    office = SamlServer(keys, name="S-1-5-21", attributes={"uid": ["zhao", "qian"]})
    name_server(office, SAML_CLAIM="uid")

    page = come_from(office, client)

    assert "看不出是本系统中的哪个账号" in page.content.decode()
    assert signed_in(client) is None


@pytest.mark.parametrize("active", [True, False])
def test_who_has_no_open_account_here_gets_none(
    office: SamlServer, client: Client, active: bool
) -> None:
    UserFactory(username="qian" if active else "zhao", is_active=active)

    page = come_from(office, client)

    assert "看不出是本系统中的哪个账号" in page.content.decode()
    assert signed_in(client) is None
    assert User.objects.count() == 1


def test_the_second_factor_is_asked_here_all_the_same(office: SamlServer, client: Client) -> None:
    TOTP.activate(UserFactory(username="zhao"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    assert come_from(office, client).headers["Location"] == "/accounts/2fa/authenticate/"


def unsigned(office: SamlServer, asked: str) -> str:
    return in_letters(office.says(asked))


def signed_by_another(office: SamlServer, asked: str) -> str:
    return SamlServer(pair("other.example")).answer(asked)


def changed_after_signing(office: SamlServer, asked: str) -> str:
    office.name = "qian"
    said = b64decode(office.answer(asked))
    return in_letters(said.replace(b">qian<", b">zhao<"))


def too_old(office: SamlServer, asked: str) -> str:
    office.late = timedelta(hours=1)
    return office.answer(asked)


def for_another_product(office: SamlServer, asked: str) -> str:
    office.audience = "http://other.office.example"
    return office.answer(asked)


def asked_by_another_browser(office: SamlServer, asked: str) -> str:
    return office.answer(ask(browser()))


def unasked(office: SamlServer, asked: str) -> str:
    said = office.says(asked)
    request = request_in(asked).attrib["ID"]
    said = said.replace(f' InResponseTo="{request}"', "")
    signed = SamlServer(office.signed_by)
    signed.says = lambda asked: said  # type: ignore[method-assign]  # the same server
    return signed.answer(asked)


def transient(office: SamlServer, asked: str) -> str:
    office.form = TRANSIENT
    return office.answer(asked)


def no_answer(office: SamlServer, asked: str) -> str:
    return "not/SAML="


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        signed_by_another,
        changed_after_signing,
        too_old,
        for_another_product,
        asked_by_another_browser,
        unasked,
        transient,
        no_answer,
    ],
)
def test_what_the_server_has_not_said_to_this_browser_is_refused(
    office: SamlServer, client: Client, forge: Callable[[SamlServer, str], str]
) -> None:
    UserFactory(username="zhao")

    page = bring(client, forge(office, ask(client)))

    assert REFUSED in page.content.decode()
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


def test_an_answer_counts_once(office: SamlServer, client: Client) -> None:
    UserFactory(username="zhao")
    answer = office.answer(ask(client))
    bring(client, answer)
    client.post("/accounts/logout/")

    page = bring(client, answer)

    assert REFUSED in page.content.decode()
    assert signed_in(client) is None


def test_an_answer_of_enormous_size_is_not_kept(office: SamlServer, client: Client) -> None:
    posted = client.post(ACS, {"SAMLResponse": "A" * 300_000})

    assert posted.status_code == 413
    assert not Session.objects.exists()


def test_signing_out_elsewhere_signs_nobody_out_unasked(office: SamlServer, client: Client) -> None:
    user = UserFactory()
    client.force_login(user)

    page = client.get("/accounts/saml/office/sls/?SAMLRequest=x")

    assert page.headers["Location"] == "/accounts/logout/"
    assert signed_in(client) == user.pk
