"""Tells whether an error means that the database is away, for a while or for good."""

import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError

RETRY_AFTER = 5
"""Seconds after which it is worth trying again."""

SERVER_ENDS = ("57P01", "57P02", "57P03", "57P05")
"""PostgreSQL's codes for a server that stops, has crashed, is starting, or hangs up."""

CONNECTION_LOST = "08"
"""The class of PostgreSQL's codes for a connection that is broken."""

NOT_OF_POSTGRES = ""

NO_FILE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)
"""SQLite's codes for a file that cannot be opened, read or extended."""

PRIMARY = 0xFF
"""The part of an SQLite code that tells its kind."""


def database_is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or went away during a query.

    What happened because of that counts as well. What a query did wrong, a lock or a deadlock
    does not: the database has answered.
    """
    while error is not None:
        if _says_so(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _says_so(error: BaseException) -> bool:
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & PRIMARY in NO_FILE
    code = getattr(cause, "sqlstate", NOT_OF_POSTGRES)
    if code is None:  # no answer: it was the connection
        return isinstance(error, OperationalError | InterfaceError)
    return code in SERVER_ENDS or code.startswith(CONNECTION_LOST)
