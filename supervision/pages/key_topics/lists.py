"""Worklists of key topics, of their milestones, and of leaders' instructions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import CharFilter, FilterSet

from members.enums import UNIT_ROLES, Role
from members.pages.filters import contains, day_before, narrowed, one_of
from members.pages.navigation import EVERYBODY, Section
from members.pages.worklist import STATE, Column, Prepare, Rows, day
from members.punctuation import listed
from members.reader import Reader
from members.visibility import visible
from proposals.pages.worklists import SubjectList
from supervision.duty_kinds import declared
from supervision.enums import BEFORE_SUPERVISION, UNMET, InstructionState
from supervision.enums import KeyTopicState as S
from supervision.models import Duty, Instruction, KeyTopic, Milestone
from supervision.pages.due_dates import DUE, add_due_cells
from supervision.permissions import led_topics
from supervision.roles import OFFICE
from supervision.selectors import with_due


def _with_number(rows: Any, name: str, value: str) -> Any:
    """Topics of the proposal with that number."""
    return rows.filter(links__proposal__case_no__endswith=value.strip()).distinct()


def _led_by(rows: Any, name: str, value: str) -> Any:
    """Topics that somebody of this name leads."""
    return rows.filter(supervisors__name__icontains=value.strip()).distinct()


FILTERS = narrowed(
    title=contains(_("题目")),
    state=one_of(_("状态"), S.choices),
    number=CharFilter(label=_("案号"), method=_with_number),
    supervisor=CharFilter(label=_("领衔督办领导"), method=_led_by),
)


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each topic its proposals, its leaders and what is owed on it next; two queries."""
    prefetch_related_objects(rows, "links__proposal", "supervisors")
    add_due_cells(rows, reader)


TOPIC = Column("topic", _("重点题目"), "topic.title")


def _owed(row: Any) -> str | None:
    return declared(row.due_kind).label if row.due_kind else None


def _proposals(row: Any) -> str:
    return listed(link.proposal.case_no for link in row.links.all())


COLUMNS = (
    Column("title", _("题目"), order=["title"], main=True),
    Column("proposals", _("提案"), _proposals),
    STATE,
    Column("supervisors", _("领衔督办领导"), lambda row: listed(row.supervisors.all())),
    Column("body", _("协助督办"), lambda row: str(row.supervising_body or _("提案委办公室"))),
    Column("nominator", _("推荐"), "get_nominator_role_display", shown=False),
    Column("session", _("会议"), shown=False),
    day("announced", _("公布"), "announced_at", shown=False),
    Column("owed", _("待办"), _owed),
    DUE,
)
"""The columns of a list of key topics."""


def in_states(*states: str) -> Rows:
    """Rows of a list: topics in these states that the reader sees; in any when none is named."""

    def rows(reader: Reader) -> QuerySet[KeyTopic]:
        told = visible(reader, Duty.objects.all())
        found = with_due(visible(reader, KeyTopic.objects.all()), among=told)
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
            own |= led_topics(reader, path)
    return own


def to_review(reader: Reader) -> QuerySet[KeyTopic]:
    """Rows of a list: reports that await the reader's word as leading supervisor."""
    return in_states(S.REPORTED)(reader).filter(led_topics(reader))


@dataclass(frozen=True, kw_only=True)
class SupervisionList(SubjectList):
    """A list of what is supervised."""

    section: Section = Section.SUPERVISION
    prepare: Prepare | None = add_due_cells


@dataclass(frozen=True, kw_only=True)
class TopicList(SupervisionList):
    """A list of key topics."""

    related: Sequence[str] = ("supervising_body", "session__term")
    columns: Sequence[Column] = COLUMNS
    filterset: type[FilterSet] = FILTERS
    model: type[Model] | None = KeyTopic
    prepare: Prepare | None = prepare


# -- Milestones and instructions -----------------------------------------------------------------


def milestones_owed(reader: Reader) -> QuerySet[Milestone]:
    """Rows of a list: milestones that are owed, of topics at which the reader works."""
    owed = Milestone.objects.filter(state__in=UNMET)
    return with_due(visible(reader, owed).filter(_own(reader, "topic__")))


