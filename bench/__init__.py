"""Measurements of what grows with size: similarity, search, reminders, pages, steps."""
