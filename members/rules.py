"""The rulebook: the one declaration of everything in which localities differ.

A ``Rules`` value is read from the JSON of a ``Rulebook`` row or from a preset file. Field
titles are the labels that an administrator reads; units are in the names or the titles.
Titles are message ids: ``json_schema`` gives them in the reader's language.
"""

import re
from datetime import date, time
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from members.enums import (
    Anchor,
    AssignmentRole,
    BodyKind,
    ContactStage,
    CountFrom,
    DutyKind,
    FeedbackPolicy,
    FeedbackScale,
    Linkage,
    MergeCounting,
    Merit,
    Paper,
    PeriodKind,
    ProposerKind,
    ProposingPart,
    ReassignmentClock,
    Recipient,
    ReturnLevel,
    Role,
    SatisfactionBase,
    SeriesKey,
    SupervisionMethod,
    TimeUnit,
)
from members.punctuation import listed
from members.rule_errors import invalid

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Mark = Annotated[str, StringConstraints(max_length=10, pattern=r"^[^{}]*$")]

PLACEHOLDER = r"\{(term|session|period|kind|seq)(:0?[1-9]d?)?\}"
"""The placeholders that a number pattern may contain."""


REVIEWERS = (Role.COMMITTEE_CLERK, Role.COMMITTEE_REVIEWER, Role.COMMITTEE_DIRECTOR)
"""Who may be named for a round of review: only they read what is not filed yet."""


