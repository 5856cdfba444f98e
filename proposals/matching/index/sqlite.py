"""The index in SQLite: an FTS5 table over the entries, postings without row numbers."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from proposals.matching.index.query_tree import AllOf, Expression, Where, Word, any_of, leaves
from proposals.matching.index.relational import READ, RelationalIndex


class SqliteIndex(RelationalIndex):
    """For a site whose data is one file."""

    def match(self, asked: Expression, where: Where = Where.TEXT) -> Q:
        """Rows of the FTS5 table."""
        if not any(leaves(asked)):
            return Q(pk__in=[])
        query = f"{{{' '.join(where.columns)}}} : ({_expression(asked)})"
        if where.needs_inner:
            query += f" AND {{inner_words}} : ({_expression(any_of(*leaves(asked)))})"
        rows = RawSQL("SELECT rowid FROM proposals_words WHERE proposals_words MATCH %s", [query])
        return Q(pk__in=rows)

    def size(self) -> int:
        """Pages of the tables and of their indexes."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT SUM(pgsize) FROM dbstat WHERE name LIKE 'proposals_index%%' "
                "OR name LIKE 'proposals_words%%' OR name LIKE 'proposals_posting%%'"
            )
            return int(cursor.fetchone()[0] or 0)

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


def _expression(asked: Expression) -> str:
    """In the language of FTS5; words hold no sign of it but the point of a number."""
    if isinstance(asked, Word):
        return f'"{asked.text}"*' if asked.prefix else f'"{asked.text}"'
    joined = " AND " if isinstance(asked, AllOf) else " OR "
    return f"({joined.join(_expression(part) for part in asked.parts)})"