def instructions_owed(reader: Reader) -> QuerySet[Instruction]:
    """Rows of a list: instructions that the reader's unit, or the office, has to follow up."""
    asked = Q(pk__in=[])
    for post in reader.posts:
        if post.unit_id is not None:
            asked |= Q(unit=post.unit_id)
        elif post.role in OFFICE:
            asked |= Q(committee=post.committee_id)
    waiting = Instruction.objects.filter(state=InstructionState.OPEN)
    return with_due(visible(reader, waiting).filter(asked))


WORKLISTS = (
    TopicList(
        slug="nominated-topics",
        label=_("推荐的题目"),
        icon="bulb",
        roles=OFFICE,
        rows=in_states(S.NOMINATED),
        comes_next=_("审查人员、党派团体和承办单位推荐的重点题目列在这里，等待列入候选名单。"),
        tools="supervision/key_topics/_nominate.html",
        bulk=(KeyTopic.put_on_list, KeyTopic.pass_over),
    ),
    TopicList(
        slug="listed-topics",
        label=_("候选名单"),
        icon="list-check",
        roles=OFFICE,
        rows=in_states(S.LISTED),
        comes_next=_("列入候选名单的题目列在这里，等待主席会议审定。"),
        bulk=(KeyTopic.pass_over,),
    ),
    TopicList(
        slug="topics-to-plan",
        label=_("待定督办方案"),
        icon="calendar-plus",
        roles={*OFFICE, Role.COLLECTIVE_CONTACT},
        rows=worked_on(*BEFORE_SUPERVISION),
        comes_next=_("主席会议审定的题目列在这里，公布后制定督办方案。"),
    ),
    TopicList(
        slug="supervising-topics",
        label=_("督办中"),
        icon="target-arrow",
        roles={*OFFICE, Role.COLLECTIVE_CONTACT, Role.LEADING_SUPERVISOR},
        rows=worked_on(S.SUPERVISING),
        comes_next=_("有了督办方案的题目列在这里，直到提交督办报告。"),
    ),
    TopicList(
        slug="reports-to-review",
        label=_("待审定报告"),
        icon="file-certificate",
        roles={Role.LEADING_SUPERVISOR},
        rows=to_review,
        comes_next=_("您领衔督办的题目提交督办报告后列在这里，等您审定。"),
    ),
    SupervisionList(
        slug="milestones-due",
        label=_("督办节点"),
        icon="flag",
        roles={*OFFICE, Role.COLLECTIVE_CONTACT, Role.LEADING_SUPERVISOR},
        rows=milestones_owed,
        related=("topic__supervising_body",),
        columns=(
            Column("name", _("节点"), main=True),
            TOPIC,
            Column("method", _("督办方式"), "get_method_display"),
            Column(
                "body", _("由谁"), lambda row: str(row.topic.supervising_body or _("提案委办公室"))
            ),
            STATE,
            DUE,
        ),
        comes_next=_("督办方案里的节点在完成之前列在这里，最近的在最前。"),
        filterset=narrowed(
            name=contains(_("节点")),
            topic=contains(_("重点题目"), "topic__title"),
            due_before=day_before(_("期限早于"), "due_on"),
        ),
        order=("due_on", "id"),
    ),
    SupervisionList(
        slug="instructions-to-follow",
        label=_("待落实批示"),
        icon="message-exclamation",
        roles={*UNIT_ROLES, *OFFICE},
        rows=instructions_owed,
        related=("topic", "unit"),
        columns=(
            Column("text", _("批示"), main=True),
            Column("leader", _("批示领导")),
            TOPIC,
            Column("unit", _("落实单位"), lambda row: str(row.unit or _("提案委办公室"))),
            day("given", _("批示日期"), "given_on"),
            DUE,
        ),
        comes_next=_("领导对重点题目的批示，要求落实的列在这里，直到报告落实情况。"),
        filterset=narrowed(
            leader=contains(_("批示领导")),
            topic=contains(_("重点题目"), "topic__title"),
            unit=contains(_("落实单位"), "unit__name"),
        ),
        order=("given_on", "id"),
    ),
    TopicList(
        slug="key-topics",
        label=_("全部重点题目"),
        icon="star",
        roles=EVERYBODY,
        rows=in_states(),
        comes_next=_("主席会议审定并公布的重点题目列在这里。"),
        tools="supervision/key_topics/_nominate.html",
        session="session",
        counted=False,
    ),
)
