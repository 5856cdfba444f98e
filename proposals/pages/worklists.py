"""Worklists of proposals and of what hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import OFFICE_ROLES, Role
from members.pages.navigation import EVERYBODY, Section
from members.pages.worklist import Column, Worklist
from members.reader import Reader
from members.visibility import visible
from proposals.api.filters import ProposalFilter
from proposals.enums import AWAITING_ASSIGNMENT, CosignatureState
from proposals.enums import ProposalState as S
from proposals.models import Proposal
from proposals.pages.life import clocks
from proposals.pages.subjects import page_of

OFFICE = OFFICE_ROLES - {Role.AUDITOR}
"""Who works in the committee's office."""


class ListFilter(ProposalFilter):
    """The filters of a list of proposals, as a page offers them."""

    text = filters.CharFilter(method="with_text", label=_("检索词"))
    number = filters.CharFilter(method="with_number", label=_("编号"))
    state = filters.MultipleChoiceFilter(label=_("状态"), choices=S.choices)
    proposer = filters.CharFilter(method="with_proposer", label=_("提案者"))
    unit_name = filters.CharFilter(method="with_unit_name", label=_("承办单位"))
    sector = filters.CharFilter(method="with_sector", label=_("界别"))
    overdue = filters.BooleanFilter(method="with_overdue", label=_("逾期"))

    class Meta:
        model = Proposal
        fields = ["proposer_kind", "period_kind", "category", "urgent", "is_key"]

    # What the API has beside these is not for people to type.
    unit = None
    sitting = None
    received_after = filters.DateFilter(
        label=_("收到不早于"), field_name="received_at", lookup_expr="date__gte"
    )
    received_before = filters.DateFilter(
        label=_("收到早于"), field_name="received_at", lookup_expr="date__lt"
    )


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each proposal its clock."""
    found = clocks(rows, reader)
    for row in rows:
        row.clock = found.get(row.pk)


def proposer(row: Proposal) -> str:
    """Who proposes it, in a word."""
    return str(row.lead or row.body or "")


COLUMNS = (
    Column(
        "number",
        _("编号"),
        lambda row: row.case_no or row.receipt_no,
        order=["case_serial", "receipt_no"],
    ),
    Column("title", _("案由"), lambda row: row.title, order=["title"], main=True),
    Column("proposer", _("提案者"), proposer),
    Column("kind", _("类型"), lambda row: row.get_proposer_kind_display(), shown=False),
    Column("category", _("类别"), lambda row: row.category, shown=False),
    Column(
        "state",
        _("状态"),
        lambda row: row.get_state_display(),
        cell="components/cells/_state.html",
        order=["state"],
    ),
    Column(
        "key", _("重点"), lambda row: row.is_key, cell="components/cells/_flag.html", shown=False
    ),
    Column(
        "received",
        _("收到"),
        lambda row: row.received_at,
        cell="components/cells/_day.html",
        order=["received_at"],
    ),
    Column(
        "filed",
        _("立案"),
        lambda row: row.filed_at,
        cell="components/cells/_day.html",
        order=["filed_at"],
        shown=False,
    ),
    Column(
        "due",
        _("期限"),
        lambda row: row.clock.due_at if row.clock else None,
        cell="proposals/cells/_clock.html",
    ),
)
"""The columns of a list of proposals."""


def seen(*states: str, **narrowed: Any) -> Callable[[Reader], QuerySet[Proposal]]:
    """Rows of a list: visible proposals in these states; in any when none is named."""

    def rows(reader: Reader) -> QuerySet[Proposal]:
        found = visible(reader, Proposal.objects.filter(**narrowed))
        return found.filter(state__in=states) if states else found

    return rows


def own(*states: str) -> Callable[[Reader], QuerySet[Proposal]]:
    """Rows of a list: proposals that the reader or their body initiated or has signed."""

    def rows(reader: Reader) -> QuerySet[Proposal]:
        from_posts = Q(pk__in=[])
        for post in reader.posts:
            if post.member_id is not None:
                from_posts |= Q(lead=post.member_id)
                from_posts |= Q(
                    cosignatures__member=post.member_id, cosignatures__state=CosignatureState.AGREED
                )
            elif post.body_id is not None:
                from_posts |= Q(body=post.body_id)
        keys = Proposal.objects.filter(from_posts).order_by().values("pk")
        found = visible(reader, Proposal.objects.filter(pk__in=keys))
        return found.filter(state__in=states) if states else found.exclude(state=S.DISCARDED)

    return rows


def proposals(
    slug: str,
    label: Any,
    *,
    icon: str,
    roles: Collection[str],
    rows: Callable[[Reader], QuerySet[Proposal]],
    comes_next: Any,
    section: Section = Section.PROPOSALS,
    **more: Any,
) -> Worklist:
    """Declare a list of proposals."""
    return Worklist(
        slug=slug,
        label=label,
        icon=icon,
        section=section,
        roles=roles,
        rows=lambda reader: rows(reader).select_related("lead", "body"),
        page_of=lambda row: page_of(row).url(row),
        comes_next=comes_next,
        **{
            "columns": COLUMNS,
            "filterset": ListFilter,
            "prepare": prepare,
            "session": "session",
            **more,
        },
    )


WORKLISTS = (
    proposals(
        "mine",
        _("我的提案"),
        icon="writing",
        section=Section.MINE,
        roles={Role.MEMBER, Role.COLLECTIVE_CONTACT},
        rows=own(),
        comes_next=_("您起草、提交和联名的提案都在这里。"),
        session="",
        counted=False,
    ),
    proposals(
        "filed",
        _("待交办"),
        icon="send",
        section=Section.HANDLING,
        roles={*OFFICE, Role.ASSIGNING_OFFICER},
        rows=seen(*AWAITING_ASSIGNMENT),
        comes_next=_("立案以后、交办以前的提案列在这里。"),
        order=("case_serial", "id"),
        bulk=(Proposal.assign,),
        tools="proposals/assigning/_filed_tools.html",
    ),
    proposals(
        "proposals",
        _("全部提案"),
        icon="files",
        roles=EVERYBODY,
        rows=seen(),
        comes_next=_("您可以查看的提案都在这里。"),
        counted=False,
    ),
)
