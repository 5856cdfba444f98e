"""Parses the search language into a ``Query``.

Free words; ``"an exact phrase"``, also in “…” and 「…」; ``前缀*``; ``-word`` leaves out what
contains it; operators such as ``状态:办理中``, whose meaning is not known here.
docs/search.md says it for users.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from proposals.errors import RuleBroken
from proposals.matching.words import WORD, folded

LONGEST_QUERY = 200
"""Characters."""

MOST_PARTS = 20
"""Words, phrases and operators of a query, together."""

ITEM = re.compile(
    r"""
    (?P<not>[-－−])?
    (?:(?P<key>[a-zA-Z_\u3400-\u9fff]{1,12})[:：](?=\S))?
    (?:
        "(?P<straight>[^"]*)"? | “(?P<curly>[^”]*)”? | 「(?P<corner>[^」]*)」?
        | (?P<bare>[^\s"“「]+)
    )
    """,
    re.VERBOSE,
)
"""One part of a query; a quotation that is not closed ends with the query."""

ADDRESS = re.compile(r"https?[:：]//")
"""What looks like an operator and is none."""


@dataclass(frozen=True)
class TypedOperator:
    """An operator, as typed: ``状态:办理中`` has the word 状态 and the value 办理中."""

    word: str
    value: str
    excluded: bool = False


@dataclass(frozen=True)
class Query:
    """What somebody looks for; every text holds at least one word, all but phrases are folded."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    operators: tuple[TypedOperator, ...] = ()

    @property
    def asks_words(self) -> bool:
        """Whether there is anything by which hits can be ranked."""
        return bool(self.words or self.phrases or self.prefixes)


def parse(typed: str, field: str = "q") -> Query:
    """Read a query; raises RuleBroken, at the field that it stands in, if it is too long."""
    if len(typed) > LONGEST_QUERY:
        told = _("检索词不超过 %(most)s 个字，现有 %(count)s 个字")
        raise RuleBroken({field: told % {"most": LONGEST_QUERY, "count": len(typed)}})
    found: dict[str, list[str]] = {"words": [], "phrases": [], "prefixes": [], "excluded": []}
    operators = []
    plain = "".join(sign if sign.isprintable() else " " for sign in typed)
    for item in ITEM.finditer(ADDRESS.sub(" ", plain)):
        text = next((item[name] for name in QUOTES if item[name] is not None), None)
        quoted = text is not None
        text = item["bare"] if text is None else text
        if item["key"]:
            operators.append(TypedOperator(item["key"], text.strip(), bool(item["not"])))
            continue
        prefix = not quoted and text.endswith(("*", "＊"))
        text = text.rstrip("*＊") if prefix else text
        kind = "excluded" if item["not"] else "phrases" if quoted else "words"
        kind = "prefixes" if prefix and kind == "words" else kind
        found[kind].append(text.strip() if kind == "phrases" else folded(text).strip())
    parts = {kind: _told(texts) for kind, texts in found.items()}
    if sum(map(len, parts.values())) + len(operators) > MOST_PARTS:
        raise RuleBroken({field: _("检索词不超过 %(most)s 个") % {"most": MOST_PARTS}})
    return Query(**parts, operators=tuple(operators))


QUOTES = ("straight", "curly", "corner")


def _told(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that say something, each once."""
    return tuple(dict.fromkeys(text for text in texts if WORD.search(folded(text))))
