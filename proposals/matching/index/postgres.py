"""The index in PostgreSQL: a text-search column that the database computes, and postings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL

from proposals.matching.index.query_tree import AllOf, Expression, Where, Word, any_of, leaves
from proposals.matching.index.relational import READ, RelationalIndex, Row


class PostgresIndex(RelationalIndex):
    """For a site with a database server."""

    def match(self, asked: Expression, where: Where = Where.TEXT) -> Q:
        """Entries whose documents have the words."""
        if not any(leaves(asked)):
            return Q(pk__in=[])
        parts = [part(asked) for part in PARTS[where]]
        # Nothing of the conditions comes from outside but their parameters.
        statement = " UNION ".join(
            f"SELECT proposal_id FROM proposals_indexentry WHERE {condition}"  # noqa: S608
            for condition, _parameters in parts
        )
        parameters = [parameter for _condition, more in parts for parameter in more]
        rows = RawSQL(statement, parameters)  # noqa: S611 -- as above
        return Q(_Among(F("pk"), rows))

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Keep the planner from scanning whole tables.

        For a common word the planner estimates a scan of the table to be as cheap as the index.
        It does not know that documents are long and stored compressed elsewhere (TOAST), so that
        the scan takes ten times as long.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            yield
            cursor.execute("SET LOCAL enable_seqscan = on")

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
                    _arrays(gone),
                )
            if come:
                cursor.execute(
                    "INSERT INTO proposals_posting (term, impact, proposal_id) "
                    "SELECT * FROM unnest(%s::bigint[], %s::int[], %s::bigint[])",
                    _arrays(come),
                )


def _arrays(rows: Sequence[Row]) -> list[str]:
    """The columns of rows as arrays, written out: psycopg would look into each number for signs."""
    return [f"{{{','.join(map(str, column))}}}" for column in zip(*rows, strict=True)]


class _Among(Func):
    """That a key is among the rows of a query, which is carried out first, and once.

    As a plain ``IN`` it is the planner's choice to go through all proposals instead and to read
    the long document of each.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY(ARRAY"
    output_field = BooleanField()


Condition = tuple[str, list[str]]
"""A condition in SQL, and its parameters."""


def _in_title(asked: Expression) -> Condition:
    return "title_document @@ %s::tsquery", [_query(asked)]


def _in_text(asked: Expression) -> Condition:
    return "text_document @@ %s::tsquery", [_query(asked)]


def _with_inner(asked: Expression) -> Condition:
    """First the few where a word is an inner one, then whether all the rest is there too."""
    condition, parameters = _anywhere(asked)
    some = any_of(*leaves(asked))
    return f"inner_document @@ %s::tsquery AND {condition}", [_query(some), *parameters]


PARTS: dict[Where, tuple[Callable[[Expression], Condition], ...]] = {
    Where.TITLE: (_in_title,),
    Where.TEXT: (_in_text,),
    Where.INNER: (_with_inner,),
    Where.ALL: (_in_text, _with_inner),
}
"""Each part is answered by one document's index alone: reading the documents takes long."""


def _query(asked: Expression) -> str:
    if isinstance(asked, Word):
        return f"'{asked.text}'{':*' if asked.prefix else ''}"
    joined = " & " if isinstance(asked, AllOf) else " | "
    return f"({joined.join(_query(part) for part in asked.parts)})"


def _anywhere(asked: Expression) -> Condition:
    if isinstance(asked, Word):
        query = _query(asked)
        return "(text_document @@ %s::tsquery OR inner_document @@ %s::tsquery)", [query, query]
    parts = [_anywhere(part) for part in asked.parts]
    joined = " AND " if isinstance(asked, AllOf) else " OR "
    parameters = [parameter for _condition, more in parts for parameter in more]
    return f"({joined.join(condition for condition, _more in parts)})", parameters
