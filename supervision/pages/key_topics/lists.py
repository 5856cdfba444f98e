"""Worklists of key topics, of their milestones, and of leaders' instructions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import UNIT_ROLES, Role
from members.pages.navigation import EVERYBODY, Section
from members.pages.worklist import Column, Worklist
from members.punctuation import listed
from members.reader import Reader
from members.visibility import visible
from proposals.pages.subjects import page_of
from supervision.deadlines import end_of
from supervision.enums import BEFORE_SUPERVISION, UNMET, InstructionState
from supervision.enums import KeyTopicState as S
from supervision.models import Duty, Instruction, KeyTopic, Milestone
from supervision.pages.clocks import Left, left
from supervision.selectors import calendar_for

OFFICE = frozenset({Role.COMMITTEE_CLERK, Role.COMMITTEE_DIRECTOR})
"""Who chooses key topics and has them supervised where no special committee does."""

Rows = Callable[[Reader], QuerySet[Any]]


class TopicFilter(filters.FilterSet):
    """How a list of key topics can be narrowed."""

    title = filters.CharFilter(label=_("题目"), lookup_expr="icontains")
    state = filters.MultipleChoiceFilter(label=_("状态"), choices=S.choices)
    number = filters.CharFilter(label=_("案号"), method="with_number")
    supervisor = filters.CharFilter(label=_("领衔督办领导"), method="led_by")

    class Meta:
        model = KeyTopic
        fields: list[str] = []

    def with_number(self, rows: Any, name: str, value: str) -> Any:
        """Topics of the proposal with that number."""
        return rows.filter(links__proposal__case_no__endswith=value.strip()).distinct()

    def led_by(self, rows: Any, name: str, value: str) -> Any:
        """Topics that somebody of this name leads."""
        return rows.filter(supervisors__name__icontains=value.strip()).distinct()


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each topic what is owed on it next; three queries."""
    calendar = calendar_for(reader)
    owed = Duty.objects.open().filter(
        subject_kind="keytopic", subject_id__in=[row.pk for row in rows]
    )
    duties: dict[int, Duty] = {}
    for duty in visible(reader, owed).order_by("-due_at"):
        duties[duty.subject_id] = duty
    for row in rows:
        row.duty = duties.get(row.pk)
        row.left = left(row.duty, calendar, reader.at) if row.duty is not None else None
        row.due_at = row.duty.due_at if row.duty is not None else None


COLUMNS = (
    Column("title", _("题目"), lambda row: row.title, order=["title"], main=True),
    Column(
        "proposals",
        _("提案"),
        lambda row: listed(link.proposal.case_no for link in row.links.all()),
    ),
    Column(
        "state",
        _("状态"),
        lambda row: row.get_state_display(),
        cell="components/cells/_state.html",
        order=["state"],
    ),
    Column(
        "supervisors",
        _("领衔督办领导"),
        lambda row: listed(row.supervisors.all()),
    ),
    Column("body", _("协助督办"), lambda row: str(row.supervising_body or _("提案委办公室"))),
    Column("nominator", _("推荐"), lambda row: row.get_nominator_role_display(), shown=False),
    Column("session", _("会议"), lambda row: str(row.session), shown=False),
    Column(
        "announced",
        _("公布"),
        lambda row: row.announced_at,
        cell="components/cells/_day.html",
        order=["announced_at"],
        shown=False,
    ),
    Column("owed", _("待办"), lambda row: row.duty.get_kind_display() if row.duty else None),
    Column("due", _("期限"), lambda row: row.due_at, cell="supervision/cells/_due_if_any.html"),
)
"""The columns of a list of key topics."""


def in_states(*states: str) -> Rows:
    """Rows of a list: topics in these states that the reader sees; in any when none is named."""

    def rows(reader: Reader) -> QuerySet[KeyTopic]:
        found = visible(reader, KeyTopic.objects.all())
        return found.filter(state__in=states) if states else found

    return rows


def worked_on(*states: str) -> Rows:
    """Rows of a list: topics in these states at which the reader works.

    The office those that no special committee has, or all; a special committee's contact and a
    leader their own.
    """

    def rows(reader: Reader) -> QuerySet[KeyTopic]:
        return in_states(*states)(reader).filter(_own(reader))

    return rows


