"""Expressions for an index: words, joined by all-of and any-of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from proposals.matching.words import WORD


class Where(Enum):
    """Which of an entry's three columns count, and whether the inner one must have a part in it.

    ``TEXT`` and ``INNER`` together find what ``ALL`` finds; apart they can be asked of different
    proposals, and few ever match by their inner words.
    """

    TITLE = (("title_words",), False)
    TEXT = (("title_words", "body_words"), False)
    ALL = (("title_words", "body_words", "inner_words"), False)
    INNER = (("title_words", "body_words", "inner_words"), True)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are searched, as one text."""
        return self.value[0]

    @property
    def needs_inner(self) -> bool:
        """Whether one of the words, at least, must stand among the inner ones."""
        return self.value[1]


@dataclass(frozen=True)
class Word:
    """A word that must occur; with ``prefix`` its beginning is enough.

    It is one that ``search_words`` can give: letters, digits and Chinese characters. So no sign
    that means something to a database comes this far, whatever was typed.
    """

    text: str
    prefix: bool = False

    def __post_init__(self) -> None:
        if not WORD.fullmatch(self.text):
            raise ValueError(f"not a word: {self.text!r}")


@dataclass(frozen=True)
class AllOf:
    """Every part must hold, in whichever of the columns."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class AnyOf:
    """One part must hold."""

    parts: tuple[Expression, ...]


Expression = Word | AllOf | AnyOf


def all_of(*parts: Expression) -> Expression:
    """The parts joined; one alone needs no joining."""
    return _joined(AllOf, parts)


def any_of(*parts: Expression) -> Expression:
    """The parts as alternatives; one alone is no alternative."""
    return _joined(AnyOf, parts)


def _joined(kind: type[AllOf] | type[AnyOf], parts: tuple[Expression, ...]) -> Expression:
    flat: dict[Expression, None] = {}
    for part in parts:
        if any(leaves(part)):
            flat.update(dict.fromkeys(part.parts if isinstance(part, kind) else [part]))
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))


def leaves(asked: Expression) -> Iterator[Word]:
    """Every word of it."""
    if isinstance(asked, Word):
        yield asked
        return
    for part in asked.parts:
        yield from leaves(part)
