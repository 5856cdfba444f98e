"""The Celery app and its timetable.

The broker only rings the bell: every task finds its work in the database, so a message lost or
doubled costs time, never a result.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "embed-texts": {"task": "proposals.tasks.embed_texts", "schedule": 30.0},
    "lapse-invitations": {"task": "supervision.tasks.lapse_invitations", "schedule": 60.0},
    "recount-words": {"task": "proposals.tasks.recount_words", "schedule": 300.0},
    "refresh-index": {"task": "proposals.tasks.refresh_index", "schedule": 2.0},
    "run-scans": {"task": "proposals.tasks.run_scans", "schedule": 2.0},
}
"""The timetable: what is done by itself, and every how many seconds."""
