"""Worklists of duties, the nearest date first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OrderBy, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import DutyKind
from members.pages.filters import contains, day_before, one_of
from members.pages.links import page_of
from members.pages.navigation import Section
from members.pages.worklist import Column, Prepare, Rows, Worklist
from members.punctuation import listed, stated
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.models import Assignment
from supervision.duty_kinds import OPTIONAL
from supervision.models import Duty
from supervision.models.duty import overdue_at
from supervision.pages.due_dates import DUE, due_of, holder
from supervision.roles import OFFICERS


class DutyFilter(filters.FilterSet):
    """The filters of a list of duties."""

    kind = one_of(_("任务"), DutyKind.choices)
    is_key = filters.BooleanFilter(label=_("重点提案"))
    late = filters.BooleanFilter(label=_("逾期"), method="which_are_late")
    title = contains(_("案由"))
    unit = contains(_("承办单位"), "unit__name")
    due_before = day_before(_("期限早于"), "due_at", "date__lt")

    def which_are_late(self, rows: Any, name: str, value: bool) -> Any:
        """Those whose date has passed, or the others."""
        late = overdue_at(reader_of(self.request).at)
        return rows.filter(late if value else ~late)


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


def mine(*kinds: DutyKind) -> Rows:
    """Rows of a list: what the reader owes, of these kinds; of all when none is named."""

    def rows(reader: Reader) -> QuerySet[Duty]:
        owed = visible(reader, Duty.objects.open()).filter(owed_by(reader))
        return owed.filter(kind__in=kinds) if kinds else owed.exclude(kind__in=OPTIONAL)

    return rows


def late(reader: Reader) -> QuerySet[Duty]:
    """Rows of a list: what is overdue, as far as the reader sees it."""
    return visible(reader, Duty.objects.overdue(reader.at))


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each duty its subject's words: who, in which role, days left, the other units."""
    tasks = Assignment.objects.live().filter(proposal__in={row.proposal_id for row in rows})
    of: dict[int | None, list[Assignment]] = defaultdict(list)
    for task in tasks.select_related("unit").order_by("id"):
        of[task.proposal_id].append(task)
    roles = {(task.proposal_id, task.unit_id): task.get_role_display() for task in tasks}
    for row in rows:
        row.due = due_of(row, reader)
        row.holder = holder(row)
        row.part = roles.get((row.proposal_id, row.unit_id), "")
        row.others = [task for task in of[row.proposal_id] if task.unit_id != row.unit_id]


def number(duty: Duty) -> str:
    """The number of the proposal that it is about."""
    proposal = duty.proposal
    return proposal.number if proposal is not None else ""


def url_of_duty(duty: Duty) -> str:
    """The page on which the duty is done."""
    return page_of(duty.link)


def others(duty: Any) -> str:
    """The other units of its proposal, and how far they are."""
    return listed(stated(task.unit, task.get_state_display()) for task in duty.others)


COLUMNS = (
    Column("number", _("案号"), number, order=["proposal__case_serial"]),
    Column("title", _("案由"), lambda duty: duty.title or str(duty), main=True),
    Column("kind", _("任务"), "get_kind_display", order=["kind"]),
    Column("holder", _("由谁")),
    Column("part", _("承办方式"), shown=False),
    Column("others", _("其他单位"), others, "supervision/cells/_others.html", shown=False),
    DUE,
)
"""The columns of a list of duties."""


@dataclass(frozen=True, kw_only=True)
class DutyList(Worklist):
    """A list of duties."""

    section: Section = Section.MINE
    related: Sequence[str] = ("proposal", "unit", "member", "body")
    columns: Sequence[Column] = COLUMNS
    page_of: Callable[[Any], str] = url_of_duty
    filterset: type[filters.FilterSet] = DutyFilter
    order: Sequence[str | OrderBy] = ("due_at", "id")
    prepare: Prepare | None = prepare


WORKLISTS = (
    DutyList(
        slug="overdue",
        label=_("逾期"),
        icon="alarm",
        section=Section.HANDLING,
        roles=OFFICERS,
        rows=late,
        comes_next=_("现在没有逾期的任务。"),
    ),
)
