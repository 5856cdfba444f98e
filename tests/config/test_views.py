"""The page that a stranger sees first."""

import json

import pytest

from tests.factories.members import UserFactory

LOGINS = [
    {
        "role": "unit_liaison",
        "scope": "教育局",
        "username": "li",
        "password": "a-demo-password",
    }
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _somebody_has_an_account():
    UserFactory()


@pytest.fixture
def demo_logins(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo-logins.json").write_text(json.dumps(LOGINS), encoding="utf-8")


def test_visitors_are_shown_the_way_in_and_the_rest_below(client):
    page, _tag, footer = client.get("/").content.decode().partition("<footer")

    assert 'class="btn btn-primary" href="/accounts/login/' in page
    assert "/api/" not in page
    for door in ("/api/docs/", "/health/", "/handbook/first-day/"):
        assert f'href="{door}' in footer


def test_home_shows_the_logins_of_a_demo(client, settings, demo_logins):
    settings.DEMO = True

    page = client.get("/").content.decode()

    assert "a-demo-password" in page
    assert "承办单位联络员 · 教育局" in page


def test_home_names_the_roles_of_a_demo_in_the_readers_language(client, settings, demo_logins):
    settings.DEMO = True
    client.post("/language/", {"language": "en"})

    page = client.get("/").content.decode()

    assert "承办单位联络员" not in page
    assert "Unit liaison" in page


def test_home_keeps_the_logins_of_anything_else(client, settings, demo_logins):
    settings.DEMO = False

    assert "a-demo-password" not in client.get("/").content.decode()


def test_home_speaks_the_chosen_language(client):
    client.post("/language/", {"language": "en"})

    assert '<html lang="en">' in client.get("/").content.decode()


def test_the_schema_is_openapi_3_1(client):
    response = client.get("/api/schema/")

    assert response.content.startswith(b"openapi: 3.1.0\n")


def test_the_docs_need_no_other_server(client):
    page = client.get("/api/docs/").content.decode()

    assert "https://" not in page
