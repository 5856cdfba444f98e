"""Production refuses to start unsafe, and an operator finds every setting in the docs."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.module_loading import import_string

from members.authentication import DIRECTORY_BACKEND
from tests.deploy.commands import free_ports

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "config" / "settings.py"
SIGN_ON = ROOT / "config" / "sign_on.py"
STRONG = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Read the settings under an environment of its own: ``start(DEBUG="true")``."""
    unset = ("ALLOWED_HOSTS", "DEBUG", "DEMO", "REDIS_URL", "SECRET_KEY", "SECRET_KEY_FILE")
    for name in unset:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def read(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + STRONG])
def test_a_weak_secret_is_refused(start, key):
    with pytest.raises(ImproperlyConfigured, match="at least 50 random characters"):
        start(SECRET_KEY=key)


@pytest.mark.parametrize("hosts", ["", "tian.county.lan"])
def test_an_installation_on_one_machine_makes_a_secret_and_keeps_it(start, tmp_path, hosts):
    secret = start(ALLOWED_HOSTS=hosts)["SECRET_KEY"]

    assert len(secret) > 80
    assert start()["SECRET_KEY"] == secret
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_processes_that_share_a_redis_must_be_given_their_secret(start):
    with pytest.raises(ImproperlyConfigured, match="the same for every process"):
        start(ALLOWED_HOSTS="tian.example", REDIS_URL="redis://10.0.0.5:6379/0")


BY_TLS = [{"SITE_URL": "https://tian.example/"}, {"BEHIND_TLS_PROXY": "true"}]
BY_TLS += [{"CSRF_TRUSTED_ORIGINS": "https://tian.example"}, {"SECURE_COOKIES": "true"}]
WITHOUT = [{}, {"SITE_URL": "http://tian.county.lan:8000"}]
WITHOUT += [{"SITE_URL": "https://tian.example", "SECURE_COOKIES": "false"}]


@pytest.mark.parametrize("told", [*BY_TLS, *WITHOUT])
def test_cookies_are_secure_where_the_product_is_known_to_be_reached_by_tls(start, told):
    settings = start(ALLOWED_HOSTS="tian.example", **told)

    assert settings["DEBUG"] is False
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is (told in BY_TLS)


