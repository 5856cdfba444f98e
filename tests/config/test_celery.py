"""The timetable names tasks that exist, and a real worker takes tasks from a real Redis."""

from config.celery import app


def test_a_worker_answers(celery_worker):
    assert celery_worker.process.poll() is None
    assert app.control.ping(limit=1)


def test_the_timetable_names_tasks_that_exist():
    app.loader.import_default_modules()

    assert app.conf.beat_schedule
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
