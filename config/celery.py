"""The Celery app and its timetable.

The broker only wakes workers: every task finds its work in the database, so a message lost or
doubled costs time, never a result.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
TIMETABLE = {
    "beat": ("members.tasks.beat", 15.0),
    "call-webhooks": ("members.tasks.call_webhooks", 10.0),
    "deliver": ("members.tasks.deliver", 10.0),
    "deliver-to-robots": ("members.tasks.deliver_to_robots", 10.0),
    "embed-texts": ("proposals.tasks.embed_texts", 30.0),
    "forget-sessions": ("members.tasks.forget_sessions", 3600.0),
    "forget-tokens": ("members.tasks.forget_tokens", 3600.0),
    "lapse-invitations": ("supervision.tasks.lapse_invitations", 60.0),
    "recount-words": ("proposals.tasks.recount_words", 300.0),
    "refresh-index": ("proposals.tasks.refresh_index", 2.0),
    "send-reminders": ("supervision.tasks.send_reminders", 60.0),
    "run-jobs": ("members.tasks.run_jobs", 2.0),
    "run-scans": ("proposals.tasks.run_scans", 2.0),
}
"""The periodic tasks, and every how many seconds each runs."""

app.conf.beat_schedule = {
    # A message that no worker took before the next one expires, so that none pile up.
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, (task, seconds) in TIMETABLE.items()
}
