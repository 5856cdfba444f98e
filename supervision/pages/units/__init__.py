"""Worklists of undertaking units."""
