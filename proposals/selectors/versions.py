"""Two versions of a text side by side, with what changed marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from proposals.models import TextVersion

SAME, GONE, NEW = "same", "gone", "new"

CLAUSE = re.compile(r"[^\s，。；：、！？,.;:!?]+|[\s，。；：、！？,.;:!?]")
"""What is compared as a whole before single characters are."""

FINEST = 400
"""Characters of a changed passage up to which its single characters are compared."""


@dataclass(frozen=True)
class ComparedPiece:
    """A passage of one side: ``same``, ``gone`` from the old text, or ``new`` in the other."""

    kind: str
    text: str


@dataclass(frozen=True)
class ComparedSection:
    """A part of the text on both sides."""

    label: str
    old: list[ComparedPiece]
    new: list[ComparedPiece]

    @property
    def changed(self) -> bool:
        """Whether anything of it changed."""
        return any(piece.kind != SAME for piece in [*self.old, *self.new])


def compared(old: TextVersion, new: TextVersion) -> list[ComparedSection]:
    """Every part of two versions; a part that neither has is left out."""
    parts = [
        (_("案由"), old.title, new.title),
        (_("情况与问题"), old.situation, new.situation),
        (_("分析"), old.analysis, new.analysis),
        (_("建议"), _numbered(old.suggestions), _numbered(new.suggestions)),
    ]
    return [
        ComparedSection(label, *marked(one, other)) for label, one, other in parts if one or other
    ]


def marked(old: str, new: str) -> tuple[list[ComparedPiece], list[ComparedPiece]]:
    """Both texts in pieces, changed passages marked down to the character where they are short."""
    before: list[ComparedPiece] = []
    after: list[ComparedPiece] = []
    for gone, come in _changes(CLAUSE.findall(old), CLAUSE.findall(new)):
        if gone == come:
            before.append(ComparedPiece(SAME, gone))
            after.append(ComparedPiece(SAME, come))
        elif gone and come and len(gone) + len(come) <= FINEST:
            for one, other in _changes(gone, come):
                before.append(ComparedPiece(SAME if one == other else GONE, one))
                after.append(ComparedPiece(SAME if one == other else NEW, other))
        else:
            before.append(ComparedPiece(GONE, gone))
            after.append(ComparedPiece(NEW, come))
    return _joined(before), _joined(after)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The passages of both in their order: equal, or what became of what."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _kind, a, b, c, d in matcher.get_opcodes():
        yield "".join(old[a:b]), "".join(new[c:d])


def _joined(pieces: list[ComparedPiece]) -> list[ComparedPiece]:
    """Neighbours of one kind as one piece, empty ones left out."""
    found: list[ComparedPiece] = []
    for piece in pieces:
        if found and found[-1].kind == piece.kind:
            found[-1] = ComparedPiece(piece.kind, found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)
    return found


def _numbered(suggestions: Sequence[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(suggestions, start=1))
