"""Measures how alike two texts are: the profile of a text, and the score of two profiles.

A text becomes a ``Profile`` of sparse vectors: its words, its pairs of neighbouring characters,
its single characters, and the pairs of its title. Each is weighed by tf-idf, cut to its heaviest
terms and brought to length one. The score of two profiles is the weighted mean of the cosines:
1 for the same text, 0 for texts that share nothing. Words tell a matter best, but people choose
different ones; the characters that those words have in common still tell it.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from proposals.matching.words import (
    bigrams,
    characters,
    matter,
    pieces,
    telling,
    without_places,
    words,
)

TITLE_COUNTS = 2
"""How often a title counts, relative to the text below it."""


class ProfileVector(NamedTuple):
    """One of the vectors of a profile: its share of the score, and how many terms it keeps."""

    share: float
    kept: int


PARTS = (
    ProfileVector(0.30, 120),
    ProfileVector(0.38, 250),
    ProfileVector(0.20, 200),
    ProfileVector(0.12, 40),
)
"""Words, pairs of characters, characters, pairs of the title's characters."""

FINE = 60_000
"""Into how many steps a weight is divided where it is stored as a whole number."""

Keys = NDArray[np.uint32]
Weights = NDArray[np.float32]


def key_of(term: str) -> int:
    """The number by which a term is stored; two of a million terms may share one."""
    return crc32(term.encode())


@dataclass(frozen=True)
class Vector:
    """A sparse vector of length one: sorted term keys, and their weights."""

    keys: Keys
    weights: Weights

    def __len__(self) -> int:
        return len(self.keys)

    def impacts(self) -> NDArray[np.uint16]:
        """The weights as whole numbers from 0 to ``FINE``, as they are stored."""
        return np.rint(self.weights * FINE).astype(np.uint16)

    def heaviest(self, count: int) -> Vector:
        """The same vector with no more than ``count`` terms left."""
        if len(self) <= count:
            return self
        kept = np.sort(np.argpartition(-self.weights, count)[:count])
        return Vector(self.keys[kept], self.weights[kept])

    def dot(self, other: Vector) -> float:
        """The cosine of the two."""
        if not len(other):
            return 0.0
        at = np.searchsorted(other.keys, self.keys)
        at[at == len(other)] = 0
        same = other.keys[at] == self.keys
        return float(self.weights[same] @ other.weights[at[same]])


Counts = Mapping[int, int]
"""How often each term occurs in a text."""


@dataclass(frozen=True)
class Text:
    """What of a proposal is compared: its title, and everything below it."""

    title: str
    body: str
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, title: str, parts: Iterable[str], places: Iterable[str]) -> Text:
        """The text of a title and the parts below it, in a committee with such places."""
        return cls(title, "\n".join(parts), tuple(places))

    def stripped(self) -> Text:
        """The same without what says nothing: forms of title, and the committee's places."""
        return Text(
            without_places(matter(self.title), self.places),
            without_places(self.body, self.places),
        )

    def counts(self) -> tuple[Counts, ...]:
        """The terms of the vectors, one table for each part."""
        stripped = self.stripped()
        title, body = telling(stripped.title), telling(stripped.body)
        in_title, in_body = pieces(title), pieces(body)
        return (
            _counted(words(body), words(title)),
            _counted(bigrams(in_body), bigrams(in_title)),
            _counted(characters(in_body), characters(in_title)),
            _counted(bigrams(in_title)),
        )


def _counted(body: Iterable[str], title: Iterable[str] = ()) -> Counts:
    counts = Counter(body)
    for term in title:
        counts[term] += TITLE_COUNTS
    return {key_of(term): count for term, count in counts.items()}


@dataclass(frozen=True)
class Frequencies:
    """In how many of ``documents`` texts each term occurs; terms of a single text are left out.

    ``tables`` has one pair of arrays for each part: sorted keys, and their counts.
    """

    documents: int = 0
    tables: tuple[tuple[Keys, NDArray[np.int32]], ...] = field(
        default=((np.empty(0, np.uint32), np.empty(0, np.int32)),) * len(PARTS)
    )

    @classmethod
    def of(cls, texts: Iterable[Sequence[Counts]], *, times: float = 1.0) -> Frequencies:
        """Count texts; ``times`` scales the counts of a sample up to the whole."""
        found: tuple[Counter[int], ...] = tuple(Counter() for _part in PARTS)
        documents = 0
        for parts in texts:
            documents += 1
            for counter, counts in zip(found, parts, strict=True):
                counter.update(counts.keys())
        tables = []
        for counter in found:
            often = sorted((key, count) for key, count in counter.items() if count > 1)
            keys = np.fromiter((key for key, _count in often), np.uint32, len(often))
            counts_ = np.fromiter((count for _key, count in often), np.float64, len(often))
            tables.append((keys, np.rint(counts_ * times).astype(np.int32)))
        return cls(round(documents * times), tuple(tables))

    def rarity(self, part: int, keys: Keys) -> Weights:
        """The inverse document frequency of each key, in natural logarithms."""
        known, _counts = self.tables[part]
        at = np.searchsorted(known, keys)
        if len(known):
            at[known.take(at, mode="clip") != keys] = len(known)
        return self._rarities[part][at]

    @cached_property
    def _rarities(self) -> tuple[Weights, ...]:
        """The rarity of each key of the tables; at the end of each that of all other keys."""
        found = [np.append(counts, 1).astype(np.float32) for _known, counts in self.tables]
        rarities = [np.log((self.documents + 1) / (counts + 0.5)) for counts in found]
        return tuple(np.maximum(rarity, 0.01).astype(np.float32) for rarity in rarities)

    def pack(self) -> bytes:
        """The counts as bytes."""
        head = struct.pack("<I", self.documents)
        return head + b"".join(
            struct.pack("<I", len(keys)) + keys.astype("<u4").tobytes() + n.astype("<i4").tobytes()
            for keys, n in self.tables
        )

    @classmethod
    def unpack(cls, data: bytes) -> Frequencies:
        """The counts that ``pack`` wrote."""
        (documents,), at, tables = struct.unpack_from("<I", data), 4, []
        for _part in PARTS:
            (size,) = struct.unpack_from("<I", data, at)
            keys = np.frombuffer(data, "<u4", size, at + 4)
            counts = np.frombuffer(data, "<i4", size, at + 4 + 4 * size)
            tables.append((keys, counts))
            at += 4 + 8 * size
        return cls(documents, tuple(tables))


