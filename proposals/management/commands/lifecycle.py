"""Write docs/lifecycle.md from the machines, or check that it is up to date."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from proposals.diagram import document


class Command(BaseCommand):
    """``lifecycle`` writes the file; ``lifecycle --check`` fails when it would change."""

    help = "Write docs/lifecycle.md from the declared machines."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to check only."""
        parser.add_argument("--check", action="store_true", help="fail when out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or check."""
        path = settings.BASE_DIR / "docs" / "lifecycle.md"
        text = document()
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError("docs/lifecycle.md is out of date: run manage.py lifecycle")
            return
        path.write_text(text, encoding="utf-8")
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} written")
