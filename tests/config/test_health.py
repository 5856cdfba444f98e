"""The answer that load balancers act on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import __version__
from config.celery import LONG, OUTSIDE, PROMPT, QUEUES, app
from members import clock
from members.enums import Means
from members.models import Heartbeat
from members.services import set_channel
from members.services.notice import Message, send
from members.tasks import beat
from tests.factories.members import UserFactory
from tests.members.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def _beating():
    for queue, seconds in ((PROMPT, 7), (OUTSIDE, 8), (LONG, 900)):
        Heartbeat.touch(queue, NOW - timedelta(seconds=seconds))


@pytest.mark.usefixtures("_beating")
def test_everything_is_well(client):
    response = client.get("/health/")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "version": __version__,
        "database": "ok",
        "broker": "ok",
        "migrations": "ok",
        "beat": "ok",
        "workers": {"prompt": "ok", "outside": "ok", "long": "ok"},
        "beat_age": 7,
        "oldest_undelivered": None,
    }


@pytest.mark.parametrize(("age", "word"), [(180, "ok"), (181, "degraded")])
def test_web_goes_on_without_the_background(client, age, word):
    for queue in QUEUES:
        Heartbeat.touch(queue, NOW - timedelta(seconds=age))

    response = client.get("/health/")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["beat_age"]) == (word, age)


@pytest.mark.usefixtures("_beating")
@pytest.mark.parametrize(("queue", "age"), [(OUTSIDE, 301), (LONG, 3601)])
def test_a_queue_without_workers_is_named(client, queue, age):
    Heartbeat.touch(queue, NOW - timedelta(seconds=age))

    answer = client.get("/health/").json()

    assert (answer["status"], answer["beat"]) == ("degraded", "ok")
    assert [name for name, word in answer["workers"].items() if word == "failing"] == [queue]


def test_background_that_never_was_is_degraded(client):
    response = client.get("/health/")

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert (response.json()["beat"], response.json()["beat_age"]) == ("failing", None)


def test_a_bell_that_is_heard_is_noted(client):
    beat(PROMPT)
    beat(PROMPT)

    assert client.get("/health/").json()["beat_age"] == 0
    assert Heartbeat.objects.count() == 1


def test_what_waits_longest_is_told(client):
    user = UserFactory()
    set_channel(user=user, means=Means.APPRISE, address="wecombot://abc-def", at=NOW)
    for minutes in (3, 2):
        at = NOW - timedelta(minutes=minutes)
        send([Message(user.pk, "请签收", needs_action=True)], at=at)

    assert client.get("/health/").json()["oldest_undelivered"] == 180


@pytest.mark.usefixtures("_beating")
def test_a_broker_that_is_away_is_failing(client, monkeypatch, tmp_path):
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{tmp_path}/nobody.sock")

    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json() == {
        "status": "failing",
        "version": __version__,
        "database": "ok",
        "broker": "failing",
        "migrations": "ok",
        "beat": "ok",
        "workers": {"prompt": "ok", "outside": "ok", "long": "ok"},
        "beat_age": 7,
        "oldest_undelivered": None,
    }


def test_a_missing_migration_is_failing(client):
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="knox").delete()

    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json()["migrations"] == "failing"
