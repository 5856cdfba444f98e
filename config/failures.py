"""Says in one sentence what an operator can mend, where Python would show a traceback.

Wrong settings, and a database that cannot be reached, are not faults of the program. Everything
else keeps its traceback.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from django.core.exceptions import DisallowedHost, ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import MigrationSchemaMissing

from members.outage import database_is_away

REMEDIES = {
    "password authentication failed": "Correct the user and the password in DATABASE_URL.",
    "no password supplied": "Give the password in DATABASE_URL.",
    "no pg_hba.conf entry": "Let this machine in, in pg_hba.conf of the database server.",
    "does not exist": "Create it on the database server, or correct DATABASE_URL.",
    "unable to open database file": "Give its folder to the user that runs Ti'an.",
}
"""What to do, by what the database says."""

RIGHTS, NO_TABLE = "42501", "42P01"
"""PostgreSQL's codes for a missing right and a missing table."""


def sentence(error: BaseException | None) -> str | None:
    """What went wrong and what to do, where an operator can mend it; else None."""
    if isinstance(error, ImproperlyConfigured):
        return f"Ti'an cannot start: {error}"
    if isinstance(error, KeyboardInterrupt):
        return "Stopped."
    if isinstance(error, MigrationSchemaMissing):
        error = error.__context__
    if not isinstance(error, DatabaseError):
        return None
    said = str(error).strip()
    code = getattr(error.__cause__, "sqlstate", None)
    if database_is_away(error):
        remedy = next((REMEDIES[words] for words in REMEDIES if words in said), None)
        remedy = remedy or "Start it, or correct the host and the port in DATABASE_URL."
        return f"The database cannot be reached: {_reason(said)}. {remedy}"
    if code == NO_TABLE or "no such table" in said:
        return (
            f"The database {connection.settings_dict['NAME']} has not all its tables yet: run "
            "manage.py migrate, or name the right one in DATABASE_URL or DATA_DIR."
        )
    if code == RIGHTS:
        return (
            f"{said.splitlines()[0]}: name the role that owns the tables in DATABASE_URL; for "
            "make serve, in OWNER_DATABASE_URL."
        )
    return None


def _reason(said: str) -> str:
    """The line of a message that says why; PostgreSQL's may have a line for each address tried."""
    lines = [line.strip(" \t-") for line in said.splitlines()] or [""]
    return next((line for line in lines if "failed: " in line), lines[0]).rstrip(".")


def excepthook(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Tell why a process ends: in a sentence where there is one, else as Python does."""
    told = None if "--traceback" in sys.argv else sentence(error)
    if told is None:
        sys.__excepthook__(kind, error, traceback)
    else:
        sys.stderr.write(f"{told}\n")


@contextmanager
def ends_in_a_sentence() -> Iterator[None]:
    """For a process that has no excepthook: exit with the sentence, where there is one."""
    try:
        yield
    except Exception as error:
        told = sentence(error)
        if told is None:
            raise
        raise SystemExit(told) from None


class InOneLine(logging.Filter):
    """Leaves out the traceback of what an operator can mend: it says no more than the line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        error = record.exc_info[1] if record.exc_info else None
        if database_is_away(error) or isinstance(error, DisallowedHost):
            reason, line = _reason(str(error)), record.getMessage()
            record.msg = line if reason in line else f"{line}: {reason}"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True
