"""The common base of the indexes in SQLite and PostgreSQL."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import connection, transaction

from proposals.matching.index.base import Index
from proposals.matching.likeness import Vector, packed_words
from proposals.models import IndexEntry

POSTED = 60
"""How many of its heaviest words a proposal is found by."""

ASKED = 30
"""By how many of the heaviest words of a text others are looked for."""

READ = 400
"""How many proposals are read for one word: those where it weighs most."""

FIELDS = IndexEntry._meta.concrete_fields
COLUMNS = [field.attname for field in FIELDS]
"""All that an entry is stored as; the columns have the names of the attributes."""

Row = tuple[int, int, int]
"""Scope and term in one number, impact, proposal."""


def _term(scope: int, key: int) -> int:
    return scope << 32 | key


def _upsert(rows: int) -> str:
    """The statement that writes so many entries, over those that are there."""
    row = f"({', '.join(['%s'] * len(COLUMNS))})"
    # Nothing in the statement comes from outside.
    return (
        f"INSERT INTO proposals_indexentry ({', '.join(COLUMNS)}) "  # noqa: S608
        f"VALUES {', '.join([row] * rows)} ON CONFLICT (proposal_id) DO UPDATE SET "
        + ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name != "proposal_id")
    )


def postings(entry: IndexEntry) -> list[Row]:
    """The rows by which an entry is found as alike."""
    if not entry.profile:
        return []
    words = packed_words(bytes(entry.profile)).heaviest(POSTED)
    terms = list(zip(words.keys.tolist(), words.impacts().tolist(), strict=True))
    return [
        (_term(scope, key), impact, entry.proposal_id)
        for scope in entry.scopes
        for key, impact in terms
    ]


class RelationalIndex(Index):
    """Entries and postings as rows beside the proposals, in the same transactions."""

    INSERT: ClassVar = (
        "INSERT INTO proposals_posting (term, impact, proposal_id) VALUES (%s, %s, %s)"
    )
    DELETE: ClassVar = (
        "DELETE FROM proposals_posting WHERE term = %s AND impact = %s AND proposal_id = %s"
    )

    def put(self, entries: Sequence[IndexEntry]) -> None:
        """Write the entries, and those postings that differ from what was there."""
        keys = [entry.proposal_id for entry in entries]
        with transaction.atomic():
            old = self._posted(keys)
            new = {row for entry in entries for row in postings(entry)}
            if entries:
                self._keep(entries)
            self._write(sorted(old - new), sorted(new - old))

    def drop(self, proposals: Iterable[int]) -> None:
        """Delete entries and postings."""
        keys = list(proposals)
        with transaction.atomic():
            self._write(sorted(self._posted(keys)), [])
            IndexEntry.objects.filter(proposal__in=keys).delete()

    def nearest(self, words: Vector, scope: int, limit: int) -> list[int]:
        """Add up the products of the weights, word by word, heaviest proposals of each first."""
        asked = words.heaviest(ASKED)
        if not len(asked):
            return []
        terms = [
            (_term(scope, key), impact)
            for key, impact in zip(asked.keys.tolist(), asked.impacts().tolist(), strict=True)
        ]
        with connection.cursor() as cursor:
            statement, parameters = self._nearest(terms, limit)
            cursor.execute(statement, parameters)
            return [row[0] for row in cursor.fetchall()]

    @abstractmethod
    def _nearest(self, terms: Sequence[tuple[int, int]], limit: int) -> tuple[str, list[Any]]:
        """The statement that reads the nearest proposals, and its parameters."""

    def _keep(self, entries: Sequence[IndexEntry]) -> None:
        """Write the entries, past Django, which takes half as long as the database for one."""
        values = [
            field.get_db_prep_save(getattr(entry, field.attname), connection)
            for entry in entries
            for field in FIELDS
        ]
        with connection.cursor() as cursor:
            cursor.execute(_upsert(len(entries)), values)

    def _posted(self, keys: Sequence[int]) -> set[Row]:
        entries = IndexEntry.objects.filter(proposal__in=keys).order_by()
        return {row for entry in entries.only("profile", "scopes") for row in postings(entry)}

    def _write(self, gone: Sequence[Row], come: Sequence[Row]) -> None:
        with connection.cursor() as cursor:
            if gone:
                cursor.executemany(self.DELETE, gone)
            if come:
                cursor.executemany(self.INSERT, come)
