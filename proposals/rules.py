"""Pure rules on plain values, judged by the rulebook; no query, no clock."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from members.enums import AssignmentRole, BodyKind, PeriodKind
from members.rules import CodedEntry, Rules

Problems = dict[str, list[str]]
"""Field name to the sentences that say which rule is broken and how to mend it."""


def entry_name(entries: Iterable[CodedEntry], code: str) -> str:
    """The name of a code in a table of the rulebook; the code itself if the table dropped it."""
    return next((entry.name for entry in entries if entry.code == code), code)


def text_problems(
    rules: Rules, *, title: str, situation: str, analysis: str, suggestions: Sequence[str]
) -> Problems:
    """Reasons why a text cannot be submitted; lengths are characters (rules.md section 5)."""
    parts = {"situation": situation, "analysis": analysis, "suggestions": "".join(suggestions)}
    problems: Problems = {}
    for field, message in (
        *_title_problems(rules, title),
        *_missing_parts(rules, situation, analysis, suggestions),
        *_long_parts(rules, parts),
    ):
        problems.setdefault(field, []).append(message)
    return problems


def _title_problems(rules: Rules, title: str) -> Iterator[tuple[str, str]]:
    limits = rules.texts
    if len(title) > limits.title_max:
        yield "title", _too_long(_("案由"), limits.title_max, len(title))
    if limits.title_pattern and not re.fullmatch(limits.title_pattern, title):
        yield "title", _("案由须符合本会规定的格式，如“关于……的建议”")


def _missing_parts(
    rules: Rules, situation: str, analysis: str, suggestions: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if not situation.strip():
        yield "situation", _("请填写情况与问题")
    if rules.texts.analysis_required and not analysis.strip():
        yield "analysis", _("请填写分析")
    if not any(text.strip() for text in suggestions):
        yield "suggestions", _("请至少提出一条具体建议")
    limit = rules.texts.suggestions_max
    if limit and len(suggestions) > limit:
        yield (
            "suggestions",
            _("建议不超过 %(limit)s 条，现有 %(count)s 条，请合并或另提一件")
            % {"limit": limit, "count": len(suggestions)},
        )


def _long_parts(rules: Rules, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    limits = rules.texts
    for field, text in parts.items():
        if limits.part_max and len(text) > limits.part_max:
            yield field, _too_long(_("本部分"), limits.part_max, len(text))
    total = sum(len(text) for text in parts.values())
    if limits.body_max and total > limits.body_max:
        yield "situation", _too_long(_("正文合计"), limits.body_max, total)


def _too_long(what: str, limit: int, length: int) -> str:
    return _("%(what)s不超过 %(limit)s 字，现有 %(length)s 字，请精简") % {
        "what": what,
        "limit": limit,
        "length": length,
    }


def text_digest(*, title: str, situation: str, analysis: str, suggestions: Sequence[str]) -> str:
    """The same 64 hex digits for the same text, however it is spaced, punctuated or typed.

    Full-width and half-width characters are the same, and so are capital and small letters;
    how the suggestions are divided does not matter.
    """
    parts = [title, situation, analysis, "".join(suggestions)]
    return hashlib.sha256("\0".join(map(_bare, parts)).encode()).hexdigest()


def _bare(text: str) -> str:
    """The letters, digits and symbols of a text, folded."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] not in "CPZ")


def publicity_problems(rules: Rules, *, wish: bool, reason: str) -> Problems:
    """A wish not to be published needs a short reason."""
    limit = rules.texts.publicity_reason_max
    if wish:
        return {}
    if not reason.strip():
        return {"publicity_reason": [_("不同意公开的，请说明理由")]}
    if limit and len(reason) > limit:
        return {
            "publicity_reason": [
                _("理由不超过 %(limit)s 字，现有 %(length)s 字")
                % {"limit": limit, "length": len(reason)}
            ]
        }
    return {}


def one_matter_problems(rules: Rules, *, declared: bool) -> Problems:
    """One matter per proposal (一事一案) is declared by the proposer when handing in."""
    if declared or not rules.texts.one_matter:
        return {}
    return {"one_matter": [_("本会要求一事一案：请确认只反映一件事，几件事请分别提交")]}


def proposing_problems(rules: Rules, *, body_kind: str | None, period: PeriodKind) -> Problems:
    """Who may propose when; ``body_kind`` is None for members (rules.md section 5)."""
    if period == PeriodKind.INTERSESSION and not rules.proposers.intersession:
        return {"non_field_errors": [_("征集已截止，本会闭会期间不收平时提案")]}
    if body_kind is None or body_kind in rules.proposers.any_time:
        return {}
    kind = BodyKind(body_kind)
    if kind in rules.proposers.session_only:
        if period == PeriodKind.SESSION:
            return {}
        return {"body": [_("%(kind)s只能在大会征集期间提出提案") % {"kind": kind.label}]}
    return {"body": [_("本会规定%(kind)s不能提出集体提案") % {"kind": kind.label}]}


def roles_problem(roles: Sequence[str]) -> str | None:
    """Why these roles of units cannot be combined, or None (rules.md section 7)."""
    count = {role: list(roles).count(role) for role in AssignmentRole}
    answering = count[AssignmentRole.SOLE] + count[AssignmentRole.LEAD]
    if count[AssignmentRole.SEPARATE]:
        if answering:
            return _("分办与独办、主办不能并用")
        if count[AssignmentRole.SEPARATE] < 2:
            return _("分办须有两个以上单位，一个单位请用独办")
        return None
    if answering == 0:
        return _("须有一个主办或独办单位")
    if answering > 1:
        return _("主办或独办单位只能有一个")
    if count[AssignmentRole.SOLE] and count[AssignmentRole.ASSIST]:
        return _("有会办单位时，牵头单位应为主办")
    if count[AssignmentRole.LEAD] and not count[AssignmentRole.ASSIST]:
        return _("没有会办单位时，应为独办")
    return None
