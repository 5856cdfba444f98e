"""Banks of wording, and how a line becomes a sentence.

A line may hold slots in braces ({地}), ranges of numbers ({8-20}) and choices in brackets
([甲|乙]); ``spin`` resolves all three with the generator that it is given.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
CATEGORIES = ("economic", "political", "cultural", "social", "ecological")

_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_RANGE = re.compile(r"\{(\d+)-(\d+)\}")
_SLOT = re.compile(r"\{([^{}\d-]+)\}")

SYNONYMS = (
    ("缺少", "缺乏"),
    ("不健全", "不完善"),
    ("不及时", "不够及时"),
    ("衔接不畅", "衔接不够顺畅"),
    ("力量不足", "力量薄弱"),
    ("标准不一，", "标准不统一，"),
    ("每年", "每年度"),
    ("职责不清", "职责不明"),
    ("责任不清", "责任不明确"),
    ("参与意愿", "参与积极性"),
    ("走访的", "实地走访的"),
    ("抽查的", "随机抽查的"),
    ("不匹配", "不相适应"),
    ("公开曝光", "公开通报"),
    ("优先安排", "优先保障"),
)
"""Pairs that may stand for each other wherever the first occurs."""


@dataclass(frozen=True)
class Topic:
    """A matter that proposals are about; lines are wording for ``spin``.

    ``fields`` name who deals with it (places.Unit.fields), the likeliest lead first;
    a measure is (要点, 说明).
    """

    code: str
    category: str
    name: str
    keywords: tuple[str, ...]
    fields: tuple[str, ...]
    verbs: tuple[str, ...]
    subjects: tuple[str, ...]
    aims: tuple[str, ...]
    facts: tuple[str, ...]
    problems: tuple[str, ...]
    causes: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]
    actions: tuple[str, ...]


def spin(rng: Random, line: str, slots: Mapping[str, str] | None = None) -> str:
    """``line`` with its slots filled, its numbers drawn and its choices made.

    Raises KeyError for a slot that nobody fills.
    """
    values = slots or {}
    line = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), line)
    line = _RANGE.sub(lambda found: str(_number(rng, int(found[1]), int(found[2]))), line)
    return _SLOT.sub(lambda found: values[found[1]], line)


def reword(rng: Random, line: str, share: float = 0.4) -> str:
    """``line`` with about ``share`` of its exchangeable expressions exchanged."""
    for word, other in SYNONYMS:
        if word in line and other not in line and rng.random() < share:
            line = line.replace(word, other)
    return line


def _number(rng: Random, low: int, high: int) -> int:
    number = rng.randint(low, high)
    # Nobody writes 23,847 households from memory.
    return number if number < 1000 else max(low, round(number, -2))


def lines(text: str) -> tuple[str, ...]:
    """The lines of a block of a data file, without empty ones."""
    return tuple(line for line in text.splitlines() if line)


@cache
def topics() -> dict[str, Topic]:
    """Every topic by its code, in the order of the files."""
    found: dict[str, Topic] = {}
    for path in sorted((HERE / "topics").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for code, entry in data["topics"].items():
            found[code] = _topic(code, data["category"], entry)
    return found


@cache
def topics_of(category: str) -> tuple[Topic, ...]:
    """The topics of a category; raises KeyError when there is none."""
    found = tuple(topic for topic in topics().values() if topic.category == category)
    if not found:
        raise KeyError(category)
    return found


def _topic(code: str, category: str, entry: dict[str, str]) -> Topic:
    words = {
        key: tuple(entry[key].split())
        for key in ("keywords", "fields", "verbs", "subjects", "aims")
    }
    blocks = {key: lines(entry[key]) for key in ("facts", "problems", "causes", "actions")}
    measures = tuple(
        (head, detail) for head, _, detail in map(_split_measure, lines(entry["measures"]))
    )
    return Topic(
        code=code, category=category, name=entry["name"], measures=measures, **words, **blocks
    )


def _split_measure(line: str) -> tuple[str, str, str]:
    head, mark, detail = line.partition("：")
    if not detail:
        raise ValueError(f"measure without 说明: {line}")
    return head, mark, detail


@cache
def phrases(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of wording in ``phrases/<name>.toml``."""
    path = HERE / "phrases" / f"{name}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: lines(block) for key, block in data.items()}


@cache
def published_titles() -> tuple[tuple[str, str], ...]:
    """(category, title) of proposals that were published, from ``titles.txt``."""
    rows = (HERE / "titles.txt").read_text(encoding="utf-8").splitlines()
    return tuple((category, title) for category, title in (row.split("\t") for row in rows))
