"""Wiring only: settings, urls, the Celery app, health."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
