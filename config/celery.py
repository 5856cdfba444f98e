"""The Celery app: which queue each task belongs to, and the timetable.

The broker only wakes workers: every task finds its work in the database, so a message lost or
doubled costs time, never a result. A commit that writes work wakes them (``config.wakeups``);
the timetable finds what time alone makes due, and what a lost message left behind.
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_after_setup
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

PROMPT = "prompt"  # short work that somebody waits for
OUTSIDE = "outside"  # what goes to servers of others, however slow they are
LONG = "long"  # what can take minutes
QUEUES = (PROMPT, OUTSIDE, LONG)

HEARTBEAT = 60.0
"""Every how many seconds each queue is asked for a sign of life."""

TIMETABLE = {
    "members.tasks.call_webhooks": (OUTSIDE, 60.0),
    "members.tasks.deliver": (OUTSIDE, 60.0),
    "members.tasks.deliver_sms": (OUTSIDE, 60.0),
    "members.tasks.deliver_to_robots": (OUTSIDE, 60.0),
    "members.tasks.forget_sessions": (LONG, 3600.0),
    "members.tasks.forget_tokens": (LONG, 3600.0),
    "members.tasks.run_jobs": (LONG, 120.0),
    "members.tasks.warn_of_tokens": (LONG, 3600.0),
    "proposals.tasks.embed_texts": (LONG, 600.0),
    "proposals.tasks.recount_words": (LONG, 600.0),
    "proposals.tasks.refresh_index": (PROMPT, 120.0),
    "proposals.tasks.run_scans": (LONG, 120.0),
    "supervision.tasks.lapse_invitations": (PROMPT, 60.0),
    "supervision.tasks.send_reminders": (PROMPT, 60.0),
}
"""The sweeps: the queue of each, and every how many seconds it runs even if nothing asks for it."""

app = Celery("tian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_default_queue = PROMPT
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
app.conf.task_routes = {task: {"queue": queue} for task, (queue, _seconds) in TIMETABLE.items()}
app.conf.beat_schedule = {
    # A message that no worker took before the next one expires, so that none pile up.
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, (_queue, seconds) in TIMETABLE.items()
} | {
    f"heartbeat-{queue}": {
        "task": "members.tasks.beat",
        "schedule": HEARTBEAT,
        "kwargs": {"queue": queue},
        "options": {"queue": queue, "expires": HEARTBEAT},
    }
    for queue in QUEUES
}


@beat_init.connect
def run_everything_once(**_signal: Any) -> None:
    """Begin with one round of the timetable: nobody knows what happened while beat was away."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], kwargs=entry.get("kwargs"), **entry["options"])


@celeryd_after_setup.connect
def share_memory(**_signal: Any) -> None:
    """Let the pool's processes share what is loaded: the collector would touch all, and so copy it.

    A process that works then takes 28 MB of its own in place of as much as 81.
    """
    gc.collect()
    gc.freeze()
