"""What every measurement begins with: its arguments, and Django on an empty database."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.services import start


def arguments(module: str, text: str | None) -> ArgumentParser:
    """The arguments of ``python -m module``, which measures on one database."""
    parser = ArgumentParser(prog=f"python -m {module}", description=text)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    return parser


@contextmanager
def empty_database(kind: str, settings: str = "config.settings_test") -> Iterator[None]:
    """Until this ends, Django works on a migrated database of this kind, with its services."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    with ExitStack() as services:
        start(services, kind)
        import django  # noqa: PLC0415 -- after the services are known

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connections.close_all()
