"""Wiring only: settings, urls, the Celery app, health."""
