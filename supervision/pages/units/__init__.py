"""Worklists of undertaking units."""

from supervision.pages.units import lists

__all__ = ["lists"]
