"""The title and the passages that a hit shows, with the words marked.

Nothing here is HTML: a text comes in pieces, each marked or not, and whoever shows them escapes
them as any other text.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from proposals.matching.query import Query
from proposals.matching.query_terms import Question
from proposals.matching.words import WORD, folded

WIDE = 64
"""Characters of a passage, about."""

MOST = 2
"""Passages of a hit."""

ENDS = "。；！？\n;!?"
"""After these a sentence begins."""


class SnippetPiece(NamedTuple):
    """A part of a text; ``hit`` if it is what was looked for."""

    text: str
    hit: bool


class Snippet(NamedTuple):
    """A part of the text that the source names: situation, analysis, suggestion, reply …"""

    source: str
    pieces: list[SnippetPiece]


class Marks:
    """Finds the words of a query in any text."""

    def __init__(self, query: Query, wanted: Question) -> None:
        """Whole words typed go before their parts, so that the longest is marked."""
        texts = {piece for word in query.words for piece in WORD.findall(word)}
        texts |= {folded(phrase) for phrase in query.phrases}
        texts |= {"".join(term.words) for term in wanted.terms}
        longest_first = sorted(texts, key=lambda text: (-len(text), text))
        self.pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def found(self, text: str) -> list[tuple[int, int]]:
        """Where it stands: beginnings and ends in the text as it is written."""
        plain, places = _folded_in_place(text)
        return [
            (places[match.start()], places[match.end() - 1] + 1)
            for match in self.pattern.finditer(plain)
        ]

    def pieces(self, text: str) -> list[SnippetPiece]:
        """The whole text in pieces."""
        return _cut(text, self.found(text), 0, len(text))

    def passages(self, texts: Iterable[tuple[str, str]]) -> list[Snippet]:
        """Up to ``MOST`` passages of these texts, given with their sources in order of rank.

        The one that has the most different words first, then what adds most to it.
        """
        windows = [
            (source, text, window, spans)
            for source, text in texts
            if (spans := self.found(text))
            for window in _windows(text, spans)
        ]
        passages: list[Snippet] = []
        shown: set[str] = set()
        while windows and len(passages) < MOST:
            gains = [len(_words_in(text, spans, w) - shown) for _s, text, w, spans in windows]
            best = gains.index(max(gains))
            source, text, window, spans = windows.pop(best)
            if passages and not gains[best]:
                break
            shown |= _words_in(text, spans, window)
            passages.append(Snippet(source, _cut(text, spans, *window)))
        return passages


def _folded_in_place(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and from which sign of the original each of its signs comes."""
    plain = folded(text)
    if len(plain) == len(text):
        return plain, range(len(text))
    signs = [unicodedata.normalize("NFKC", sign).lower() for sign in text]
    places = [at for at, sign in enumerate(signs) for _one in sign]
    return "".join(signs), places


Span = tuple[int, int]


def _windows(text: str, spans: list[Span]) -> list[Span]:
    """Parts of the text about the finds, that do not overlap."""
    windows: list[Span] = []
    for start, end in spans:
        if windows and end <= windows[-1][1]:
            continue
        begin = max((text.rfind(sign, 0, start) + 1 for sign in ENDS), default=0)
        begin = max(begin, start - WIDE // 2, windows[-1][1] if windows else 0)
        windows.append((begin, min(len(text), max(begin + WIDE, end))))
    return windows


def _words_in(text: str, spans: list[Span], window: Span) -> set[str]:
    return {folded(text[a:b]) for a, b in spans if window[0] <= a and b <= window[1]}


def _cut(text: str, spans: list[Span], start: int, end: int) -> list[SnippetPiece]:
    """The text from start to end, an ellipsis where something is left out."""
    pieces = [SnippetPiece("…", hit=False)] if start and text[start - 1] not in ENDS else []
    at = start
    for first, last in spans:
        if first < at or last > end:
            continue
        pieces += [
            SnippetPiece(text[at:first], hit=False),
            SnippetPiece(text[first:last], hit=True),
        ]
        at = last
    pieces.append(SnippetPiece(text[at:end].rstrip(), hit=False))
    if end < len(text):
        pieces.append(SnippetPiece("…", hit=False))
    return [piece for piece in pieces if piece.text]
