"""Cutting Chinese text into words: the one tokenisation of similarity and of search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import rjieba

WORD = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:\.[0-9]+)?")
"""A run of Chinese characters, or of Latin letters and digits, in folded text."""

GENRE = re.compile(
    r"^关于(?:进一步)?(?:加强|加快|推进|推动|完善|促进|做好)?|的?(?:建议|提案|意见|议案)$"
)
"""What nearly every title begins and ends with, and what says nothing of the matter."""


def _listed(name: str) -> frozenset[str]:
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


STOP_WORDS = _listed("stop_words.txt")
"""Words of the genre (进一步, 加强, 建议 …): in every proposal, so no sign of likeness."""


def folded(text: str) -> str:
    """The text as it is compared: full-width forms made plain, letters small."""
    return unicodedata.normalize("NFKC", text).lower()


def words(text: str) -> list[str]:
    """The words of a text that tell its matter: two characters or more, none of the genre."""
    return [
        word
        for word in rjieba.cut(folded(text))
        if len(word) > 1 and word not in STOP_WORDS and WORD.fullmatch(word)
    ]


def bigrams(text: str) -> list[str]:
    """Every two neighbouring Chinese characters, and Latin words whole."""
    found: list[str] = []
    for run in WORD.findall(folded(text)):
        if run[0] < "\u3400":
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
    return found


def characters(text: str) -> list[str]:
    """Every Chinese character."""
    return [sign for run in WORD.findall(folded(text)) if run[0] >= "\u3400" for sign in run]


def search_words(text: str) -> list[str]:
    """Every word that a search may ask for, in the order of the text, long words in parts too."""
    return [word for word in rjieba.cut_for_search(folded(text)) if WORD.fullmatch(word)]


def matter(title: str) -> str:
    """A title without the words that open and close nearly every title."""
    return GENRE.sub("", title.strip())


@lru_cache(maxsize=64)
def _places(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted((name for name in names if name), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def without_places(text: str, names: Iterable[str]) -> str:
    """The text with a committee's own place names cut out; they stand in everything it gets."""
    return _places(tuple(names)).sub(" ", text)
