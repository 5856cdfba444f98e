"""The sections on what is handed in: texts, files, who proposes, who co-signs, numbers."""

import re
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator, model_validator

from members.enums import BodyKind, PeriodKind, ProposerKind, SeriesKey
from members.rules.section import Limit, Mark, RuleSection

PLACEHOLDER = r"\{(term|session|period|kind|seq)(:0?[1-9]d?)?\}"
"""The placeholders that a number pattern may contain."""


class Texts(RuleSection):
    """Limits on what is handed in; lengths are characters, zero means no limit."""

    title_max: int = Field(50, ge=5, le=200, title=gettext_noop("案由字数上限"))
    title_pattern: str = Field(
        "", max_length=200, title=gettext_noop("标题格式（正则表达式，空为不限）")
    )
    body_max: Limit = Field(0, ge=0, title=gettext_noop("正文合计字数上限"))
    part_max: Limit = Field(3000, ge=0, title=gettext_noop("每一部分字数上限"))
    analysis_required: bool = Field(False, title=gettext_noop("分析部分必填"))
    suggestions_max: Limit = Field(0, ge=0, title=gettext_noop("建议条数上限"))
    publicity_reason_max: Limit = Field(20, ge=0, title=gettext_noop("不公开理由字数上限"))
    one_matter: bool = Field(True, title=gettext_noop("一事一案"))
    clue_max: Limit = Field(500, ge=0, title=gettext_noop("提案线索字数上限"))

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Self:
        try:
            re.compile(self.title_pattern)
        except re.error as error:
            raise ValueError(_("标题格式不是有效的正则表达式")) from error
        return self


class Attachments(RuleSection):
    """Limits on attachments; the type is found from the content, not the name."""

    max_count: int = Field(5, ge=0, le=50, title=gettext_noop("附件个数上限"))
    max_megabytes: int = Field(32, ge=1, le=500, title=gettext_noop("单个附件大小上限（MB）"))
    types: tuple[str, ...] = Field(
        ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "txt"),
        title=gettext_noop("允许的文件类型"),
    )


class Proposers(RuleSection):
    """Who may propose when."""

    any_time: tuple[BodyKind, ...] = Field(
        (BodyKind.PARTY, BodyKind.PEOPLES_ORGANISATION, BodyKind.SPECIAL_COMMITTEE),
        title=gettext_noop("全年可提出集体提案的"),
    )
    session_only: tuple[BodyKind, ...] = Field(
        (BodyKind.SECTOR, BodyKind.GROUP), title=gettext_noop("仅会议期间可提出集体提案的")
    )
    intersession: bool = Field(True, title=gettext_noop("闭会期间收平时提案"))


class Cosigning(RuleSection):
    """Co-signing (联名)."""

    max_invitees: int = Field(50, ge=1, title=gettext_noop("联名人数上限"))
    remark_max: Limit = Field(100, ge=0, title=gettext_noop("联名附言字数上限"))


class Numbering(RuleSection):
    """Case numbers; the pattern knows term, session, period, kind and seq.

    ``separate_by`` names what has a series of its own; numbers are serial in a series.
    """

    pattern: str = Field("{period}{seq:04}", max_length=60, title=gettext_noop("案号格式"))
    period_marks: dict[PeriodKind, Mark] = Field(
        {PeriodKind.INTERSESSION: "P"},
        title=gettext_noop("会议与平时的标记"),
    )
    kind_marks: dict[ProposerKind, Mark] = Field({}, title=gettext_noop("提案者类别的标记"))
    separate_by: tuple[SeriesKey, ...] = Field((SeriesKey.PERIOD,), title=gettext_noop("分列编号"))
    receipt_pattern: str = Field(
        "{term}-{session}-S{seq:05}", max_length=60, title=gettext_noop("收件号格式")
    )

    @field_validator("period_marks", "kind_marks")
    @classmethod
    def _no_mark_is_no_entry(cls, marks: dict[Any, str]) -> dict[Any, str]:
        return {kind: mark for kind, mark in marks.items() if mark}

    @field_validator("pattern", "receipt_pattern")
    @classmethod
    def _pattern_is_usable(cls, pattern: str) -> str:
        # Only whole, narrow placeholders: format() would also follow attributes and pad to
        # any width.
        if set("{}") & set(re.sub(PLACEHOLDER, "", pattern)):
            raise ValueError(
                _("编号格式只能使用 {term} {session} {period} {kind} {seq}，如 {seq:04}")
            )
        if not re.search(r"\{seq[:}]", pattern):
            raise ValueError(_("编号格式必须含有 {seq}"))
        return pattern

    @model_validator(mode="after")
    def _series_cannot_collide(self) -> Self:
        marks: dict[SeriesKey, list[str]] = {
            SeriesKey.PERIOD: [self.period_marks.get(period, "") for period in PeriodKind],
            SeriesKey.KIND: [self.kind_marks.get(kind, "") for kind in ProposerKind],
        }
        for key in self.separate_by:
            if f"{{{key}}}" not in self.pattern:
                raise ValueError(
                    _("分列编号时格式必须含有 %(mark)s，否则号码会重复") % {"mark": f"{{{key}}}"}
                )
            if len(set(marks[key])) < len(marks[key]):
                raise ValueError(
                    _("按%(key)s分列编号时各类标记不能相同，否则号码会重复") % {"key": key.label}
                )
        return self
