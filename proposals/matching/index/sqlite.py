"""The index in SQLite: an FTS5 table over the entries, postings without row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from proposals.matching.index.base import Asked
from proposals.matching.index.relational import READ, RelationalIndex


class SqliteIndex(RelationalIndex):
    """For a site whose data is one file."""

    def match(self, asked: Sequence[Asked], *, inner: bool = False) -> Q:
        """Rows of the FTS5 table that match all the words."""
        return self._matching(asked, " AND ", inner)

    def match_any(self, asked: Sequence[Asked], *, inner: bool = False) -> Q:
        """Rows of the FTS5 table that match any of the words."""
        return self._matching(asked, " OR ", inner)

    def size(self) -> int:
        """Pages of the tables and of their indexes."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT SUM(pgsize) FROM dbstat WHERE name LIKE 'proposals_index%%' "
                "OR name LIKE 'proposals_words%%' OR name LIKE 'proposals_posting%%'"
            )
            return int(cursor.fetchone()[0] or 0)

    def _matching(self, asked: Sequence[Asked], joined: str, inner: bool) -> Q:
        if not asked:
            return Q(pk__in=[])
        words = joined.join(f'"{word.word}"{"*" if word.prefix else ""}' for word in asked)
        where = "" if inner else "{title_words body_words} : "
        rows = RawSQL(
            "SELECT rowid FROM proposals_words WHERE proposals_words MATCH %s",
            [f"{where}({words})"],
        )
        return Q(pk__in=rows)

    def _nearest(self, terms: Sequence[tuple[int, int]], limit: int) -> tuple[str, list[Any]]:
        each = (
            "SELECT * FROM (SELECT proposal_id, impact * %s AS part FROM proposals_posting "
            "WHERE term = %s ORDER BY impact DESC LIMIT %s)"
        )
        parameters: list[Any] = []
        for term, weight in terms:
            parameters += [weight, term, READ]
        return (
            # Nothing in the statement comes from outside but the parameters.
            f"SELECT proposal_id, SUM(part) FROM ({' UNION ALL '.join([each] * len(terms))}) "  # noqa: S608
            "GROUP BY proposal_id ORDER BY 2 DESC, 1 DESC LIMIT %s",
            [*parameters, limit],
        )
