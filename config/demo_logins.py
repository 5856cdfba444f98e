"""The demo's invented people, listed so that a visitor can sign in as any of them."""

import json
from dataclasses import dataclass

from django.conf import settings

from members.enums import Role


@dataclass(frozen=True)
class DemoLogin:
    """One invented person; ``scope`` is their unit or body, where the role has one."""

    role: str
    username: str
    password: str
    scope: str = ""

    @property
    def label(self) -> str:
        """The role in the reader's language."""
        return str(Role(self.role).label) if self.role in Role.values else self.role


def logins() -> list[DemoLogin]:
    """The logins that the demo wrote down; none unless this is a demo."""
    path = settings.DATA_DIR / "demo-logins.json"
    if not settings.DEMO or not path.exists():
        return []
    return [DemoLogin(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
