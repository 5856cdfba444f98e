"""The timetable names tasks that exist, and a real worker takes tasks from a real Redis."""

from config.celery import app


def test_a_worker_answers(celery_worker):
    assert celery_worker.process.poll() is None
    assert app.control.ping(limit=1)