def _own(reader: Reader, path: str = "") -> Q:
    own = Q(pk__in=[])
    for post in reader.posts:
        if post.body_id is not None:
            own |= Q(**{f"{path}supervising_body": post.body_id})
        elif post.role in OFFICE:
            own |= Q(**{f"{path}committee": post.committee_id})
        elif post.role == Role.LEADING_SUPERVISOR:
            led = KeyTopic.supervisors.through.objects.filter(user=reader.user)
            own |= Q(**{f"{path}pk__in": led.values("keytopic")})
    return own


def to_review(reader: Reader) -> QuerySet[KeyTopic]:
    """Rows of a list: reports that await the reader's word as leading supervisor."""
    led = KeyTopic.supervisors.through.objects.filter(user=reader.user)
    return in_states(S.REPORTED)(reader).filter(pk__in=led.values("keytopic"))


def topics(
    slug: str,
    label: Any,
    *,
    icon: str,
    roles: Collection[str],
    rows: Rows,
    comes_next: Any,
    **more: Any,
) -> Worklist:
    """Declare a list of key topics."""
    return Worklist(
        slug=slug,
        label=label,
        icon=icon,
        section=Section.SUPERVISION,
        roles=roles,
        rows=lambda reader: (
            rows(reader)
            .select_related("supervising_body", "session__term")
            .prefetch_related("links__proposal", "supervisors")
        ),
        columns=COLUMNS,
        page_of=lambda row: page_of(row).url(row),
        comes_next=comes_next,
        filterset=TopicFilter,
        prepare=prepare,
        **more,
    )


# -- Milestones and instructions -----------------------------------------------------------------


