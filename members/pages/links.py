"""Converts between the two addresses of a thing: its page, and under ``API`` its data."""

API = "/api/v1"
"""What stands before the address of the page in that of the API."""


def page_of(link: str) -> str:
    """The page of what has this address in the API."""
    return link.removeprefix(API)
