"""The answer that load balancers act on."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.celery import app

pytestmark = pytest.mark.django_db


def test_everything_is_well(client):
    response = client.get("/health/")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "migrations": "ok",
    }


def test_a_broker_that_is_away_is_failing(client, monkeypatch, tmp_path):
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{tmp_path}/nobody.sock")

    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json() == {
        "status": "failing",
        "database": "ok",
        "broker": "failing",
        "migrations": "ok",
    }


def test_a_missing_migration_is_failing(client):
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="knox").delete()

    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json()["migrations"] == "failing"
