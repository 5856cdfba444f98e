"""The index in PostgreSQL: a text-search column that the database computes, and postings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL

from proposals.matching.index.asked import AllOf, AnyOf, Asked, Where, Word, any_of, leaves
from proposals.matching.index.relational import READ, RelationalIndex, Row


class PostgresIndex(RelationalIndex):
    """For a site with a database server."""

    def match(self, asked: Asked, where: Where = Where.TEXT) -> Q:
        """Entries whose documents have the words."""
        if not any(leaves(asked)):
            return Q(pk__in=[])
        condition, parameters = _condition(asked, where.columns)
        if where.needs_inner:
            inner, more = _condition(any_of(*leaves(asked)), ("inner_words",))
            condition, parameters = f"{condition} AND {inner}", parameters + more
        # Nothing of the condition comes from outside but its parameters.
        statement = f"SELECT proposal_id FROM proposals_indexentry WHERE {condition}"  # noqa: S608
        rows = RawSQL(statement, parameters)  # noqa: S611 -- as above
        return Q(_Among(F("pk"), rows))

    def size(self) -> int:
        """The two tables, with their indexes and what is kept out of line."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_total_relation_size('proposals_indexentry') "
                "+ pg_total_relation_size('proposals_posting')"
            )
            return int(cursor.fetchone()[0])

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


class _Among(Func):
    """That a key is among the rows of a query, which is carried out first, and once.

    As a plain ``IN`` it is the planner's choice to go through all proposals instead and to read
    the long document of each.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY(ARRAY"
    output_field = BooleanField()


def _condition(asked: Asked, columns: Sequence[str]) -> tuple[str, list[str]]:
    """In SQL: alternatives go into one query of each column, what must be joined is joined here.

    Each column has a document and an index of its own. With weights in a common one, the
    database would have to read every document again to see where in it the word stands.
    """
    if isinstance(asked, Word) or (
        isinstance(asked, AnyOf) and all(isinstance(part, Word) for part in asked.parts)
    ):
        query = " | ".join(f"'{word.text}'{':*' if word.prefix else ''}" for word in leaves(asked))
        each = [f"{column.replace('words', 'document')} @@ %s::tsquery" for column in columns]
        return f"({' OR '.join(each)})", [query] * len(each)
    conditions, parameters = [], []
    for part in asked.parts:
        condition, more = _condition(part, columns)
        conditions.append(condition)
        parameters += more
    joined = " AND " if isinstance(asked, AllOf) else " OR "
    return f"({joined.join(conditions)})", parameters