class RuleSection(BaseModel):
    """A part of the rulebook: immutable, and refusing words that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CodedEntry(RuleSection):
    """A row of a table that the office picks from."""

    code: Code = Field(title=gettext_noop("代码"))
    name: Label = Field(title=gettext_noop("名称"))


class Ground(CodedEntry):
    """A ground for not filing (不予立案理由)."""


class Disposition(CodedEntry):
    """What becomes of a proposal that is not filed (转办去向)."""

    needs_destination: bool = Field(False, title=gettext_noop("须填写转送单位"))


class ResultClass(CodedEntry):
    """A class of handling results (办理结果 A/B/C/D) and how figures read it."""

    solved: bool = Field(False, title=gettext_noop("计入已解决"))
    planned: bool = Field(False, title=gettext_noop("计入正在解决或列入计划"))
    needs_follow_up: bool = Field(False, title=gettext_noop("次年跟踪办理"))


class Rating(CodedEntry):
    """A value of a feedback scale; poor ones reopen the work."""

    satisfied: bool = Field(False, title=gettext_noop("计入满意率"))
    poor: bool = Field(False, title=gettext_noop("要求重新办理"))


class ReviewRound(RuleSection):
    """A round of review (初审, 复审, 终审) and the roles that may give it."""

    name: Label = Field(title=gettext_noop("名称"))
    roles: tuple[Role, ...] = Field(min_length=1, title=gettext_noop("由谁审查"))

    @model_validator(mode="after")
    def _the_committee_reviews(self) -> Self:
        if strangers := [role.label for role in self.roles if role not in REVIEWERS]:
            raise ValueError(
                _("审查由提案委员会人员进行，不能是%(roles)s") % {"roles": listed(strangers)}
            )
        return self


class Texts(RuleSection):
    """Limits on what is handed in; lengths are characters, zero means no limit."""

    title_max: int = Field(50, ge=5, le=200, title=gettext_noop("案由字数上限"))
    title_pattern: str = Field(
        "", max_length=200, title=gettext_noop("标题格式（正则表达式，空为不限）")
    )
    body_max: int = Field(0, ge=0, title=gettext_noop("正文合计字数上限"))
    part_max: int = Field(3000, ge=0, title=gettext_noop("每一部分字数上限"))
    analysis_required: bool = Field(False, title=gettext_noop("分析部分必填"))
    suggestions_max: int = Field(0, ge=0, title=gettext_noop("建议条数上限"))
    publicity_reason_max: int = Field(20, ge=0, title=gettext_noop("不公开理由字数上限"))
    one_matter: bool = Field(True, title=gettext_noop("一事一案"))
    clue_max: int = Field(500, ge=0, title=gettext_noop("提案线索字数上限"))

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
    remark_max: int = Field(100, ge=0, title=gettext_noop("联名附言字数上限"))


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


class Review(RuleSection):
    """How proposals are examined."""

    rounds: tuple[ReviewRound, ...] = Field(
        min_length=1, max_length=3, title=gettext_noop("审查轮次")
    )
    grounds: tuple[Ground, ...] = Field(min_length=1, title=gettext_noop("不予立案理由"))
    dispositions: tuple[Disposition, ...] = Field(min_length=1, title=gettext_noop("不立案去向"))
    categories: tuple[CodedEntry, ...] = Field(min_length=1, title=gettext_noop("提案类别"))
    merge_counting: MergeCounting = Field(
        MergeCounting.EXCLUSIVE, title=gettext_noop("并案统计方式")
    )
    merge_needs_consent: bool = Field(False, title=gettext_noop("并案前须征得提案者同意"))


class Similarity(RuleSection):
    """When proposals count as alike; scores are from 0 to 1.

    With vectors of meaning (``EMBEDDER``) scores are higher and have lines of their own.
    """

    shown: float = Field(0.08, ge=0, le=1, title=gettext_noop("相似度达到多少即提示"))
    merge: float = Field(0.18, ge=0, le=1, title=gettext_noop("相似度达到多少列为并案候选"))
    merge_with_vectors: float = Field(
        0.38, ge=0, le=1, title=gettext_noop("启用语义向量时，相似度达到多少列为并案候选")
    )
    linkage: Linkage = Field(Linkage.AVERAGE, title=gettext_noop("并案候选的归组方式"))
    ask: float = Field(0.6, ge=0, le=1, title=gettext_noop("相似度达到多少须说明不是同一件事"))


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


class Returns(RuleSection):
    """Return of an assignment by the unit (退办)."""

    levels: tuple[ReturnLevel, ...] = Field(tuple(ReturnLevel), title=gettext_noop("裁定层级"))
    max_times: int = Field(2, ge=0, title=gettext_noop("同一提案退办次数上限"))
    needs_signature: bool = Field(False, title=gettext_noop("须单位负责人签字"))
    clock: ReassignmentClock = Field(ReassignmentClock.SHIFT, title=gettext_noop("改交后答复期限"))

    @model_validator(mode="after")
    def _levels_climb_in_order(self) -> Self:
        if not self.levels or self.levels != tuple(ReturnLevel)[: len(self.levels)]:
            raise ValueError(_("裁定层级须依次为 office、coordination、leader"))
        return self


class Extensions(RuleSection):
    """Extension of the reply date (延期)."""

    max_times: int = Field(1, ge=0, title=gettext_noop("延期次数上限"))
    max_months: int = Field(1, ge=0, title=gettext_noop("每次最多延长月数"))
    approvers: tuple[Role, ...] = Field(
        (Role.COMMITTEE_DIRECTOR,), min_length=1, title=gettext_noop("须经谁同意（全部同意才延期）")
    )


class PauseGround(CodedEntry):
    """A ground on which the clock of a task may be stopped (暂停计时)."""


class Pauses(RuleSection):
    """Stopping the clock of a task for a while."""

    allowed: bool = Field(True, title=gettext_noop("允许暂停计时"))
    grounds: tuple[PauseGround, ...] = Field(
        (
            PauseGround(code="proposer", name="提案者要求推迟沟通"),
            PauseGround(code="policy", name="等待上级政策或规划出台"),
            PauseGround(code="emergency", name="突发事件或不可抗力"),
        ),
        min_length=1,
        title=gettext_noop("暂停事由"),
    )


class Handling(RuleSection):
    """How units handle and reply."""

    contacts_required: int = Field(1, ge=0, title=gettext_noop("答复前至少沟通次数"))
    contact_stages: tuple[ContactStage, ...] = Field((), title=gettext_noop("必须沟通的阶段"))
    point_by_point: bool = Field(True, title=gettext_noop("逐条答复建议"))
    inspection: bool = Field(False, title=gettext_noop("答复前由督查室审核"))
    result_classes: tuple[ResultClass, ...] = Field(
        min_length=1, title=gettext_noop("办理结果类别")
    )
    returns: Returns = Field(Returns(), title=gettext_noop("退办"))
    extensions: Extensions = Field(Extensions(), title=gettext_noop("延期"))
    pauses: Pauses = Field(Pauses(), title=gettext_noop("暂停计时"))


class Feedback(RuleSection):
    """Feedback on a reply (征询意见) on two scales."""

    policy: FeedbackPolicy = Field(FeedbackPolicy.LEAD, title=gettext_noop("由谁评价"))
    attitude: tuple[Rating, ...] = Field(min_length=2, title=gettext_noop("办理态度的等次"))
    result: tuple[Rating, ...] = Field(min_length=2, title=gettext_noop("办理结果的等次"))
    reopens_on: tuple[FeedbackScale, ...] = Field(
        (FeedbackScale.RESULT,), title=gettext_noop("哪项评价不满意时重新办理")
    )
    max_rounds: int = Field(2, ge=1, title=gettext_noop("最多办理轮次"))
    satisfaction_base: SatisfactionBase = Field(
        SatisfactionBase.RETURNED, title=gettext_noop("满意率的基数")
    )


class Publication(RuleSection):
    """Publication of proposals and replies."""

    enabled: bool = Field(True, title=gettext_noop("公开提案与答复"))
    units_hidden_months: int = Field(0, ge=0, title=gettext_noop("承办单位对其他委员保密的月数"))


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


class KeyProposals(RuleSection):
    """Key proposals (重点提案) and how they are supervised."""

    quota: int = Field(0, ge=0, title=gettext_noop("每年重点题目上限（0 为不限）"))
    theme_quota: int = Field(0, ge=0, title=gettext_noop("每个专题最多含提案件数（0 为不限）"))
    methods: tuple[SupervisionMethod, ...] = Field(
        tuple(SupervisionMethod), min_length=1, title=gettext_noop("督办方式")
    )


class PointRule(RuleSection):
    """The points of a member for one proposal, by what became of it and their part in it."""

    merit: Merit = Field(title=gettext_noop("成绩"))
    part: ProposingPart = Field(ProposingPart.LEAD, title=gettext_noop("以何身份"))
    points: int = Field(ge=0, le=1000, title=gettext_noop("每件分值"))
    most: int = Field(0, ge=0, le=10000, title=gettext_noop("每次会议最多计分（0 为不限）"))


class Points(RuleSection):
    """Performance points (履职积分) for proposals, session by session; none without rules.

    With ``highest_part`` a merit earned as initiator and as co-signer counts once, the higher.
    """

    rules: tuple[PointRule, ...] = Field((), title=gettext_noop("计分办法"))
    highest_part: bool = Field(False, title=gettext_noop("同一项成绩只按得分较高的身份计"))
    most: int = Field(0, ge=0, le=10000, title=gettext_noop("提案一项每次会议最多计分（0 为不限）"))

    @model_validator(mode="after")
    def _each_merit_once(self) -> Self:
        seen = [(rule.merit, rule.part) for rule in self.rules]
        if len(seen) != len(set(seen)):
            raise ValueError(_("同一成绩、同一身份的分值只能写一次"))
        return self


class Rules(RuleSection):
    """Everything a committee decides for itself, under one date of effect."""

    name: Label = Field(title=gettext_noop("规则名称"))
    texts: Texts = Field(Texts(), title=gettext_noop("文本要求"))
    attachments: Attachments = Field(Attachments(), title=gettext_noop("附件"))
    proposers: Proposers = Field(Proposers(), title=gettext_noop("提案者"))
    cosigning: Cosigning = Field(Cosigning(), title=gettext_noop("联名"))
    numbering: Numbering = Field(Numbering(), title=gettext_noop("编号"))
    review: Review = Field(title=gettext_noop("审查立案"))
    similarity: Similarity = Field(Similarity(), title=gettext_noop("相似提案"))
    deadlines: tuple[DeadlineRule, ...] = Field(title=gettext_noop("期限"))
    handling: Handling = Field(title=gettext_noop("办理与答复"))
    feedback: Feedback = Field(title=gettext_noop("征询意见"))
    publication: Publication = Field(Publication(), title=gettext_noop("公开"))
    reminders: Reminders = Field(Reminders(), title=gettext_noop("提醒与催办"))
    warnings: Warnings = Field(Warnings(), title=gettext_noop("期限和等待的标示"))
    key_proposals: KeyProposals = Field(KeyProposals(), title=gettext_noop("重点提案"))
    points: Points = Field(Points(), title=gettext_noop("履职积分"))

    @classmethod
    def read(cls, document: Any) -> Self:
        """The rules in ``document``; raises RulesInvalid naming every wrong place."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise invalid(error) from error

    @classmethod
    def stored(cls, document: Any) -> dict[str, Any]:
        """``document`` as it is stored, each value of its kind: what a form sends is text.

        What it leaves open stays open. Raises RulesInvalid.
        """
        return cls.read(document).model_dump(mode="json", exclude_unset=True)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        tables: dict[str, tuple[CodedEntry, ...]] = {
            "grounds": self.review.grounds,
            "dispositions": self.review.dispositions,
            "categories": self.review.categories,
            "result_classes": self.handling.result_classes,
            "attitude": self.feedback.attitude,
            "result": self.feedback.result,
            "pause_grounds": self.handling.pauses.grounds,
        }
        for table, entries in tables.items():
            codes = [entry.code for entry in entries]
            if len(codes) != len(set(codes)):
                raise ValueError(_("%(table)s 中的代码重复") % {"table": table})
        return self


def json_schema() -> dict[str, Any]:
    """The JSON schema of a rulebook, titles in the reader's language."""
    schema: dict[str, Any] = _translated(Rules.model_json_schema())
    return schema


def _translated(node: Any) -> Any:
    if isinstance(node, list):
        return [_translated(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _(value) if key == "title" and isinstance(value, str) else _translated(value)
        for key, value in node.items()
    }
