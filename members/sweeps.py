"""Work for the background waits in rows; a sweep is the task that looks for it and does it.

Core code knows no queue: it writes rows and asks for their sweep. A message is sent once the
transaction is committed; if it is lost, the timetable runs the sweep a little later.
"""

from dataclasses import dataclass

from django.db import transaction

from members.signals import sweep_wanted


@dataclass(frozen=True)
class Sweep:
    """A task by its name, such as ``members.tasks.deliver``."""

    task: str

    def soon(self) -> None:
        """Have it run once what is written now is committed; asked for often, announced once."""
        planned = transaction.get_connection().run_on_commit
        if all(entry[1] != self._announce for entry in planned):
            transaction.on_commit(self._announce, robust=True)

    def _announce(self) -> None:
        sweep_wanted.send(sender=self)
