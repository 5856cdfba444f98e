"""What only tests do with the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

from proposals import triggers


@contextmanager
def suspended(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Lift the guard: to empty the test database, or to forge what a check must find."""
    with connection.cursor() as cursor:
        for name in triggers.names(connection):
            table = "" if connection.vendor == "sqlite" else f" ON {triggers.TABLE}"
            cursor.execute(f"DROP TRIGGER {name}{table}")
    try:
        yield
    finally:
        triggers.install(using=connection.alias)
