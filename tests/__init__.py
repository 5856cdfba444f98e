"""The rules that pages and steps are held to."""

MOST_QUERIES = 20
"""Queries that a page takes at most, however much the tables hold."""
