"""The invented people of the demo, shown so that a visitor can sign in as any of them."""

import json
from typing import TypedDict

from django.conf import settings


class DemoLogin(TypedDict):
    """One invented person."""

    role: str
    username: str
    password: str


def logins() -> list[DemoLogin]:
    """The logins that the demo wrote down; none unless this is a demo."""
    path = settings.DATA_DIR / "demo-logins.json"
    if not settings.DEMO or not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))
