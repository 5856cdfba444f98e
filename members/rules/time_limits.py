"""The sections on time limits, reminders of them, and when a date or a wait is marked."""

import re
from datetime import date, time
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator, model_validator

from members.enums import (
    Anchor,
    AssignmentRole,
    CountFrom,
    DutyKind,
    Paper,
    PeriodKind,
    ProposerKind,
    Recipient,
    TimeUnit,
)
from members.rules.section import RuleSection


class DeadlineRule(RuleSection):
    """A time limit of one kind of duty; the first rule that fits applies."""

    duty: DutyKind = Field(title=gettext_noop("任务"))
    amount: int = Field(0, ge=0, le=1000, title=gettext_noop("数量"))
    unit: TimeUnit = Field(TimeUnit.DAY, title=gettext_noop("单位"))
    anchor: Anchor = Field(Anchor.EVENT, title=gettext_noop("起算点"))
    fixed: str = Field("", pattern=r"^(|\d\d-\d\d)$", title=gettext_noop("固定月日"))
    count_from: CountFrom = Field(CountFrom.NEXT, title=gettext_noop("首日"))
    roll: bool = Field(False, title=gettext_noop("末日不上班时顺延到下一个工作日"))
    cap: str = Field("", pattern=r"^(|\d\d-\d\d)$", title=gettext_noop("最迟月日"))
    period: PeriodKind | None = Field(None, title=gettext_noop("适用的时期"))
    proposer: ProposerKind | None = Field(None, title=gettext_noop("适用的提案者类别"))
    urgent: bool | None = Field(None, title=gettext_noop("是否只适用于紧急提案"))
    key: bool | None = Field(None, title=gettext_noop("是否只适用于重点提案"))
    role: AssignmentRole | None = Field(None, title=gettext_noop("适用的办理方式"))
    source: str = Field("", max_length=200, title=gettext_noop("依据"))

    @field_validator("fixed", "cap")
    @classmethod
    def _day_exists_every_year(cls, day: str) -> str:
        if day:
            try:
                date.fromisoformat(f"2001-{day}")
            except ValueError as error:
                raise ValueError(_("没有这一天，或并非每年都有")) from error
        return day

    @model_validator(mode="after")
    def _fixed_has_a_day(self) -> Self:
        if (self.anchor == Anchor.FIXED) != bool(self.fixed):
            raise ValueError(_("固定日期规则须填写月日，其他规则不填"))
        return self


class LadderStep(RuleSection):
    """One step of a reminder ladder: when, to whom, and with which document."""

    offset: int = Field(
        ge=-400, le=400, title=gettext_noop("距期限（之前为负，之后为正，当日为零）")
    )
    unit: TimeUnit = Field(TimeUnit.DAY, title=gettext_noop("单位"))
    to: tuple[Recipient, ...] = Field(
        (Recipient.OWNER,), min_length=1, title=gettext_noop("提醒谁")
    )
    copy_to: tuple[Recipient, ...] = Field((), title=gettext_noop("抄送"))
    paper: Paper = Field(Paper.NONE, title=gettext_noop("文书"))
    statutory: bool = Field(False, title=gettext_noop("不得关闭或静默"))

    @model_validator(mode="after")
    def _is_on_the_clock(self) -> Self:
        if self.unit == TimeUnit.MONTH:
            raise ValueError(_("提醒的单位只能是小时、日或工作日"))
        if self.unit == TimeUnit.HOUR and self.offset > 0:
            raise ValueError(_("按小时的提醒只能在期限之前"))
        if self.paper and self.offset <= 0:
            raise ValueError(_("催办文书只能在期限之后发出"))
        return self

    @property
    def code(self) -> str:
        """The step's name in the record of reminders, e.g. ``-3d``."""
        return f"{self.offset:+d}{self.unit[0]}" if self.offset else "0d"


class Ladder(RuleSection):
    """The reminders of some kinds of duties; the first ladder that fits a duty applies."""

    duties: tuple[DutyKind, ...] = Field(min_length=1, title=gettext_noop("任务"))
    key: bool | None = Field(None, title=gettext_noop("是否只适用于重点提案"))
    steps: tuple[LadderStep, ...] = Field(title=gettext_noop("各级提醒"))

    @model_validator(mode="after")
    def _steps_differ(self) -> Self:
        codes = [step.code for step in self.steps]
        if len(codes) != len(set(codes)):
            raise ValueError(_("同一提醒阶梯中的时点不能相同"))
        papers = [step.paper for step in self.steps if step.paper]
        if len(papers) != len(set(papers)):
            raise ValueError(_("同一提醒阶梯中每种文书只能发一次"))
        return self


class Reminders(RuleSection):
    """When reminders go out, and to whom; hours are local, written HH:MM."""

    window_from: time = Field(time(8, 30), title=gettext_noop("每日最早"))
    window_until: time = Field(time(17, 30), title=gettext_noop("每日最迟"))
    working_days_only: bool = Field(True, title=gettext_noop("只在工作日发送"))
    ladders: tuple[Ladder, ...] = Field((), title=gettext_noop("提醒阶梯"))
    paper_pattern: str = Field(
        "提督〔{year}〕{seq}号", max_length=60, title=gettext_noop("催办文书编号格式")
    )

    @model_validator(mode="after")
    def _window_opens_before_it_closes(self) -> Self:
        if self.window_from >= self.window_until:
            raise ValueError(_("每日最早时间须早于最迟时间"))
        return self

    @field_validator("paper_pattern")
    @classmethod
    def _pattern_is_usable(cls, pattern: str) -> str:
        left = re.sub(r"\{(year|seq(:0[1-9]d?)?)\}", "", pattern)
        if set("{}") & set(left) or not re.search(r"\{seq[:}]", pattern):
            raise ValueError(_("编号格式只能使用 {year} {seq}，且必须含有 {seq}"))
        return pattern


class Warnings(RuleSection):
    """When a date or a wait is marked: working days left, and days since receipt."""

    near: int = Field(7, ge=0, le=100, title=gettext_noop("剩余几个工作日以内，期限标为“临近”"))
    soon: int = Field(3, ge=0, le=100, title=gettext_noop("剩余几个工作日以内，期限标为“紧迫”"))
    caution: int = Field(7, ge=1, le=400, title=gettext_noop("收到满几天未审查，标为“较久”"))
    danger: int = Field(14, ge=1, le=400, title=gettext_noop("收到满几天未审查，标为“过久”"))

    @model_validator(mode="after")
    def _marks_come_in_order(self) -> Self:
        if self.soon > self.near or self.caution > self.danger:
            raise ValueError(_("“紧迫”不能早于“临近”，“过久”不能早于“较久”"))
        return self
