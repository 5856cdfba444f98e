"""Each task has its queue, and a real worker takes tasks from a real Redis."""

import sys

from config.celery import QUEUES, TIMETABLE, app
from members.models import Heartbeat
from members.sweeps import Sweep
from members.tasks import beat
from tests.services import until


def test_a_worker_answers_and_hears_beat_in_every_queue(celery_worker):
    assert celery_worker.process.poll() is None
    assert app.control.ping(limit=1)

    for queue in QUEUES:
        beat.apply_async(kwargs={"queue": queue}, queue=queue)

    until(lambda: set(Heartbeat.objects.values_list("queue", flat=True)) == set(QUEUES))


def test_every_task_has_its_queue_and_every_sweep_its_task():
    app.loader.import_default_modules()
    own = {name for name in app.tasks if not name.startswith("celery.")}
    sweeps = {
        value.task
        for name, module in sys.modules.items()
        if name.startswith(("members.", "proposals.", "supervision."))
        for value in vars(module).values()
        if isinstance(value, Sweep)
    }

    assert own == {*TIMETABLE, "members.tasks.beat"}
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == own
    assert sweeps
    assert sweeps <= set(TIMETABLE)
