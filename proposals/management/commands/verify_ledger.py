"""Verify that the ledger is intact."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from proposals.ledger import faults
from proposals.models import Event


class Command(BaseCommand):
    """Exit code 0 when the chain holds; else every fault on a line, and 1."""

    help = "Check every event's hash, order and states, and the triggers that guard them."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and tell."""
        count = 0
        for fault in faults():
            count += 1
            self.stderr.write(fault)
        if count:
            raise CommandError(_("台账有 %(count)s 处问题") % {"count": count})
        total = Event.objects.count()
        self.stdout.write(_("台账完整：%(total)s 条事件") % {"total": total})
