"""Rulebooks of real places to start from; every number cites its source."""

import tomllib
from importlib import resources
from typing import Any

NAMES = ("national", "province", "city", "county")


def preset(name: str) -> dict[str, Any]:
    """The document of a preset, fresh on each call; raises KeyError for another name."""
    if name not in NAMES:
        raise KeyError(name)
    text = (resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
