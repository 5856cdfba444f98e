"""Production refuses to start unsafe, and an operator finds every setting in the docs."""

import re
import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "config" / "settings.py"
STRONG = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Read the settings under an environment of its own: ``start(DEBUG="true")``."""
    for name in ("ALLOWED_HOSTS", "DEBUG", "DEMO", "SECRET_KEY", "SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def read(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


@pytest.mark.parametrize("key", ["", "short", "a" * 60, "django-insecure-" + STRONG])
def test_production_refuses_a_weak_secret(start, key):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        start(SECRET_KEY=key, ALLOWED_HOSTS="tian.example")


def test_an_installation_for_this_machine_makes_a_secret_and_keeps_it(start, tmp_path):
    secret = start()["SECRET_KEY"]

    assert len(secret) > 80
    assert start()["SECRET_KEY"] == secret
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [{}, {"DEBUG": "true"}])
def test_a_wildcard_host_is_refused(start, mode):
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        start(SECRET_KEY=STRONG, ALLOWED_HOSTS="tian.example,*", **mode)


@pytest.mark.parametrize("mode", ["DEBUG", "DEMO"])
def test_debug_and_demo_stay_on_this_machine(start, mode):
    with pytest.raises(ImproperlyConfigured, match="this machine"):
        start(SECRET_KEY=STRONG, ALLOWED_HOSTS="tian.example", **{mode: "true"})


def test_production_starts_with_a_secret_and_named_hosts(start):
    settings = start(SECRET_KEY=STRONG, ALLOWED_HOSTS="tian.example")

    assert settings["DEBUG"] is False
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True


def test_a_secret_may_be_kept_in_a_file(start, tmp_path):
    (tmp_path / "key").write_text(STRONG)

    assert start(SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == STRONG


def test_operations_lists_every_setting():
    read = set(re.findall(r"\benv(?:\.\w+)?\(\s*\"(\w+)\"", SETTINGS.read_text()))
    listed = set(
        re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    )

    assert listed == read | {"HOST", "PORT"}
