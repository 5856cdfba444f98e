"""The timetable names tasks that exist, and a real worker takes tasks from a real Redis."""

from config.celery import app
from members.models import Heartbeat
from members.tasks import beat, call_webhooks, deliver, deliver_to_robots
from tests.services import until


def test_a_worker_answers(celery_worker):
    assert celery_worker.process.poll() is None
    assert app.control.ping(limit=1)


def test_a_worker_hears_the_bells(celery_worker):
    for bell in (deliver, deliver_to_robots, call_webhooks, beat):
        bell.delay()

    until(Heartbeat.objects.exists)


def test_the_timetable_names_tasks_that_exist():
    app.loader.import_default_modules()

    assert app.conf.beat_schedule
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
