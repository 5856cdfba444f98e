"""Worklists of proposals and of what belongs to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.rest_framework import FilterSet

from members.enums import OFFICE_ROLES, Role
from members.pages.navigation import EVERYBODY, Section
from members.pages.worklist import FLAG, STATE, Column, Prepare, Rows, Worklist, day, visible_rows
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.api.filters import ProposalFilter
from proposals.due_dates import due_dates
from proposals.enums import AWAITING_ASSIGNMENT, CosignatureState
from proposals.enums import ProposalState as S
from proposals.models import Proposal
from proposals.pages.rulebooks import category_names
from proposals.pages.subjects import page_of

OFFICE = OFFICE_ROLES - {Role.AUDITOR}
"""The roles of the committee's office."""


class ListFilter(ProposalFilter):
    """The filters of a list of proposals, as a page offers them."""

    text = filters.CharFilter(method="with_text", label=_("检索词"))
    number = filters.CharFilter(method="with_number", label=_("编号"))
    state = filters.MultipleChoiceFilter(label=_("状态"), choices=S.choices)
    proposer = filters.CharFilter(method="with_proposer", label=_("提案者"))
    unit_name = filters.CharFilter(method="with_unit_name", label=_("承办单位"))
    sector = filters.CharFilter(method="with_sector", label=_("界别"))
    category = filters.ChoiceFilter(label=_("类别"), choices=())
    overdue = filters.BooleanFilter(method="with_overdue", label=_("逾期"))

    class Meta:
        model = Proposal
        fields = ["proposer_kind", "period_kind", "urgent", "is_key"]

    # What the API has beside these is not for people to type.
    unit = None
    sitting = None
    received_after = filters.DateFilter(
        label=_("收到不早于"), field_name="received_at", lookup_expr="date__gte"
    )
    received_before = filters.DateFilter(
        label=_("收到早于"), field_name="received_at", lookup_expr="date__lt"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = category_names(reader_of(self.request)).values()
        known = {code: name for names in found for code, name in names.items()}
        self.filters["category"].extra["choices"] = list(known.items())


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each proposal its clock, and its category in words."""
    found = due_dates().clocks(rows, reader)
    known = category_names(reader)
    for row in rows:
        row.due = found.get(row.pk)
        row.category_name = known.get(row.committee_id, {}).get(row.category, row.category)


def proposer(row: Proposal) -> str:
    """Who proposes it, in a word."""
    return str(row.lead or row.body or "")


NUMBER = Column(
    "number",
    _("案号"),
    lambda row: row.proposal.number,
    order=["proposal__case_serial"],
)
TITLE = Column("title", _("案由"), "proposal.title", main=True)
"""The number and title of the proposal that a row belongs to."""

DUE = Column("due", _("期限"), "due.due_at", "proposals/cells/_due.html")
"""Until when something is owed on a row (``due``)."""

COLUMNS = (
    Column(
        "number",
        _("编号"),
        lambda row: row.number,
        order=["case_serial", "receipt_no"],
    ),
    Column("title", _("案由"), order=["title"], main=True),
    Column("proposer", _("提案者"), proposer),
    Column("kind", _("类型"), "get_proposer_kind_display", shown=False),
    Column("category", _("类别"), "category_name", shown=False),
    STATE,
    Column("key", _("重点"), "is_key", FLAG, shown=False),
    day("received", _("收到"), "received_at"),
    day("filed", _("立案"), "filed_at", shown=False),
    DUE,
)
"""The columns of a list of proposals."""


def url_of(subject: Any) -> str:
    """The page of a subject."""
    return page_of(subject).url(subject)


@dataclass(frozen=True, kw_only=True)
class SubjectList(Worklist):
    """A list of subjects, each of which has its page."""

    page_of: Callable[[Any], str] = url_of


@dataclass(frozen=True, kw_only=True)
class ProposalList(SubjectList):
    """A list of proposals."""

    section: Section = Section.PROPOSALS
    related: Sequence[str] = ("lead", "body")
    columns: Sequence[Column] = COLUMNS
    filterset: type[FilterSet] = ListFilter
    prepare: Prepare | None = prepare
    session: str = "session"


def in_states(*states: str) -> Rows:
    """Rows of a list: visible proposals in these states."""
    return visible_rows(Proposal.objects.filter(state__in=states))


def own(reader: Reader) -> QuerySet[Proposal]:
    """Rows of a list: proposals that the reader or their body initiated or has signed."""
    reach = reader.reach
    mine = Q(lead__in=reach.members) | Q(body__in=reach.bodies)
    if reach.members:
        mine |= Q(
            cosignatures__member__in=reach.members, cosignatures__state=CosignatureState.AGREED
        )
    keys = Proposal.objects.filter(mine).order_by().values("pk")
    return visible(reader, Proposal.objects.filter(pk__in=keys)).exclude(state=S.DISCARDED)


WORKLISTS = (
    ProposalList(
        slug="mine",
        label=_("我的提案"),
        icon="writing",
        section=Section.MINE,
        roles={Role.MEMBER, Role.COLLECTIVE_CONTACT},
        rows=own,
        comes_next=_("您起草、提交和联名的提案都在这里。"),
        session="",
        counted=False,
    ),
    ProposalList(
        slug="filed",
        label=_("待交办"),
        icon="send",
        section=Section.HANDLING,
        roles={*OFFICE, Role.ASSIGNING_OFFICER},
        rows=in_states(*AWAITING_ASSIGNMENT),
        comes_next=_("立案以后、交办以前的提案列在这里。"),
        order=("case_serial", "id"),
        bulk=(Proposal.assign,),
        tools="proposals/assigning/_filed_tools.html",
    ),
    ProposalList(
        slug="proposals",
        label=_("全部提案"),
        icon="files",
        roles=EVERYBODY,
        rows=visible_rows(Proposal.objects.all()),
        comes_next=_("您可以查看的提案都在这里。"),
        counted=False,
    ),
)
