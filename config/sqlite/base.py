"""Django's SQLite backend, with writers that wait for each other without falling asleep."""

import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

PAUSE = 0.0005
"""Seconds between two tries to begin. SQLite itself sleeps for up to a tenth of a second."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin as soon as another process has ended its own.

    One process writes at a time. SQLite's own way of waiting sleeps longer with every try, so
    that a database with two busy writers stands idle for a third of the time.
    """

    def _start_transaction_under_autocommit(self) -> None:
        """Begin, trying for as long as the ``timeout`` of the database's options says."""
        seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
        until = time.monotonic() + seconds
        cursor = self.connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._begun(last_try=time.monotonic() > until):
                time.sleep(PAUSE)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _begun(self, *, last_try: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except OperationalError:
            if last_try:
                raise
            return False
        return True