WRONG = {
    "ALLOWED_HOSTS": [
        "*",
        "http://tian.lan",
        "tian.lan:8000",
        "tian_1.lan",
        "fd00::5",
        "提案.政务",
    ],
    "CSRF_TRUSTED_ORIGINS": ["tian.example", "https://tian.example/page"],
    "DATABASE_URL": [
        *("mysql://a@b/c", "tian", "postgres://user:pass/word@host/tian", "postgres://host:x/tian"),
        *("postgres://host", "sqlite://tian.sqlite3", "sqlite:////dev/null/tian.sqlite3"),
    ],
    "DATA_DIR": ["/dev/null/tian"],
    "DEBUG": ["maybe"],
    "DIGEST_HOUR": ["24", "nine", "-1"],
    "EMAIL_URL": ["mail.example", "smtp+tls://user:pass/word@host:587"],
    "EMBEDDER": ["openai", "ftp://10.0.0.5"],
    "EMBEDDER_FLOOR": ["high"],
    "LDAP_URL": ["dc.office.example", "https://dc.office.example"],
    "LOGIN_RATE": ["ten", "0/min"],
    "LOG_LEVEL": ["LOUD"],
    "OIDC_ISSUER": ["sso.example"],
    "REDIS_URL": ["10.0.0.5:6379", "http://10.0.0.5", "redis://host:port/0", "redis+socket://x"],
    "REQUESTS_CA_BUNDLE": ["/nowhere.pem"],
    "SECRET_KEY_FILE": ["/nowhere"],
    "SITE_URL": ["tian.example", "https://"],
    "SMS_GATEWAY": ["pigeon"],
    "SMS_HEADERS": ["Authorization: x", "[]", '{"X-Key": 1}', '{"X": "a\\nb"}'],
    "SMS_URL": ["sms.example/send"],
    "TIME_ZONE": ["Peking"],
    "TRUSTED_PROXIES": ["1.5"],
    "WEBHOOK_ALLOW_PRIVATE": ["10.0.0.1/8"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_setting_is_named_in_one_sentence(start, name, value):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(**{name: value})

    said = str(refused.value)
    assert name in said
    assert "\n" not in said
    assert "pass/word" not in said


HALF_GIVEN = [
    ("OIDC_ISSUER", "https://sso.example", "OIDC_CLIENT_ID"),
    ("LDAP_URL", "ldaps://dc.office.example", "LDAP_SEARCH_BASE"),
    ("SAML_SSO_URL", "https://sso.example/sso", "SAML_ENTITY_ID"),
    ("SAML_ENTITY_ID", "https://sso.example", "SAML_SSO_URL"),
    ("DINGTALK_CLIENT_ID", "ding-1", "DINGTALK_CLIENT_SECRET"),
    ("DINGTALK_CLIENT_SECRET", "s", "DINGTALK_CLIENT_ID"),
    ("FEISHU_APP_ID", "cli-1", "FEISHU_APP_SECRET"),
    ("WECOM_CORP_ID", "ww-1", "WECOM_AGENT_ID"),
    ("WECOM_SECRET", "s", "WECOM_CORP_ID"),
    ("WEIXIN_APP_SECRET", "s", "WEIXIN_APP_ID"),
]


@pytest.mark.parametrize(("given", "value", "missing"), HALF_GIVEN)
def test_a_setting_that_another_one_needs_is_named_with_it(start, given, value, missing):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(**{given: value})

    assert str(refused.value) == f"{missing} is not set: set it, or leave out {given}."


LDAP = {"LDAP_URL": "ldap://dc.example", "LDAP_SEARCH_BASE": "dc=example"}
SAML = {"SAML_ENTITY_ID": "sso", "SAML_SSO_URL": "https://sso.example", "SAML_CERTIFICATE": "MII"}
WECOM = {"WECOM_CORP_ID": "ww-1", "WECOM_AGENT_ID": "1", "WECOM_SECRET": "s"}
WRONG_TOGETHER = [
    ("LDAP_FILTER", LDAP | {"LDAP_FILTER": "(uid=zhao)"}),
    ("LDAP_FILTER", LDAP | {"LDAP_FILTER": "(uid={username})(cn=x)"}),
    ("LDAP_FILTER", LDAP | {"LDAP_FILTER": "(&(uid={username})"}),
    ("LDAP_BIND_PASSWORD", LDAP | {"LDAP_BIND_DN": "cn=tian"}),
    ("SAML_CERTIFICATE", SAML),
    ("SAML_SSO_URL", SAML | {"SAML_SSO_URL": "sso.example"}),
    ("WECOM_CLAIM", WECOM | {"WECOM_CLAIM": "name"}),
    ("WECOM_URL", WECOM | {"WECOM_URL": "wecom.example"}),
]


@pytest.mark.parametrize(("name", "given"), WRONG_TOGETHER)
def test_what_is_wrong_among_settings_that_belong_together_is_named(start, name, given):
    with pytest.raises(ImproperlyConfigured, match=f"^{name} .*\\.$"):
        start(**given)


@pytest.mark.parametrize(
    ("given", "asked"), [({}, ["Backend"]), (LDAP, ["Backend", "DirectoryBackend"])]
)
def test_a_directory_is_asked_only_where_one_is_named(start, given, asked):
    backends = start(**given)["AUTHENTICATION_BACKENDS"]

    assert [import_string(backend).__name__ for backend in backends] == asked
    assert backends[1:] == [DIRECTORY_BACKEND][: len(backends) - 1]


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({"SMS_GATEWAY": "aliyun"}, "SMS_KEY_ID"),
        ({"SMS_GATEWAY": "mas", "SMS_ACCOUNT": "a"}, "SMS_URL"),
        ({"SMS_GATEWAY": "template", "SMS_URL": "https://sms.example"}, "SMS_SUCCESS"),
    ],
)
def test_a_gateway_of_text_messages_says_what_it_needs(start, told, missing):
    with pytest.raises(ImproperlyConfigured, match=f"{missing}.*SMS_GATEWAY"):
        start(**told)


@pytest.mark.parametrize("body", ["", "to={phone}", "words={whole}", "{phone}{whole}{password}"])
def test_a_template_of_text_messages_has_places_for_the_message_and_no_others(start, body):
    told = {"SMS_URL": "https://sms.example", "SMS_SUCCESS": "ok", "SMS_BODY": body}

    with pytest.raises(ImproperlyConfigured, match=r"SMS_BODY.*\{phone\}"):
        start(SMS_GATEWAY="template", **told)


