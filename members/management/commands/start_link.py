"""Prints the one-time link by which an empty installation is set up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from members.services import first_account


class Command(BaseCommand):
    help = "Print the link that makes the first account; there is none once somebody has one."

    def handle(self, **options: Any) -> None:
        """Print it."""
        if not first_account.is_empty():
            raise CommandError(_("已经有账号了，请登录后继续设置"))
        self.stdout.write(first_account.link())
