"""What a text still lacks by the rulebook, while it is being written."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from members.punctuation import clauses
from members.rules import Rules
from proposals import rules as checks


def checklist(rules: Rules, text: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every part of ``text`` that the rulebook asks for or limits, as the reader wrote it.

    Whether each is ``met``; and in ``words`` what is wrong, or how much is written.
    """
    title, suggestions = _said(text, "title"), _suggestions(text)
    situation, analysis = _said(text, "situation"), _said(text, "analysis")
    problems = checks.text_problems(
        rules, title=title, situation=situation, analysis=analysis, suggestions=suggestions
    )
    if not title.strip():
        problems["title"] = [_("请填写案由")]
    limits = rules.texts
    found = [
        _check("title", _("案由"), problems, _length(len(title), limits.title_max)),
        _check("situation", _("情况与问题"), problems, _length(len(situation), limits.part_max)),
    ]
    if limits.analysis_required or analysis.strip() or "analysis" in problems:
        words = _length(len(analysis), limits.part_max)
        found.append(_check("analysis", _("分析"), problems, words))
    words = _("%(n)s 条") % {"n": len(suggestions)}
    found.append(_check("suggestions", _("建议"), problems, words))
    wish = text.get("publicity_wish", True)
    reason = _said(text, "publicity_reason")
    private = checks.publicity_problems(rules, wish=wish not in (False, "false", ""), reason=reason)
    if private:
        found.append(_check("publicity_reason", _("不公开理由"), private, ""))
    return found


def total(text: Mapping[str, Any]) -> int:
    """How many characters the body has: all parts together, as the rulebook counts them."""
    parts = [_said(text, "situation"), _said(text, "analysis"), *_suggestions(text)]
    return sum(len(part) for part in parts)


def _check(name: str, label: str, problems: checks.Problems, words: str) -> dict[str, Any]:
    told = problems.get(name, [])
    return {"name": name, "label": label, "met": not told, "words": clauses(told) or words}


def _length(length: int, limit: int) -> str:
    if limit:
        return _("%(length)s / %(limit)s 字") % {"length": length, "limit": limit}
    return _("%(length)s 字") % {"length": length}


def _said(text: Mapping[str, Any], name: str) -> str:
    return str(text.get(name) or "")


def _suggestions(text: Mapping[str, Any]) -> list[str]:
    return [one for one in text.get("suggestions") or () if one.strip()]
