"""Segments Chinese text into words, for similarity and search alike."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from operator import add

import rjieba

CHINESE = "\u3400"
"""The first of the Chinese characters, in the order of code points."""

WORD = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:\.[0-9]+)?")
"""A run of Chinese characters, or of Latin letters and digits, in folded text."""

LONGEST = 60
"""Characters of a word that are kept: nobody types more, and databases have limits."""

GENRE = re.compile(
    r"^关于(?:进一步)?(?:加强|加快|推进|推动|完善|促进|做好)?|的?(?:建议|提案|意见|议案)$"
)
"""What nearly every title begins and ends with, and what says nothing of the matter."""

PLAIN = tuple((sign, unicodedata.normalize("NFKC", sign)) for sign in "，：；！？（）")
"""The full-width signs of nearly every text; one without them is mostly in normal form already."""


def _listed(name: str) -> frozenset[str]:
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


STOP_WORDS = _listed("stop_words.txt")
"""Words of the genre (进一步, 加强, 建议 …): in every proposal, so no sign of likeness."""


def folded(text: str) -> str:
    """The text as it is compared: full-width forms made plain, letters small."""
    for sign, plain in PLAIN:
        text = text.replace(sign, plain)
    return unicodedata.normalize("NFKC", text).lower()


def telling(text: str) -> list[list[str]]:
    """Runs of neighbouring words that tell the matter: none of the genre, no signs."""
    runs: list[list[str]] = [[]]
    for word in rjieba.cut(folded(text)):
        if word in STOP_WORDS or not WORD.fullmatch(word):
            runs.append([])
        else:
            runs[-1].append(word)
    return [run for run in runs if run]


def words(runs: Iterable[Sequence[str]]) -> list[str]:
    """The words of telling runs; single characters tell too little."""
    return [word for run in runs for word in run if len(word) > 1]


def pieces(runs: Iterable[Sequence[str]]) -> list[str]:
    """The matches of ``WORD`` in telling runs, across their words."""
    return WORD.findall(" ".join("".join(run) for run in runs))


def bigrams(parts: Iterable[str]) -> list[str]:
    """Every two neighbouring Chinese characters of matches of ``WORD``, and Latin words whole."""
    found: list[str] = []
    for part in parts:
        if part[0] < CHINESE:
            found.append(part)
        else:
            found += map(add, part, part[1:])
    return found


def characters(parts: Iterable[str]) -> list[str]:
    """Every Chinese character of matches of ``WORD``."""
    return [sign for part in parts if part[0] >= CHINESE for sign in part]


def search_words(text: str) -> list[str]:
    """Every word that a search may ask for, in the order of the text, long words in parts too."""
    return _search_words(folded(text))


def _search_words(plain: str) -> list[str]:
    # All at once, not cut by cut; no match goes across a blank.
    matches = WORD.findall(" ".join(rjieba.cut_for_search(plain)))
    return [word[:LONGEST] for word in matches]


def findable(text: str) -> list[str]:
    """The words of a short text, and what else of it people may type: pairs, single characters.

    For titles, names and numbers: a name is cut into words by guessing, and nobody who looks
    for one knows the guess. The zeros before a number may be left out.
    """
    plain = folded(text)
    found, parts = _search_words(plain), WORD.findall(plain)
    more = [*bigrams(parts), *characters(parts), *parts]
    more += [word.lstrip("0") for word in more if word.isdecimal()]
    there = {"", *found}
    return found + [word for word in dict.fromkeys(more) if word not in there]


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
