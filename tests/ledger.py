"""What only tests do with the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from members.enums import Channel, PostChange
from members.models import Post
from proposals import records, triggers


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


def record_posts(at: datetime) -> None:
    """Put the posts that factories have made on record, as a check of the whole ledger wants."""
    for post in Post.objects.filter(version=0):
        records.record(
            post, PostChange.APPOINT, by=None, at=at, reason="测试", channel=Channel.SYSTEM
        )
