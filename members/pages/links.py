"""Turns the address of a thing in the API into that of its page."""

API = "/api/v1"
"""The root of the addresses of the API."""


def page_of(link: str) -> str:
    """The page of the thing that has this address in the API."""
    return link.removeprefix(API)
