"""What a rulebook says: the one declaration of everything localities differ in.

A ``Rules`` value is read from the JSON of a ``Rulebook`` row or from a preset file. Field
titles are the labels that an administrator reads; units are in the names or the titles.
Source of the list: rules.md section 13.
"""

import re
from enum import StrEnum
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from members.enums import (
    AssignmentRole,
    BodyKind,
    DutyKind,
    PeriodKind,
    ProposerKind,
    Role,
    TimeUnit,
)

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class RulesInvalid(ValueError):
    """A document is not a rulebook; ``errors`` is a list of (path, message)."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(self.messages))

    @property
    def messages(self) -> list[str]:
        """One sentence a place, in the reader's language."""
        return [f"{path}: {message}" if path else message for path, message in self.errors]


class Section(BaseModel):
    """A part of the rulebook: immutable, and refusing words that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MergeCounting(StrEnum):
    """How merged proposals enter the figures (rules.md section 6.5)."""

    EXCLUSIVE = "exclusive"  # received = filed + merged + not filed + withdrawn
    AFTER_FILING = "after_filing"  # merged ones were filed too; "filed after merging" beside
    BEFORE_REVIEW = "before_review"  # received is counted after merging
    AS_KIND = "as_kind"  # hosts are reported as a proposer kind of their own


class ReassignmentClock(StrEnum):
    """Which reply date a unit gets that takes over an assignment."""

    KEEP = "keep"  # the first date stands
    SHIFT = "shift"  # the time that was left when the return was asked for
    RESTART = "restart"  # the full time limit anew


class Anchor(StrEnum):
    """From where a time limit runs."""

    EVENT = "event"  # the step that opens the duty
    RECEIPT = "receipt"  # the proposal was received
    SESSION_CLOSE = "session_close"  # the closing day of the session
    FIXED = "fixed"  # a day of the year, MM-DD
    REPLY_DUE = "reply_due"  # before the reply is due: the amount is subtracted


class Entry(Section):
    """A row of a table that the office picks from."""

    code: Code
    name: Label


class Ground(Entry):
    """A ground for not filing (不予立案理由)."""


class Disposition(Entry):
    """What becomes of a proposal that is not filed (转办去向)."""

    needs_destination: bool = Field(False, title="须填写转送单位")


class ResultClass(Entry):
    """A class of handling results (办理结果 A/B/C/D) and how figures read it."""

    solved: bool = False
    planned: bool = False
    needs_follow_up: bool = False


class Rating(Entry):
    """A value of a feedback scale; poor ones reopen the work."""

    satisfied: bool = False
    poor: bool = False


class ReviewRound(Section):
    """A round of review (初审, 复审, 终审) and the roles that may give it."""

    name: Label
    roles: tuple[Role, ...] = Field(min_length=1)


class Texts(Section):
    """Limits on what is handed in; lengths are characters, zero means no limit."""

    title_max: int = Field(50, ge=5, le=200)
    title_pattern: str = Field("", title="标题格式（正则表达式，空为不限）")
    body_max: int = Field(0, ge=0, title="正文合计字数上限")
    part_max: int = Field(3000, ge=0, title="每一部分字数上限")
    analysis_required: bool = False
    suggestions_max: int = Field(0, ge=0, title="建议条数上限")
    publicity_reason_max: int = Field(20, ge=0)
    one_matter: bool = Field(True, title="一事一案")

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Self:
        try:
            re.compile(self.title_pattern)
        except re.error as error:
            raise ValueError(_("标题格式不是有效的正则表达式")) from error
        return self


class Attachments(Section):
    """Limits on attachments; the type is found from the content, not the name."""

    max_count: int = Field(5, ge=0, le=50)
    max_megabytes: int = Field(32, ge=1, le=500)
    types: tuple[str, ...] = ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "txt")


class Proposers(Section):
    """Who may propose when."""

    any_time: tuple[BodyKind, ...] = (
        BodyKind.PARTY,
        BodyKind.PEOPLES_ORGANISATION,
        BodyKind.SPECIAL_COMMITTEE,
    )
    session_only: tuple[BodyKind, ...] = (BodyKind.SECTOR, BodyKind.GROUP)
    intersession: bool = Field(True, title="闭会期间收平时提案")


class Cosigning(Section):
    """Co-signing (联名)."""

    max_invitees: int = Field(50, ge=1)
    remark_max: int = Field(100, ge=0)


class Numbering(Section):
    """Case numbers; the pattern knows term, session, period, kind and seq.

    ``separate_by`` names what has a series of its own; numbers are serial in a series.
    """

    pattern: str = "{seq:04}"
    period_marks: dict[PeriodKind, str] = {PeriodKind.SESSION: "", PeriodKind.INTERSESSION: "P"}
    kind_marks: dict[ProposerKind, str] = {}
    separate_by: tuple[str, ...] = ("period",)
    receipt_pattern: str = "{term}-{session}-S{seq:05}"

    @model_validator(mode="after")
    def _patterns_are_usable(self) -> Self:
        for pattern in (self.pattern, self.receipt_pattern):
            try:
                first, second = (
                    pattern.format(term=1, session=1, period="P", kind="K", seq=seq)
                    for seq in (1, 2)
                )
            except (KeyError, IndexError, ValueError, AttributeError) as error:
                raise ValueError(
                    _("编号格式只能使用 {term} {session} {period} {kind} {seq}")
                ) from error
            if first == second:
                raise ValueError(_("编号格式必须含有 {seq}"))
        for name, mark in (("period", "{period}"), ("kind", "{kind}")):
            if name in self.separate_by and mark not in self.pattern:
                raise ValueError(
                    _("分列编号时格式必须含有 %(mark)s，否则号码会重复") % {"mark": mark}
                )
        if unknown := set(self.separate_by) - {"period", "kind"}:
            raise ValueError(_("不能按 %(name)s 分列编号") % {"name": ", ".join(sorted(unknown))})
        return self


class Review(Section):
    """How proposals are examined."""

    rounds: tuple[ReviewRound, ...] = Field(min_length=1, max_length=3)
    grounds: tuple[Ground, ...] = Field(min_length=1)
    dispositions: tuple[Disposition, ...] = Field(min_length=1)
    categories: tuple[Entry, ...] = Field(min_length=1)
    merge_counting: MergeCounting = MergeCounting.EXCLUSIVE
    merge_needs_consent: bool = Field(False, title="并案前须征得提案者同意")


class DeadlineRule(Section):
    """A time limit of one kind of duty; the first rule that fits applies."""

    duty: DutyKind
    amount: int = Field(0, ge=0)
    unit: TimeUnit = TimeUnit.DAY
    anchor: Anchor = Anchor.EVENT
    fixed: str = Field("", pattern=r"^(|\d\d-\d\d)$")
    period: PeriodKind | None = None
    proposer: ProposerKind | None = None
    urgent: bool | None = None
    key: bool | None = None
    role: AssignmentRole | None = None
    source: str = ""

    @model_validator(mode="after")
    def _fixed_has_a_day(self) -> Self:
        if (self.anchor == Anchor.FIXED) != bool(self.fixed):
            raise ValueError(_("固定日期规则须填写月日，其他规则不填"))
        return self


class Returns(Section):
    """Return of an assignment by the unit (退办)."""

    levels: tuple[str, ...] = ("office", "coordination", "leader")
    max_times: int = Field(2, ge=0, title="同一提案退办次数上限")
    needs_signature: bool = Field(False, title="须单位负责人签字")
    clock: ReassignmentClock = ReassignmentClock.SHIFT

    @model_validator(mode="after")
    def _levels_are_known(self) -> Self:
        order = ("office", "coordination", "leader")
        if not self.levels or self.levels != order[: len(self.levels)]:
            raise ValueError(_("裁定层级须依次为 office、coordination、leader"))
        return self


class Extensions(Section):
    """Extension of the reply date (延期)."""

    max_times: int = Field(1, ge=0)
    max_months: int = Field(1, ge=0, title="每次最多延长月数")
    approvers: tuple[Role, ...] = (Role.COMMITTEE_DIRECTOR,)


class Handling(Section):
    """How units handle and reply."""

    contacts_required: int = Field(1, ge=0, title="答复前至少沟通次数")
    contact_stages: tuple[str, ...] = Field((), title="必须沟通的阶段")
    point_by_point: bool = Field(True, title="逐条答复建议")
    inspection: bool = Field(False, title="答复前由督查室审核")
    result_classes: tuple[ResultClass, ...] = Field(min_length=1)
    returns: Returns = Returns()
    extensions: Extensions = Extensions()


class Feedback(Section):
    """Feedback on a reply (征询意见) on two scales."""

    policy: str = Field("lead", pattern="^(none|lead|all)$", title="由谁评价")
    attitude: tuple[Rating, ...] = Field(min_length=2)
    result: tuple[Rating, ...] = Field(min_length=2)
    reopens_on: tuple[str, ...] = ("result",)
    max_rounds: int = Field(2, ge=1, title="最多办理轮次")
    satisfaction_base: str = Field("returned", pattern="^(returned|all)$")


class Publication(Section):
    """Publication of proposals and replies."""

    enabled: bool = True
    units_hidden_months: int = Field(0, ge=0)


class Rules(Section):
    """Everything a committee decides for itself, under one date of effect."""

    name: Label
    texts: Texts = Texts()
    attachments: Attachments = Attachments()
    proposers: Proposers = Proposers()
    cosigning: Cosigning = Cosigning()
    numbering: Numbering = Numbering()
    review: Review
    deadlines: tuple[DeadlineRule, ...]
    handling: Handling
    feedback: Feedback
    publication: Publication = Publication()

    @classmethod
    def read(cls, document: Any) -> Self:
        """The rules in ``document``; raises RulesInvalid naming every wrong place."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise RulesInvalid([_explain(item) for item in error.errors()]) from error

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        tables: dict[str, tuple[Entry, ...]] = {
            "grounds": self.review.grounds,
            "dispositions": self.review.dispositions,
            "categories": self.review.categories,
            "result_classes": self.handling.result_classes,
            "attitude": self.feedback.attitude,
            "result": self.feedback.result,
        }
        for table, entries in tables.items():
            codes = [entry.code for entry in entries]
            if len(codes) != len(set(codes)):
                raise ValueError(_("%(table)s 中的代码重复") % {"table": table})
        return self


