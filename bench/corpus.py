"""Invented proposals in any number: the same number gives the same text.

Sentences come from the labelled proposals of ``data/``, mixed anew for each text around one
matter, with invented names of streets, schools and estates, so that words go on appearing as
they do in real texts. A text has some 700 characters.
"""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Iterator
from functools import cache
from multiprocessing import Pool
from pathlib import Path

from proposals.matching.likeness import Frequencies, Profile, Text
from proposals.matching.words import search_words

DATA = Path(__file__).parent / "data"
CHUNK = 5_000
"""Texts that are prepared and loaded together."""

COUNTED = 20_000
"""Texts from which it is learnt how common words are, as in use."""

SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
SIGNS = "安宁和平康泰瑞丰华荣盛昌兴隆达远景明辉晨曦朝阳春晖秋实清波碧水青山翠竹松柏梅兰云霞星月"
KINDS = ("路", "街", "小区", "学校", "广场", "社区", "医院", "公园", "村", "苑")

Prepared = tuple[bytes, str, str]
"""A packed profile, and the words of title and body."""


@cache
def _matters() -> list[tuple[list[str], list[str]]]:
    """Titles and sentences of each matter of the labelled set."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for line in (DATA / "proposals.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        titles, sentences = found.setdefault(row["group"], ([], []))
        titles.append(row["title"])
        sentences += SENTENCE.findall(row["body"])
    return list(found.values())


def sentences(number: int) -> tuple[str, list[str]]:
    """Title and sentences of a text."""
    chance = random.Random(number)
    matters = _matters()
    titles, own = chance.choice(matters)
    body = chance.sample(own, min(len(own), chance.randint(8, 16)))
    for _other in range(chance.randint(4, 10)):
        body.append(chance.choice(chance.choice(matters)[1]))
    for _name in range(chance.randint(3, 8)):
        place = chance.randrange(len(body))
        name = "".join(chance.choices(SIGNS, k=chance.choice((2, 2, 3)))) + chance.choice(KINDS)
        body[place] = f"{name}{body[place]}"
    chance.shuffle(body)
    return chance.choice(titles), body


def text(number: int) -> Text:
    """The text of a stored proposal."""
    title, body = sentences(number)
    return Text(title, "".join(body))


def draft(number: int) -> Text:
    """A text like the stored one: two of five sentences are missing."""
    title, body = sentences(number)
    return Text(title, "".join(body[: max(3, len(body) * 3 // 5)]))


def frequencies(documents: int) -> Frequencies:
    """How common words are among ``documents`` texts, learnt from some of them."""
    counted = min(COUNTED, documents)
    with Pool(2) as pool:
        parts = pool.imap_unordered(_counts, range(counted), chunksize=500)
        return Frequencies.of(parts, times=documents / counted)


def _counts(number: int) -> tuple[dict[int, int], ...]:
    return tuple(dict(part) for part in text(number).counts())


def chunks(
    first: int, last: int, common: Frequencies, folder: Path, *, words: bool
) -> Iterator[list[Prepared]]:
    """The texts from ``first`` to ``last`` prepared, kept in ``folder`` for the next database."""
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(first, last, CHUNK)
    wanted = [(at, min(at + CHUNK, last), common, folder, words) for at in starts]
    with Pool(2) as pool:
        for file in pool.imap(_chunk, wanted):
            yield pickle.loads(file.read_bytes())  # noqa: S301 -- written below


def _chunk(wanted: tuple[int, int, Frequencies, Path, bool]) -> Path:
    first, last, common, folder, words = wanted
    file = folder / f"{first}-{last}{'-words' if words else ''}.pickle"
    if not file.exists():
        rows = [_prepared(text(number), common, words) for number in range(first, last)]
        file.with_suffix(".new").write_bytes(pickle.dumps(rows))
        file.with_suffix(".new").rename(file)
    return file


def _prepared(of: Text, common: Frequencies, words: bool) -> Prepared:
    profile = Profile.of(of, common).pack()
    if not words:
        return profile, "", ""
    return profile, " ".join(search_words(of.title)), " ".join(search_words(of.body))
