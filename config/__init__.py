"""Wiring only: settings, urls, the Celery app, health."""

import sys

from config import wakeups
from config.celery import app as celery_app
from config.failures import excepthook

__all__ = ["celery_app", "wakeups"]
__version__ = "0.1.0"

# manage.py and celery alike import this before they read the settings.
sys.excepthook = excepthook