class MilestoneFilter(filters.FilterSet):
    """How a list of milestones can be narrowed."""

    name = filters.CharFilter(label=_("节点"), lookup_expr="icontains")
    topic = filters.CharFilter(
        label=_("重点题目"), field_name="topic__title", lookup_expr="icontains"
    )
    due_before = filters.DateFilter(label=_("期限早于"), field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Milestone
        fields: list[str] = []


def milestones_owed(reader: Reader) -> QuerySet[Milestone]:
    """Rows of a list: milestones that are owed, of topics at which the reader works."""
    owed = Milestone.objects.filter(state__in=UNMET)
    return visible(reader, owed).filter(_own(reader, "topic__"))


def with_days(rows: list[Any], reader: Reader) -> None:
    """Give each milestone how long there is left; two queries."""
    calendar = calendar_for(reader)
    for row in rows:
        row.due_at = end_of(row.due_on)
        days = calendar.left(reader.day, row.due_on)
        row.left = Left(
            days, "late" if row.due_on < reader.day else "soon" if days <= 3 else "near"
        )


class InstructionFilter(filters.FilterSet):
    """How a list of instructions can be narrowed."""

    leader = filters.CharFilter(label=_("批示领导"), lookup_expr="icontains")
    topic = filters.CharFilter(
        label=_("重点题目"), field_name="topic__title", lookup_expr="icontains"
    )
    unit = filters.CharFilter(label=_("落实单位"), field_name="unit__name", lookup_expr="icontains")

    class Meta:
        model = Instruction
        fields: list[str] = []


def instructions_owed(reader: Reader) -> QuerySet[Instruction]:
    """Rows of a list: instructions that the reader's unit, or the office, has to follow up."""
    asked = Q(pk__in=[])
    for post in reader.posts:
        if post.unit_id is not None:
            asked |= Q(unit=post.unit_id)
        elif post.role in OFFICE:
            asked |= Q(committee=post.committee_id)
    waiting = Instruction.objects.filter(state=InstructionState.OPEN)
    return visible(reader, waiting).filter(asked)


def with_dates(rows: list[Any], reader: Reader) -> None:
    """Give each instruction its date; three queries."""
    calendar = calendar_for(reader)
    owed = Duty.objects.open().filter(
        subject_kind="instruction", subject_id__in=[row.pk for row in rows]
    )
    duties = {duty.subject_id: duty for duty in visible(reader, owed)}
    for row in rows:
        duty = duties.get(row.pk)
        row.left = left(duty, calendar, reader.at) if duty is not None else None
        row.due_at = duty.due_at if duty is not None else None


DUE = Column("due", _("期限"), lambda row: row.due_at, cell="supervision/cells/_due_if_any.html")
STATE = Column(
    "state", _("状态"), lambda row: row.get_state_display(), cell="components/cells/_state.html"
)

WORKLISTS = (
    topics(
        "nominated-topics",
        _("推荐的题目"),
        icon="bulb",
        roles=OFFICE,
        rows=in_states(S.NOMINATED),
        comes_next=_("审查人员、党派团体和承办单位推荐的重点题目列在这里，等待列入候选名单。"),
        tools="supervision/key_topics/_nominate.html",
        bulk=(KeyTopic.put_on_list, KeyTopic.pass_over),
    ),
    topics(
        "listed-topics",
        _("候选名单"),
        icon="list-check",
        roles=OFFICE,
        rows=in_states(S.LISTED),
        comes_next=_("列入候选名单的题目列在这里，等待主席会议审定。"),
        bulk=(KeyTopic.pass_over,),
    ),
    topics(
        "topics-to-plan",
        _("待定督办方案"),
        icon="calendar-plus",
        roles={*OFFICE, Role.COLLECTIVE_CONTACT},
        rows=worked_on(*BEFORE_SUPERVISION),
        comes_next=_("主席会议审定的题目列在这里，公布后制定督办方案。"),
    ),
    topics(
        "supervising-topics",
        _("督办中"),
        icon="target-arrow",
        roles={*OFFICE, Role.COLLECTIVE_CONTACT, Role.LEADING_SUPERVISOR},
        rows=worked_on(S.SUPERVISING),
        comes_next=_("有了督办方案的题目列在这里，直到提交督办报告。"),
    ),
    topics(
        "reports-to-review",
        _("待审定报告"),
        icon="file-certificate",
        roles={Role.LEADING_SUPERVISOR},
        rows=to_review,
        comes_next=_("您领衔督办的题目提交督办报告后列在这里，等您审定。"),
    ),
    Worklist(
        slug="milestones-due",
        label=_("督办节点"),
        icon="flag",
        section=Section.SUPERVISION,
        roles={*OFFICE, Role.COLLECTIVE_CONTACT, Role.LEADING_SUPERVISOR},
        rows=lambda reader: milestones_owed(reader).select_related("topic__supervising_body"),
        columns=(
            Column("name", _("节点"), lambda row: row.name, main=True),
            Column("topic", _("重点题目"), lambda row: row.topic.title),
            Column("method", _("督办方式"), lambda row: row.get_method_display() or None),
            Column(
                "body",
                _("由谁"),
                lambda row: str(row.topic.supervising_body or _("提案委办公室")),
            ),
            STATE,
            Column(
                "due",
                _("期限"),
                lambda row: row.due_on,
                cell="supervision/cells/_due_if_any.html",
                order=["due_on"],
            ),
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("督办方案里的节点在完成之前列在这里，最近的在最前。"),
        filterset=MilestoneFilter,
        order=("due_on", "id"),
        prepare=with_days,
    ),
    Worklist(
        slug="instructions-to-follow",
        label=_("待落实批示"),
        icon="message-exclamation",
        section=Section.SUPERVISION,
        roles={*UNIT_ROLES, *OFFICE},
        rows=lambda reader: instructions_owed(reader).select_related("topic", "unit"),
        columns=(
            Column("text", _("批示"), lambda row: row.text, main=True),
            Column("leader", _("批示领导"), lambda row: row.leader),
            Column("topic", _("重点题目"), lambda row: row.topic.title),
            Column("unit", _("落实单位"), lambda row: str(row.unit or _("提案委办公室"))),
            Column(
                "given",
                _("批示日期"),
                lambda row: row.given_on,
                cell="components/cells/_day.html",
                order=["given_on"],
            ),
            DUE,
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("领导对重点题目的批示，要求落实的列在这里，直到报告落实情况。"),
        filterset=InstructionFilter,
        order=("given_on", "id"),
        prepare=with_dates,
    ),
    topics(
        "key-topics",
        _("全部重点题目"),
        icon="star",
        roles=EVERYBODY,
        rows=in_states(),
        comes_next=_("主席会议审定并公布的重点题目列在这里。"),
        tools="supervision/key_topics/_nominate.html",
        session="session",
        counted=False,
    ),
)
