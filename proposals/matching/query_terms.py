"""Turns a query into an expression for the index and the terms by which hits are ranked.

A hit has every word typed, or what means the same. A word is what the cutting in precise mode
gives: the overlapping parts of the search mode (自行, 行车 of 自行车) would ask too much of a
hit; they help to fill a page, after the hits. A single character beside longer words is mostly
grammar and is not asked for; alone it is looked for in titles and names, and at the beginning
of words. What was cut differently in the text is still found in titles and names: there every
pair of neighbouring characters is indexed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import rjieba

from proposals.matching.index import Expression, Word, all_of, any_of
from proposals.matching.query import Query
from proposals.matching.words import LONGEST, WORD, bigrams, folded, search_words

SAME = 0.8
"""The weight of a synonym, relative to the word typed."""

PART = 0.35
"""The weight of a part of a word."""

NUMBER = re.compile(r"[a-z]*[0-9-]+")
"""What may be the number of a proposal."""

LONGEST_NAME = 8
"""Characters up to which a word typed is also looked for pair by pair."""


@dataclass(frozen=True)
class Term:
    """Something whose occurrences count; all of its words must occur."""

    words: tuple[str, ...]
    weight: float = 1.0
    prefix: bool = False


@dataclass(frozen=True)
class Question:
    """What a query asks: what every hit has, and what counts how much.

    ``sequences`` are the words of a text in their order; hits that have them so come first.
    ``numbers`` are what may be the number of a proposal.
    """

    every: Expression
    terms: tuple[Term, ...]
    sequences: tuple[str, ...]
    numbers: tuple[str, ...]


def question(query: Query) -> Question:
    """What to ask for the words, phrases and prefixes of a query."""
    groups: list[Expression] = []
    terms: dict[Term, None] = {}
    sequences = []
    for text in (*query.words, *map(folded, query.phrases)):
        for piece in WORD.findall(text):
            asked, counted = _piece(piece)
            groups.append(asked)
            terms.update(dict.fromkeys(counted))
        sequences.append(" ".join(search_words(text)))
    for text in query.prefixes:
        *whole, last = WORD.findall(text)
        groups += [_piece(piece)[0] for piece in whole]
        groups.append(_beginning(last[:LONGEST]))
        terms[Term((last,), prefix=True)] = None
    return Question(
        all_of(*groups),
        tuple(terms),
        tuple(text for text in sequences if " " in text),
        tuple(text for text in query.words if NUMBER.fullmatch(text)),
    )


def words_of(text: str) -> Expression:
    """The words of a text that is to be left out."""
    cut = [word for piece in WORD.findall(text) for word in rjieba.cut(piece[:LONGEST])]
    long = [word for word in cut if len(word) > 1]
    return all_of(*map(Word, long)) if long else all_of(*map(_beginning, cut))


def _piece(piece: str) -> tuple[Expression, list[Term]]:
    """A run of characters: what it asks for, and the terms that it counts."""
    piece = piece[:LONGEST]
    if piece[0] < "\u3400":
        return Word(piece), [Term((piece,))]
    cut = [part for known in _known(piece) for part in known]
    long = [word for word in cut if len(word) > 1 or len(word[0]) > 1]
    groups = [_alternatives(word) for word in long or cut]
    asked = all_of(*(group for group, _terms in groups))
    terms = [term for _group, counted in groups for term in counted]
    if 1 < len(piece) <= LONGEST_NAME:
        asked = any_of(asked, all_of(*map(Word, bigrams([piece]))))
    if len(piece) > 1 and not long:
        terms.append(Term((piece,)))
    return asked, terms


Cut = tuple[str, ...]
"""A word as the index has it: mostly one, several where the cutting knows no single one."""


def _known(piece: str) -> Iterator[list[Cut]]:
    """The words of a piece; those sets of words that have synonyms stay together."""
    at = 0
    for found in _joint().finditer(piece):
        yield [(word,) for word in rjieba.cut(piece[at : found.start()]) if word]
        yield [tuple(rjieba.cut(found[0]))]
        at = found.end()
    yield [(word,) for word in rjieba.cut(piece[at:]) if word]


def _alternatives(cut: Cut) -> tuple[Expression, list[Term]]:
    """A word or what means the same, and how much each of them counts, with its parts."""
    if len(cut) == 1 and len(cut[0]) == 1:
        return _beginning(cut[0]), [Term(cut)]
    same = _synonyms().get(cut, ())
    asked = any_of(*(all_of(*map(Word, other)) for other in (cut, *same)))
    parts = [part for word in cut for part in search_words(word) if part not in cut]
    return asked, [
        Term(cut),
        *(Term(other, SAME) for other in same),
        *(Term((part,), PART) for part in dict.fromkeys(parts)),
    ]


def _beginning(text: str) -> Expression:
    """Words that begin so; the cutting may have ended a word inside of what was typed."""
    *before, last = rjieba.cut(text) if text[0] >= "\u3400" else [text]
    return any_of(Word(text, prefix=True), all_of(*map(Word, before), Word(last, prefix=True)))


@lru_cache(maxsize=1)
def _synonyms() -> dict[Cut, tuple[Cut, ...]]:
    """Every word that has synonyms, with them."""
    lines = files(__package__).joinpath("synonyms.txt").read_text(encoding="utf-8").splitlines()
    found: dict[Cut, tuple[Cut, ...]] = {}
    for line in lines:
        if line.startswith("#"):
            continue
        same = [tuple(rjieba.cut(word)) for word in line.split()]
        for word in same:
            found[word] = tuple(other for other in same if other != word)
    return found


@lru_cache(maxsize=1)
def _joint() -> re.Pattern[str]:
    """The words with synonyms that the cutting takes apart."""
    apart = sorted(("".join(cut) for cut in _synonyms() if len(cut) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, apart)))
