"""The index in PostgreSQL: a text-search column that the database computes, and postings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from proposals.matching.index.base import Asked
from proposals.matching.index.relational import READ, RelationalIndex, Row


class PostgresIndex(RelationalIndex):
    """For a site with a database server."""

    def match(self, asked: Sequence[Asked], *, inner: bool = False) -> Q:
        """Entries whose document has all the words."""
        return self._matching(asked, " & ", inner)

    def match_any(self, asked: Sequence[Asked], *, inner: bool = False) -> Q:
        """Entries whose document has any of the words."""
        return self._matching(asked, " | ", inner)

    def size(self) -> int:
        """The two tables, with their indexes and what is kept out of line."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_total_relation_size('proposals_indexentry') "
                "+ pg_total_relation_size('proposals_posting')"
            )
            return int(cursor.fetchone()[0])

    def _matching(self, asked: Sequence[Asked], joined: str, inner: bool) -> Q:
        if not asked:
            return Q(pk__in=[])
        weights = "" if inner else "ab"
        words = joined.join(
            f"'{word.word}':{'*' if word.prefix else ''}{weights}".rstrip(":") for word in asked
        )
        rows = RawSQL(
            "SELECT proposal_id FROM proposals_indexentry WHERE document @@ %s::tsquery", [words]
        )
        return Q(pk__in=rows)

    def _nearest(self, terms: Sequence[tuple[int, int]], limit: int) -> tuple[str, list[Any]]:
        return (
            "SELECT proposal_id, SUM(impact::bigint * asked.weight) "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS asked(term, weight) CROSS JOIN LATERAL ("
            "SELECT proposal_id, impact FROM proposals_posting WHERE term = asked.term "
            "ORDER BY impact DESC LIMIT %s) AS heaviest "
            "GROUP BY proposal_id ORDER BY 2 DESC, 1 DESC LIMIT %s",
            [[term for term, _w in terms], [weight for _t, weight in terms], READ, limit],
        )

    def _write(self, gone: Sequence[Row], come: Sequence[Row]) -> None:
        with connection.cursor() as cursor:
            if gone:
                cursor.execute(
                    "DELETE FROM proposals_posting AS p USING unnest(%s::bigint[], %s::int[], "
                    "%s::bigint[]) AS g(term, impact, proposal_id) WHERE p.term = g.term "
                    "AND p.impact = g.impact AND p.proposal_id = g.proposal_id",
                    [list(column) for column in zip(*gone, strict=True)],
                )
            if come:
                cursor.execute(
                    "INSERT INTO proposals_posting (term, impact, proposal_id) "
                    "SELECT * FROM unnest(%s::bigint[], %s::int[], %s::bigint[])",
                    [list(column) for column in zip(*come, strict=True)],
                )