_MESSAGES = {
    "missing": lambda context: _("缺少此项"),
    "extra_forbidden": lambda context: _("没有这一项，请检查名称"),
    "int_parsing": lambda context: _("须为整数"),
    "int_type": lambda context: _("须为整数"),
    "bool_parsing": lambda context: _("须为 true 或 false"),
    "bool_type": lambda context: _("须为 true 或 false"),
    "string_type": lambda context: _("须为文字"),
    "tuple_type": lambda context: _("须为列表"),
    "model_type": lambda context: _("须为一组设置"),
    "enum": lambda context: _("须为其中之一：%(expected)s") % context,
    "greater_than_equal": lambda context: _("不得小于 %(ge)s") % context,
    "less_than_equal": lambda context: _("不得大于 %(le)s") % context,
    "too_short": lambda context: _("至少 %(min_length)s 项") % context,
    "too_long": lambda context: _("至多 %(max_length)s 项") % context,
    "string_too_short": lambda context: _("不能为空") % context,
    "string_too_long": lambda context: _("至多 %(max_length)s 个字") % context,
    "string_pattern_mismatch": lambda context: _("格式不符：%(pattern)s") % context,
    "value_error": lambda context: str(context.get("error", "")),
}


def _explain(item: Any) -> tuple[str, str]:
    path = ".".join(str(part) for part in item["loc"])
    message = _MESSAGES.get(item["type"])
    return path, message(item.get("ctx", {})) if message else item["msg"]
