"""Database triggers that make the ledger append-only, on SQLite and on PostgreSQL."""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "proposals_event"
MESSAGE = "the ledger is append-only"

_SQLITE = {
    f"{TABLE}_no_{verb.lower()}": (
        f"BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )
    for verb in ("UPDATE", "DELETE")
}
_POSTGRESQL = {
    f"{TABLE}_no_change": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW",
    f"{TABLE}_no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
}


def install(*, using: str = "default", **_signal: Any) -> None:
    """Guard the ledger of a database; harmless when it is guarded already."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, body in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")
            return
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        )
        for name, body in _POSTGRESQL.items():
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {name} {body} EXECUTE FUNCTION {TABLE}_refuse()"
            )


def names(connection: BaseDatabaseWrapper) -> set[str]:
    """The triggers that guard the ledger in this database now."""
    wanted = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()} & set(wanted)


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """The triggers that should guard the ledger and do not."""
    wanted = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    return set(wanted) - names(connection)
