"""Prepared queries: built once, then run with other values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BigIntegerField, DateField, Expression, Field, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)

Row = TypeVar("Row")

KEY = BigIntegerField()
"""The value is the key of a row."""

DAY = DateField()
"""The value is a day."""


def prepared(
    *fields: Field[Any, Any],
) -> Callable[[Callable[..., QuerySet[Any, Row]]], Callable[..., list[Row]]]:
    """Turn a function that builds a query from values into one that gives the query's rows.

    Django puts a query together anew whenever it is asked, which for a small one takes ten
    times as long as the answer. Here that happens once, with a place for each value; ``fields``
    tell of what kind the values are. So the shape of the query must not hang on them: none may
    be None. One may be a list, for an ``__in``, which has a statement for each of its lengths;
    it may not be empty.
    """

    def declare(build: Callable[..., QuerySet[Any, Row]]) -> Callable[..., list[Row]]:
        plans: dict[tuple[Any, ...], Plan[Row]] = {}

        @wraps(build)
        def rows(*values: Any) -> list[Row]:
            lengths = [len(value) if isinstance(value, list) else None for value in values]
            shape = (connection.vendor, *lengths)
            if shape not in plans:
                places = map(_places, range(len(fields)), fields, lengths)
                plans[shape] = Plan(build(*places))
            return plans[shape].rows(values)

        return rows

    return declare


class Place(Expression):
    """Where a value will stand, or one ``within`` a value that is a list."""

    def __init__(self, at: int, field: Field[Any, Any], within: int | None = None) -> None:
        super().__init__(output_field=field)
        self.at = at
        self.within = within

    def filled(self, values: Sequence[Any]) -> Any:
        """What stands there of ``values``, as the database wants it."""
        value = values[self.at] if self.within is None else values[self.at][self.within]
        return self.output_field.get_db_prep_value(value, connection)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The sign for a value; in the list of values the place stands for what is to come."""
        return "%s", [self]


def _places(at: int, field: Field[Any, Any], length: int | None) -> Place | list[Place]:
    if length is None:
        return Place(at, field)
    return [Place(at, field, within) for within in range(length)]


class Plan(Generic[Row]):
    """The statement of a query, and how its answer becomes the rows of the query."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        compiler = queryset.query.get_compiler(using=connection.alias)
        self.statement, self.values = compiler.as_sql()
        self.converters = compiler.get_converters([column for column, *_more in compiler.select])
        kinds: dict[Any, Callable[[Any], Callable[[Sequence[Any]], Any]]] = {
            FlatValuesListIterable: lambda _compiler: itemgetter(0),
            ModelIterable: _instance,
            ValuesListIterable: lambda _compiler: tuple,
        }
        self.row = kinds[queryset._iterable_class](compiler)

    def rows(self, values: Sequence[Any]) -> list[Row]:
        """Ask the database, with these values in their places."""
        filled = [
            value.filled(values) if isinstance(value, Place) else value for value in self.values
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.statement, filled)
            found = cursor.fetchall()
        return [self.row(self._converted(row)) for row in found]

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        converted = list(row)
        for at, (converters, column) in self.converters.items():
            for convert in converters:
                converted[at] = convert(converted[at], column, connection)
        return converted


def _instance(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """A function from a row to the model's instance, with what ``select_related`` brought."""
    model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    first, end = columns[0], columns[-1] + 1
    names = [column.target.attname for column, *_more in compiler.select[first:end]]
    related = get_related_populators(  # type: ignore[call-arg]  # the stubs know a later Django
        compiler.klass_info, compiler.select, connection.alias
    )

    def instance(row: Sequence[Any]) -> Any:
        found = model.from_db(connection.alias, names, row[first:end])
        for populator in related:
            populator.populate(row, found)
        return found

    return instance
