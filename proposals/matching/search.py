"""Finding proposals by their words, best first, and the same ones on every database.

The database only says which proposals match; how well they match is worked out here, from the
words of the entries. For that at most ``MOST`` matches are read, the newest, and ``TITLED``
more by their titles: a query that matches more is ranked among those, and its count is then a
lower bound (``Found.exact`` says so). Paging ends there too: whoever needs more narrows the query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from members.reader import Reader
from proposals.enums import SENT_OUT, CosignatureState, Publicity
from proposals.matching.index import Expression, Where, Word, all_of, any_of, current_index
from proposals.matching.indexing import current_frequencies
from proposals.matching.likeness import Frequencies, key_of
from proposals.matching.query import Query
from proposals.matching.query_terms import Question, Term, question, words_of
from proposals.matching.words import STOP_WORDS, WORD, bigrams, characters, folded
from proposals.models import Assignment, Cosignature, Proposal, Reply, Suggestion
from proposals.permissions import inside, is_all_inside

MOST = 200
"""How many matches are read, the newest."""

TITLED = 100
"""How many more are read by their titles, where there are more than ``MOST``."""

FEW = 20
"""With fewer hits the page is filled with proposals that have some of the words."""

RARER = 0.5
"""How rare a word must be to fill a page, beside the rarest one of the query."""

LATEST = 2000
"""How many proposals are read letter by letter when the index finds nothing."""

TITLE = 5.0
"""What a word in the title counts, beside one in the text."""

SATURATION, LENGTH, USUAL = 1.2, 0.4, 3000
"""Of BM25: how soon more of a word adds nothing, how much a long text loses, its usual length."""

ROW_OF_WORDS = 0.3
"""What the words in the order typed add, as a share of what they count; in a title twice that."""

PAIRS, SIGNS = 1, 2
"""The tables of ``Frequencies`` that count pairs of characters, and characters."""


@dataclass(frozen=True)
class Hit:
    """A proposal found; ``complete`` if it has every word asked for."""

    key: int
    score: float
    complete: bool = True


@dataclass(frozen=True)
class Found:
    """The hits, best first; ``exact`` unless there may be more than these."""

    hits: Sequence[Hit] = ()
    exact: bool = True


class TextOfCandidate(NamedTuple):
    """A candidate, with the words of it that the reader may search."""

    key: int
    numbers: tuple[str, str]
    title: str
    text: str


def find(rows: QuerySet[Proposal], query: Query, reader: Reader) -> Found:
    """The proposals of ``rows`` that the query finds for a reader who sees those rows."""
    search = _Search(rows, query, reader)
    with current_index().searching():
        return search.by_words() if query.asks_words else search.newest()


def matching(rows: QuerySet[Proposal], query: Query, reader: Reader) -> QuerySet[Proposal]:
    """The proposals of ``rows`` that have everything a query asks for, for a list in its order."""
    search = _Search(rows, query, reader)
    return search.narrowed(question(query).every) if query.asks_words else search.rows


class _Search:
    """One reader's search among the rows that they see.

    What everybody may search who sees a proposal, and the inner words of those that the reader
    is inside of, are asked for apart: a database reads the newest of either and stops, but of
    the two joined by "or" it would read them all.
    """

    def __init__(self, rows: QuerySet[Proposal], query: Query, reader: Reader) -> None:
        self.query = query
        self.inside = inside(reader)
        self.all_inside = is_all_inside(reader)
        self.rows = rows
        for text in query.excluded:
            for found in self._having(words_of(text), Proposal.objects.all()):
                self.rows = self.rows.exclude(pk__in=found.values("pk"))
        for phrase in query.phrases:
            self.rows = self.rows.filter(self._says(phrase))

    def newest(self) -> Found:
        """Without a word to rank by: the newest first."""
        keys = list(self.rows.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
        return Found([Hit(key, 0.0) for key in keys[:MOST]], len(keys) <= MOST)

    def by_words(self) -> Found:
        """Those that have every word; with few of them also those that have some."""
        wanted = question(self.query)
        ranking = _Ranking(wanted)
        keys = self._newest(self._having(wanted.every, self.rows), MOST + 1)
        exact = len(keys) <= MOST
        if not exact:
            titled = self.rows.filter(current_index().match(wanted.every, Where.TITLE))
            keys = list({*keys[:MOST], *self._newest([titled], TITLED)})
        hits = ranking.ranked(self._read(keys), complete=True)
        if exact and len(hits) < FEW:
            hits += self._nearly(ranking, [hit.key for hit in hits])
        return Found(hits, exact)

    def narrowed(self, asked: Expression) -> QuerySet[Proposal]:
        """The rows that have what is asked."""
        every = (rows.order_by() for rows in self._having(asked, Proposal.objects.all()))
        first, *more = (rows.values("pk") for rows in every)
        return self.rows.filter(pk__in=first.union(*more) if more else first)

    def _having(self, asked: Expression, rows: QuerySet[Proposal]) -> list[QuerySet[Proposal]]:
        """Of the rows those that have what is asked, in one or two parts."""
        index = current_index()
        if self.inside is None:
            return [rows.filter(index.match(asked, Where.TEXT))]
        if self.all_inside:
            return [rows.filter(index.match(asked, Where.ALL))]
        return [
            rows.filter(index.match(asked, Where.TEXT)),
            rows.filter(self.inside, index.match(asked, Where.INNER)),
        ]

    def _nearly(self, ranking: _Ranking, found: list[int]) -> list[Hit]:
        """Proposals with some of the rarer words; with nothing found any of the words will do."""
        keys = []
        if some := ranking.some(rarer=bool(found)):
            keys = self._newest(self._having(some, self.rows), MOST + FEW)
        if not keys and not found and any(sign >= "\u3400" for sign in "".join(self.query.words)):
            latest = self.rows.order_by("-pk").values("pk")[:LATEST]
            spelt = Q(pk__in=latest)
            for text in self.query.words:
                spelt &= self._says(text)
            keys = self._newest([self.rows.filter(spelt)], FEW)
        rows = self._read([key for key in keys if key not in found])
        return ranking.ranked(rows, complete=False)[: FEW - len(found)]

    def _newest(self, parts: Iterable[QuerySet[Proposal]], limit: int) -> list[int]:
        keys = {
            key
            for rows in parts
            for key in rows.order_by("-pk").values_list("pk", flat=True)[:limit]
        }
        return sorted(keys, reverse=True)[:limit]

    def _read(self, keys: list[int]) -> Iterator[TextOfCandidate]:
        handled: Any = Value(self.all_inside)
        if self.inside is not None and not self.all_inside:
            handled = Case(
                When(self.inside, then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
        rows = Proposal.objects.filter(pk__in=keys).annotate(handled=handled).order_by()
        for key, case_no, receipt_no, title, body, inner, handles in rows.values_list(
            "pk",
            "case_no",
            "receipt_no",
            "index_entry__title_words",
            "index_entry__body_words",
            "index_entry__inner_words",
            "handled",
        ):
            text = f"{body} {inner}" if handles else body
            yield TextOfCandidate(key, (case_no, receipt_no), f" {title or ''} ", f" {text or ''} ")

    def _says(self, text: str) -> Q:
        """The text occurs letter by letter where the reader may read it."""
        said = self._contains(text)
        return said if folded(text) == text else said | self._contains(folded(text))

    def _contains(self, text: str) -> Q:
        # Ignoring the case costs most of the time, and most texts have none.
        how = "contains" if text.upper() == text.lower() else "icontains"

        def having(*fields: str) -> Q:
            return Q(*((f"{field}__{how}", text) for field in fields), _connector=Q.OR)

        sent = Reply.objects.filter(having("body"), state__in=SENT_OUT)
        signed = Cosignature.objects.filter(having("member__name"), state=CosignatureState.AGREED)
        said = having(*OWN_TEXTS)
        said |= _below(Suggestion.objects.filter(having("text"))) | _below(signed)
        said |= _below(sent.filter(publicity=Publicity.OPEN))
        if self.inside is None:
            return said
        units = Assignment.objects.live().filter(having("unit__name", "unit__short_name"))
        return said | (self.inside & (_below(sent) | _below(units)))


OWN_TEXTS = (
    "title",
    "situation",
    "analysis",
    "background",
    "case_no",
    "receipt_no",
    "lead__name",
    "body__name",
)
"""Fields of a proposal that are read letter by letter."""


def _below(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(proposal=OuterRef("pk"))))


class _Ranking:
    """How well candidates match: BM25 over title and text, with the index's own words."""

    def __init__(self, wanted: Question) -> None:
        self.wanted = wanted
        frequencies, _number = current_frequencies()
        self.rarity = {
            term: max(_rarity(word, frequencies) for word in term.words) for term in wanted.terms
        }

    def ranked(self, rows: Iterable[TextOfCandidate], *, complete: bool) -> list[Hit]:
        """The candidates as hits, best first, of equal ones the newer."""
        hits = [Hit(row.key, round(self._score(row), 4), complete) for row in rows]
        return sorted(hits, key=lambda hit: (-hit.score, -hit.key))

    def some(self, *, rarer: bool) -> Expression | None:
        """Any of the terms, or of the rarer ones among them; nothing if all are common."""
        useful = {
            term: rarity
            for term, rarity in self.rarity.items()
            if any(len(word) > 1 and word not in STOP_WORDS for word in term.words)
        }
        least = RARER * max(useful.values(), default=0) * rarer
        kept = [term.words for term, rarity in useful.items() if rarity >= least]
        return any_of(*(all_of(*map(Word, words)) for words in kept)) if kept else None

    def _score(self, row: TextOfCandidate) -> float:
        norm = 1 - LENGTH + LENGTH * len(row.text) / USUAL
        score = most = 0.0
        for term, rarity in self.rarity.items():
            weight = term.weight * rarity
            often = _often(term, row.text) / norm + TITLE * bool(_often(term, row.title))
            score += weight * often * (SATURATION + 1) / (often + SATURATION)
            most += weight
        for sequence in self.wanted.sequences:
            title = f" {sequence} " in row.title
            score += ROW_OF_WORDS * most * (2 * title + (f" {sequence} " in row.text))
        if any(_same_number(number, row.numbers) for number in self.wanted.numbers):
            score += 1000
        return score


def _often(term: Term, text: str) -> int:
    if term.prefix:
        return text.count(f" {term.words[0]}")
    return min(text.count(f" {word} ") for word in term.words)


def _same_number(number: str, numbers: Iterable[str]) -> bool:
    return any(folded(other).lstrip("0") == number.lstrip("0") for other in numbers if other)


def _rarity(word: str, frequencies: Frequencies) -> float:
    """How rare a word is: as rare as its rarest pair of characters.

    Words are counted only where similarity reads them, without the parts of long ones; the pairs
    are counted all.
    """
    if word in STOP_WORDS:
        return 0.1
    pieces = WORD.findall(folded(word))
    table, parts = (PAIRS, bigrams(pieces)) if len(word) > 1 else (SIGNS, characters(pieces))
    if not parts:
        return 1.0
    keys = np.array([key_of(part) for part in parts], np.uint32)
    return float(frequencies.rarity(table, keys).max())
