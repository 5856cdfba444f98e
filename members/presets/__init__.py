"""Rulebooks of real places to start from; every number cites its source."""

import tomllib
from copy import deepcopy
from functools import cache
from importlib import resources
from typing import Any

NAMES = ("national", "province", "city", "county")


def preset(name: str) -> dict[str, Any]:
    """The document of a preset, fresh on each call; raises KeyError for another name."""
    if name not in NAMES:
        raise KeyError(name)
    return deepcopy(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    text = (resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
