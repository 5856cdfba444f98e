"""The one table of visibility: ``visible`` decides who sees which rows.

Each application declares in a list what a reader sees of its own rows. An application above may
widen what is seen of a row below it: then the reader sees what either rule shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q, QuerySet

from members.reader import Reader, read_once

Row = TypeVar("Row", bound=Model)

NOBODY = Q(pk__in=[])
EVERYTHING = Q(pk__isnull=False)


@dataclass(frozen=True)
class Visibility:
    """The condition on rows of one kind that a reader sees."""

    model: type[Model]
    rule: Callable[[Reader], Q]


_declared: dict[type[Model], dict[str, Callable[[Reader], Q]]] = {}
"""Kind of row to the rules of each application, by its name."""


def declare(application: str, *declared: Visibility) -> None:
    """Enter what an application says; raises ImproperlyConfigured when it says a thing twice."""
    for one in declared:
        said = _declared.setdefault(one.model, {})
        if application in said:
            raise ImproperlyConfigured(
                f"{application} says twice who sees {one.model.__name__}: say it in one rule."
            )
        said[application] = one.rule


@read_once
def visible_condition(model: type[Model], reader: Reader) -> Q | None:
    """The condition on rows of ``model`` that ``reader`` may see; None: none of them.

    Raises TypeError for a model of which no application has said who sees it.
    """
    if model not in _declared:
        raise TypeError(f"No application says who sees {model.__name__}")
    if not reader.user.is_active:
        return None
    return pruned(reduce(or_, (rule(reader) for rule in _declared[model].values())))


def visible(reader: Reader, queryset: QuerySet[Row]) -> QuerySet[Row]:
    """The rows of ``queryset`` that ``reader`` may see; everything else is a 404."""
    condition = visible_condition(queryset.model, reader)
    return queryset.none() if condition is None else queryset.filter(condition)


def visible_row(reader: Reader, queryset: QuerySet[Row], key: int) -> Row | None:
    """The row with that key, if ``reader`` may see it: what ``visible`` says, for one row.

    The reasons to see a row are tried one after the other, the plain ones first: most people
    act on what is their own, and need not have the database weigh all the rest.
    """
    condition = visible_condition(queryset.model, reader)
    if condition is None:
        return None
    apart = condition.connector == Q.OR and not condition.negated
    for reason in condition.children if apart else [condition]:
        reason = reason if isinstance(reason, Q) else Q(reason)
        for row in queryset.filter(reason, pk=key).order_by()[:1]:
            return row
    return None


def pruned(condition: Q) -> Q | None:
    """The condition without the parts that a reader's empty reach makes false; None: nothing.

    Most people reach into one scope only. Leaving the others out here spares the database
    layer, which would find out the same much more slowly, for every request.
    """
    kept: list[Any] = []
    for part in condition.children:
        left = pruned(part) if isinstance(part, Q) else part
        false = left is None or (isinstance(left, tuple) and left[1] in (frozenset(), []))
        if false and condition.connector == Q.AND:
            return Q(pk__isnull=False) if condition.negated else None
        if not false:
            kept.append(left)
    if not kept:
        return None
    return Q(*kept, _connector=condition.connector, _negated=condition.negated)
