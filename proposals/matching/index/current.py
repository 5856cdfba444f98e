"""Which index serves this site."""

from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from proposals.matching.index.base import Index
from proposals.matching.index.postgres import PostgresIndex
from proposals.matching.index.sqlite import SqliteIndex

OWN: dict[str, type[Index]] = {"postgresql": PostgresIndex, "sqlite": SqliteIndex}


@lru_cache(maxsize=1)
def current_index() -> Index:
    """The index that ``SEARCH_INDEX`` names by its dotted path; by default the database's own."""
    if settings.SEARCH_INDEX:
        index: Index = import_string(settings.SEARCH_INDEX)()
        return index
    return OWN[connection.vendor]()
