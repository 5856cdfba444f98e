"""The differences between two sets of rules, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext as _
from pydantic import BaseModel

from members.punctuation import clauses, listed, stated
from members.rules import Rules
from members.rules.section import zero_of


@dataclass(frozen=True)
class Change:
    """A place of the rulebook that says something else: labels from outer to inner."""

    section: str
    where: tuple[str, ...]
    before: str
    after: str


def changes(before: Rules, after: Rules) -> list[Change]:
    """Every place where ``after`` differs from ``before``, in the order of the rulebook.

    Rows of a table are matched by their code, or by their place where they have none.
    """
    found: list[Change] = []
    for name, info in Rules.model_fields.items():
        label = _(info.title) if info.title else name
        one, other = getattr(before, name), getattr(after, name)
        found += [
            Change(name, (label, *where), old, new) for where, old, new in _between(one, other)
        ]
    return found


def _between(one: Any, other: Any) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if one == other:
        return
    if isinstance(one, BaseModel) and isinstance(other, BaseModel):
        for name, info in type(one).model_fields.items():
            label = _(info.title) if info.title else name
            for where, old, new in _between(getattr(one, name), getattr(other, name)):
                if where:
                    yield (label, *where), old, new
                else:
                    yield (label,), said_in(one, name), said_in(other, name)
    elif isinstance(one, tuple) and isinstance(other, tuple) and _is_table(one or other):
        yield from _between_tables(_keyed(one), _keyed(other))
    else:
        yield (), said(one), said(other)


def _is_table(rows: tuple[Any, ...]) -> bool:
    return bool(rows) and isinstance(rows[0], BaseModel)


def _keyed(rows: tuple[BaseModel, ...]) -> dict[str, BaseModel]:
    return {getattr(row, "code", "") or _row_number(at): row for at, row in enumerate(rows)}


def _row_number(at: int) -> str:
    return _("第 %(n)s 行") % {"n": at + 1}


def _between_tables(
    one: Mapping[str, BaseModel], other: Mapping[str, BaseModel]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for key in [*one, *(key for key in other if key not in one)]:
        old, new = one.get(key), other.get(key)
        label = str(getattr(new or old, "name", key))
        if old is None or new is None:
            yield (label,), said(old), said(new)
        else:
            for where, before, after in _between(old, new):
                yield (label, *where), before, after


def said_in(section: BaseModel, name: str) -> str:
    """A field of a section in words."""
    value = getattr(section, name)
    zero = zero_of(type(section).model_fields[name])
    return _(zero.means) if zero is not None and value == 0 else said(value)


def said(value: Any) -> str:
    """A value of the rulebook in words."""
    if value is None or value == () or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Choices):
        return str(value.label)
    if isinstance(value, tuple):
        return listed(said(one) for one in value)
    if isinstance(value, Mapping):
        return clauses(stated(said(key), said(one)) for key, one in value.items())
    if isinstance(value, BaseModel):
        parts = []
        for name, info in type(value).model_fields.items():
            part = getattr(value, name)
            if name != "code" and part not in (None, "", (), False):
                title = _(info.title) if info.title else name
                parts.append(f"{title} {said_in(value, name)}")
        return _("，").join(parts)
    return str(value)
