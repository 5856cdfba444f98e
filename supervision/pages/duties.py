"""Worklists of what is owed: each row is a duty, the nearest date first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import DutyKind, Role
from members.pages.links import page_of
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.punctuation import listed, stated
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.models import Assignment
from supervision.models import Duty
from supervision.pages.clocks import holder, left
from supervision.selectors import calendar_for


class DutyFilter(filters.FilterSet):
    """How a list of duties can be narrowed."""

    kind = filters.MultipleChoiceFilter(label=_("任务"), choices=DutyKind.choices)
    is_key = filters.BooleanFilter(label=_("重点提案"))
    late = filters.BooleanFilter(label=_("逾期"), method="which_are_late")
    title = filters.CharFilter(label=_("案由"), lookup_expr="icontains")
    unit = filters.CharFilter(label=_("承办单位"), field_name="unit__name", lookup_expr="icontains")
    due_before = filters.DateFilter(
        label=_("期限早于"), field_name="due_at", lookup_expr="date__lt"
    )

    class Meta:
        model = Duty
        fields: list[str] = []

    def which_are_late(self, rows: Any, name: str, value: bool) -> Any:
        """Those whose date has passed, or the others."""
        late = Duty.objects.overdue(reader_of(self.request).at).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


def owed_by(reader: Reader) -> Q:
    """The duties that are the reader's to do, through any of their posts on the day."""
    mine = Q(pk__in=[])
    for post in reader.posts:
        if post.unit_id is not None:
            mine |= Q(unit=post.unit_id)
        elif post.member_id is not None:
            mine |= Q(member=post.member_id)
        elif post.body_id is not None:
            mine |= Q(body=post.body_id)
        elif post.committee_id is not None:
            mine |= Q(
                role=post.role, committee=post.committee_id, unit=None, member=None, body=None
            )
    return mine


def mine(*kinds: DutyKind) -> Callable[[Reader], QuerySet[Duty]]:
    """Rows of a list: what the reader owes, of these kinds; of all when none is named."""

    def rows(reader: Reader) -> QuerySet[Duty]:
        owed = visible(reader, Duty.objects.open()).filter(owed_by(reader))
        return owed.filter(kind__in=kinds) if kinds else owed.exclude(kind=DutyKind.RETURN_WINDOW)

    return rows


def seen(*kinds: DutyKind) -> Callable[[Reader], QuerySet[Duty]]:
    """Rows of a list: what is owed by anybody, as far as the reader sees it."""

    def rows(reader: Reader) -> QuerySet[Duty]:
        owed = visible(reader, Duty.objects.open())
        return owed.filter(kind__in=kinds) if kinds else owed.exclude(kind=DutyKind.RETURN_WINDOW)

    return rows


def late(reader: Reader) -> QuerySet[Duty]:
    """Rows of a list: what is overdue, as far as the reader sees it."""
    return visible(reader, Duty.objects.overdue(reader.at))


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each duty its subject's words: who, in which role, days left, the other units."""
    calendar = calendar_for(reader)
    tasks = Assignment.objects.live().filter(proposal__in={row.proposal_id for row in rows})
    of: dict[int | None, list[Assignment]] = defaultdict(list)
    for task in tasks.select_related("unit").order_by("id"):
        of[task.proposal_id].append(task)
    roles = {(task.proposal_id, task.unit_id): task.get_role_display() for task in tasks}
    for row in rows:
        row.left = left(row, calendar, reader.at)
        row.holder = holder(row)
        row.part = roles.get((row.proposal_id, row.unit_id), "")
        row.others = [task for task in of[row.proposal_id] if task.unit_id != row.unit_id]


def number(duty: Duty) -> str:
    """The number of the proposal that it is about."""
    proposal = duty.proposal
    return (proposal.case_no or proposal.receipt_no) if proposal is not None else ""


COLUMNS = (
    Column("number", _("案号"), number, order=["proposal__case_serial"]),
    Column("title", _("案由"), lambda duty: duty.title or str(duty), main=True),
    Column("kind", _("任务"), lambda duty: duty.get_kind_display(), order=["kind"]),
    Column("holder", _("由谁"), lambda duty: duty.holder),
    Column("part", _("承办方式"), lambda duty: str(duty.part), shown=False),
    Column(
        "others",
        _("其他单位"),
        lambda duty: listed(stated(task.unit, task.get_state_display()) for task in duty.others),
        cell="supervision/cells/_others.html",
        shown=False,
    ),
    Column(
        "due",
        _("期限"),
        lambda duty: duty.due_at,
        cell="supervision/cells/_due.html",
        order=["due_at"],
    ),
)
"""The columns of a list of duties."""


def duties(
    slug: str,
    label: Any,
    *,
    icon: str,
    roles: Collection[str],
    rows: Callable[[Reader], QuerySet[Duty]],
    comes_next: Any,
    section: Section = Section.MINE,
    shown: Iterable[str] = (),
    hidden: Iterable[str] = (),
    tab: str = "",
) -> Worklist:
    """Declare a list of duties; ``shown`` are further columns that stand there at first.

    ``hidden`` are those that do not, where they would say the same of every row.
    """
    extra, needless = set(shown), set(hidden)
    columns = tuple(
        Column(
            **{
                **vars(column),
                "shown": (column.shown or column.name in extra) and column.name not in needless,
            }
        )
        for column in COLUMNS
    )
    return Worklist(
        slug=slug,
        label=label,
        icon=icon,
        section=section,
        roles=roles,
        rows=lambda reader: rows(reader).select_related("proposal", "unit", "member", "body"),
        columns=columns,
        page_of=lambda duty: page_of(duty.link),
        comes_next=comes_next,
        filterset=DutyFilter,
        order=("due_at", "id"),
        prepare=prepare,
        tab=tab,
    )


WORKLISTS = (
    duties(
        "overdue",
        _("逾期"),
        icon="alarm",
        section=Section.HANDLING,
        roles={
            Role.COMMITTEE_CLERK,
            Role.COMMITTEE_DIRECTOR,
            Role.ASSIGNING_OFFICER,
            Role.INSPECTION_OFFICER,
        },
        rows=late,
        comes_next=_("现在没有逾期的任务。"),
    ),
)
