"""Compares the presets side by side."""

from typing import Any

from django.utils.translation import gettext as _

from members.enums import CommitteeLevel, PeriodKind, ProposerKind
from members.presets import NAMES, preset
from members.punctuation import clauses, listed
from members.rule_changes import said, said_in
from members.rules import Rules

NONE = "—"


def compared() -> dict[str, Any]:
    """The presets as columns, and what differs as rows.

    Shape: {"names": …, "rows": [(label, [said], whether these are the presets' own words)]}.
    """
    books = {name: Rules.read(preset(name)) for name in NAMES}
    rows = [
        (label, [tell(book) for book in books.values()], tell in QUOTED) for label, tell in _lines()
    ]
    return {
        "names": [
            {"value": name, "label": CommitteeLevel(name).label, "title": book.name}
            for name, book in books.items()
        ],
        "rows": rows,
    }


def _lines() -> list[tuple[str, Any]]:
    return [
        (_("审查轮次"), _rounds),
        (_("类别"), lambda book: _("%(n)s 类") % {"n": len(book.review.categories)}),
        (_("案由最多字数"), lambda book: said(book.texts.title_max)),
        (_("编号示例"), _number),
        (_("办理结果"), _classes),
        (_("答复期限"), lambda book: _limit(book, "reply")),
        (_("签收期限"), lambda book: _limit(book, "acknowledge")),
        (_("督查室审核答复"), lambda book: said(book.handling.inspection)),
        (_("评价"), _ratings),
        (_("重点提案"), lambda book: said_in(book.key_proposals, "quota")),
        (_("履职计分"), lambda book: said(bool(book.points.rules))),
    ]


def _rounds(book: Rules) -> str:
    return listed(one.name for one in book.review.rounds)


def _ratings(book: Rules) -> str:
    return listed(one.name for one in book.feedback.result)


def _classes(book: Rules) -> str:
    return clauses(f"{one.code} {one.name}" for one in book.handling.result_classes)


def _number(book: Rules) -> str:
    """An example of a case number, of the eleventh term's second session."""
    numbering = book.numbering
    marks = {
        "period": numbering.period_marks.get(PeriodKind.SESSION, ""),
        "kind": numbering.kind_marks.get(ProposerKind.COLLECTIVE, ""),
    }
    return numbering.pattern.format(term=11, session=2, seq=48, **marks)


QUOTED = (_rounds, _ratings, _classes, _number)
"""Rows shown in the presets' own words."""


def _limit(book: Rules, duty: str) -> str:
    """The general time limit of a duty."""
    found = [row for row in book.deadlines if row.duty == duty]
    plain = [row for row in found if not (row.urgent or row.key or row.proposer)] or found
    if not plain:
        return NONE
    if plain[0].fixed:
        return _("%(day)s 之前") % {"day": plain[0].fixed}
    return f"{plain[0].amount} {plain[0].unit.label}"
