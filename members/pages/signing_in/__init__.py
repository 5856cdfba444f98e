"""Signing in: django-allauth adapted to accounts that administrators create."""
