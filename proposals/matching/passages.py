"""Finds passages that several texts share, to mark them side by side (并案对照)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from proposals.matching.likeness import Text
from proposals.matching.similar import SENTENCE, Analysed, like_sentences

SAME = 0.5
"""How alike two sentences are in their words (0 to 1) to say the same."""

Place = tuple[int, int]
"""A sentence: the index of its text, and its index in the text."""


class MarkedText(NamedTuple):
    """A part of a text; ``number`` is that of the passage which others have too, or 0."""

    text: str
    number: int


def same(texts: Sequence[Text]) -> list[dict[str, int]]:
    """For each text its sentences that another one has too, with the number of the passage.

    What says the same has the same number in all of them; a sentence is held to be the same as
    at most one of each other text, the likeliest. Numbers count from 1, as the passages stand.
    """
    analysed = [Analysed(text) for text in texts]
    found: dict[Place, Place] = {}
    for one, other in combinations(range(len(analysed)), 2):
        for here, there in _pairs(analysed, one, other):
            found[_root(found, there)] = _root(found, here)
    numbers: dict[Place, int] = {}
    marked: list[dict[str, int]] = []
    grouped = {_root(found, place) for place in found}
    for text, those in enumerate(analysed):
        sentences = {}
        for at, (sentence, _words) in enumerate(those.sentences):
            root = _root(found, (text, at))
            if root in grouped:
                sentences[sentence] = numbers.setdefault(root, len(numbers) + 1)
        marked.append(sentences)
    return marked


def pieces(part: str, marked: Mapping[str, int]) -> list[MarkedText]:
    """A part of a text, cut where a passage begins or ends that others have too."""
    found = []
    at = 0
    for match in SENTENCE.finditer(part):
        number = marked.get(match.group().strip(), 0)
        if number:
            found += [MarkedText(part[at : match.start()], 0), MarkedText(match.group(), number)]
            at = match.end()
    found.append(MarkedText(part[at:], 0))
    return [piece for piece in found if piece.text]


def _root(found: Mapping[Place, Place], place: Place) -> Place:
    while found.get(place, place) != place:
        place = found[place]
    return place


def _pairs(analysed: Sequence[Analysed], one: int, other: int) -> Iterator[tuple[Place, Place]]:
    """The pairs of sentences of two texts that say the same, each sentence once."""
    for likeness, at, place in like_sentences(analysed[one], analysed[other]):
        if likeness < SAME:
            return
        yield (one, at), (other, place)