@dataclass(frozen=True)
class Profile:
    """What is kept of a text to compare it; the first vector is that of its words."""

    vectors: tuple[Vector, ...]

    @classmethod
    def of(cls, text: Text, frequencies: Frequencies) -> Profile:
        """Weigh the terms of a text against how common they are."""
        return cls.weighed(text.counts(), frequencies)

    @classmethod
    def weighed(cls, parts: Sequence[Counts], frequencies: Frequencies) -> Profile:
        """A profile of terms already counted."""
        return cls(
            tuple(
                _weighed(counts, frequencies, index, part.kept)
                for index, (counts, part) in enumerate(zip(parts, PARTS, strict=True))
            )
        )

    @property
    def words(self) -> Vector:
        """The words, by which candidates are found."""
        return self.vectors[0]

    def likeness(self, other: Profile) -> float:
        """How alike the two texts are, from 0 to 1."""
        pairs = zip(self.vectors, other.vectors, PARTS, strict=True)
        return sum(part.share * mine.dot(other_) for mine, other_, part in pairs)

    def likenesses(self, packed: Sequence[bytes]) -> list[float]:
        """How alike it is to each of these profiles as ``pack`` wrote them; all at once."""
        scores = np.zeros(len(packed))
        vectors = zip(*(_cut(data) for data in packed), strict=True)
        for mine, part, theirs in zip(self.vectors, PARTS, vectors, strict=False):
            keys = np.frombuffer(b"".join(keys for keys, _impacts in theirs), "<u4")
            impacts = np.frombuffer(b"".join(impacts for _keys, impacts in theirs), "<u2")
            rows = np.repeat(np.arange(len(packed)), [len(keys) // 4 for keys, _i in theirs])
            if len(mine):
                at = np.searchsorted(mine.keys, keys)
                at[at == len(mine)] = 0
                same = mine.keys[at] == keys
                products = mine.weights[at[same]] * (impacts[same] / np.float32(FINE))
                scores += part.share * np.bincount(rows[same], products, len(packed))
        found: list[float] = scores.tolist()
        return found

    def pack(self) -> bytes:
        """The profile as bytes, some 3,500 of them."""
        return b"".join(
            struct.pack("<H", len(vector))
            + vector.keys.astype("<u4").tobytes()
            + vector.impacts().astype("<u2").tobytes()
            for vector in self.vectors
        )

    @classmethod
    def unpack(cls, data: bytes) -> Profile:
        """The profile that ``pack`` wrote."""
        return cls(tuple(_unpacked(keys, impacts) for keys, impacts in _cut(data)))


def packed_words(data: bytes) -> Vector:
    """The words of a profile that ``Profile.pack`` wrote, without the rest."""
    ((keys, impacts),) = _cut(data, 1)
    return _unpacked(keys, impacts)


def _unpacked(keys: bytes, impacts: bytes) -> Vector:
    weights = np.frombuffer(impacts, "<u2").astype(np.float32) / np.float32(FINE)
    return Vector(np.frombuffer(keys, "<u4"), weights)


def _cut(data: bytes, count: int = len(PARTS)) -> list[tuple[bytes, bytes]]:
    """The keys and the impacts of the first vectors of a packed profile."""
    parts, at = [], 0
    for _part in range(count):
        (size,) = struct.unpack_from("<H", data, at)
        keys = at + 2
        impacts, at = keys + 4 * size, keys + 6 * size
        parts.append((data[keys:impacts], data[impacts:at]))
    return parts


def _weighed(counts: Counts, frequencies: Frequencies, part: int, kept: int) -> Vector:
    keys = np.fromiter(counts.keys(), np.uint32, len(counts))
    often = np.fromiter(counts.values(), np.float32, len(counts))
    weights = (1 + np.log(often)) * frequencies.rarity(part, keys)
    if len(keys) > kept:
        heaviest = np.argpartition(-weights, kept)[:kept]
        keys, weights = keys[heaviest], weights[heaviest]
    order = np.argsort(keys)
    length = math.sqrt(float(weights @ weights)) or 1.0
    return Vector(keys[order], (weights[order] / length).astype(np.float32))