@pytest.mark.parametrize("mode", ["DEBUG", "DEMO"])
def test_debug_and_demo_stay_on_this_machine(start, mode):
    with pytest.raises(ImproperlyConfigured, match="this machine"):
        start(ALLOWED_HOSTS="tian.example", **{mode: "true"})


def test_an_empty_variable_counts_as_not_set(start):
    settings = start(TIME_ZONE="", HSTS_SECONDS="", ALLOWED_HOSTS=" ", EMAIL_URL="", DEBUG="")

    assert settings["TIME_ZONE"] == "Asia/Shanghai"
    assert settings["ALLOWED_HOSTS"] == settings["LOCAL_HOSTS"]


NO_SETTING = ({"DEBUG": "maybe"}, "Ti'an cannot start: DEBUG must be true or false.\n")
NO_DATABASE = (
    {"DATABASE_URL": "postgres://tian:secret@127.0.0.1:1/tian"},
    "The database cannot be reached: connection failed: connection to server at "
    '"127.0.0.1", port 1 failed: Connection refused. Start it, or correct the host and the port '
    "in DATABASE_URL.\n",
)


@pytest.mark.parametrize(
    ("argv", "trouble"),
    [
        ("manage.py migrate", NO_SETTING),
        ("manage.py migrate", NO_DATABASE),
        ("-m config.worker prompt", NO_SETTING),
        ("-m config.beat", NO_SETTING),
        ("-m config.web", NO_SETTING),
    ],
)
def test_a_process_that_cannot_start_says_why_in_a_line(argv, trouble):
    environment, line = trouble

    ended = subprocess.run(
        [sys.executable, *argv.split()],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )

    assert (ended.stderr, ended.returncode) == (line, 1)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("serve", "{folder}/static has no static files: run manage.py collectstatic --no-input."),
        (
            "start_link",
            "The database {folder}/tian.sqlite3 has not all its tables yet: run manage.py migrate, "
            "or name the right one in DATABASE_URL or DATA_DIR.",
        ),
    ],
)
def test_what_an_installation_lacks_is_said_with_its_place(command, told, tmp_path):
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL")
    environment = {name: text for name, text in os.environ.items() if name not in ours}

    ended = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(tmp_path), "PORT": str(free_ports(1)[0])},
        capture_output=True,
        text=True,
    )

    assert ended.stderr.splitlines()[-1].removeprefix("CommandError: ") == told.format(
        folder=tmp_path
    )
    assert ended.returncode == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_role_without_rights_is_told_whose_it_takes(tmp_path):
    role, name = f"app_{os.getpid()}", f"empty_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'app'")
        cursor.execute(f"CREATE DATABASE {name}")
    place = urlsplit(os.environ["DATABASE_URL"])
    netloc = f"{role}:app@{place.netloc.rpartition('@')[2]}"
    try:
        ended = subprocess.run(
            [sys.executable, "manage.py", "migrate"],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": place._replace(netloc=netloc, path=f"/{name}").geturl()},
            capture_output=True,
            text=True,
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            cursor.execute(f"DROP ROLE {role}")

    assert ended.stderr.count("\n") == 1
    assert "permission denied for schema public: name the role that owns" in ended.stderr
    assert "in DATABASE_URL; for make serve, in OWNER_DATABASE_URL." in ended.stderr


def test_make_serve_migrates_as_the_owner_of_the_tables():
    commands = subprocess.run(
        ["make", "--dry-run", "--old-file=install", "serve"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "as-app", "OWNER_DATABASE_URL": "as-owner"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    migrating = next(line for line in commands if " migrate " in line)
    as_whom = migrating.partition(" ")[0].removeprefix("DATABASE_URL=")
    for owner, expected in (("as-owner", "as-owner"), ("", "as-app")):
        told = subprocess.run(
            ["sh", "-c", f"echo {as_whom}"],
            env={"DATABASE_URL": "as-app", "OWNER_DATABASE_URL": owner, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == expected


def test_a_secret_may_be_kept_in_a_file(start, tmp_path):
    (tmp_path / "key").write_text(STRONG)

    assert start(SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == STRONG


def test_operations_lists_every_setting():
    read = set(re.findall(r"\benv(?:\.\w+)?\(\s*\"(\w+)\"", SETTINGS.read_text()))
    read |= set(re.findall(r"\"([A-Z]+_[A-Z_]+)\"", SIGN_ON.read_text()))
    listed = set(
        re.findall(r"^\| `([A-Z]\w*)`", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    )

    assert listed == read | {"HOST", "OWNER_DATABASE_URL", "PORT"}
