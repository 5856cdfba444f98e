"""The worklists of groups of merge candidates: to be decided, and decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import CharFilter, FilterSet

from members.enums import REVIEWER_ROLES
from members.pages.filters import narrowed, one_of
from members.pages.navigation import Section
from members.pages.worklist import STATE, Column, Prepare, day, visible_rows
from members.punctuation import listed
from members.reader import Reader
from proposals.enums import DECIDED_CANDIDATES
from proposals.enums import MergeCandidateState as State
from proposals.models import CandidateMember, MergeCandidate
from proposals.pages.worklists import SubjectList


def _with_title(rows: QuerySet[MergeCandidate], name: str, value: str) -> QuerySet[MergeCandidate]:
    """Groups with a proposal whose title has these words."""
    members = CandidateMember.objects.filter(proposal__title__icontains=value)
    return rows.filter(pk__in=members.values("candidate"))


def read_groups(rows: list[Any], reader: Reader) -> None:
    """Give each group its members that are still in it, the centre first."""
    inside = CandidateMember.objects.filter(
        candidate__in=[row.pk for row in rows], left_out_at=None
    )
    of: dict[int, list[CandidateMember]] = {row.pk: [] for row in rows}
    for member in inside.select_related("proposal"):
        of[member.candidate_id].append(member)
    for row in rows:
        row.inside = of[row.pk]
        row.score = max((member.score or 0 for member in row.inside), default=0)


def group_title(row: Any) -> str:
    """What a group is of: the title of its centre, and how many there are."""
    first = row.inside[0].proposal.title if row.inside else str(row)
    return _t("%(title)s 等 %(count)s 件") % {"title": first, "count": len(row.inside)}


def _numbers(row: Any) -> str:
    proposals = [member.proposal for member in row.inside]
    return listed(proposal.number for proposal in proposals)


def _score(row: Any) -> str:
    return f"{row.score:.0%}" if row.score else _t("人工归组")


FILTERS = narrowed(
    title=CharFilter(method=_with_title, label=_("案由")),
    state=one_of(_("状态"), State.choices),
)


@dataclass(frozen=True, kw_only=True)
class GroupList(SubjectList):
    """A list of groups of merge candidates."""

    section: Section = Section.REVIEW
    roles: Collection[str] = REVIEWER_ROLES
    related: Sequence[str] = ("session__term", "session__committee")
    columns: Sequence[Column] = (
        Column("title", _("提案"), group_title, main=True),
        Column("numbers", _("编号"), _numbers),
        Column("score", _("相似度"), _score),
        STATE,
        day("found", _("发现"), "created_at"),
    )
    filterset: type[FilterSet] = FILTERS
    model: type[Model] | None = MergeCandidate
    prepare: Prepare | None = read_groups
    session: str = "session"
    tools: str = "proposals/office/_scan_tools.html"


GROUPS = (
    GroupList(
        slug="duplicates",
        label=_("疑似重复"),
        icon="copy",
        rows=visible_rows(MergeCandidate.objects.filter(state=State.OPEN)),
        comes_next=_("查重发现的、尚未决定的候选组列在这里；可以点“查重”再查一遍本次会议。"),
        bulk=(MergeCandidate.dismiss, MergeCandidate.postpone, MergeCandidate.relate),
    ),
    GroupList(
        slug="duplicates-decided",
        label=_("查重已决定"),
        icon="copy-check",
        rows=visible_rows(MergeCandidate.objects.filter(state__in=DECIDED_CANDIDATES)),
        comes_next=_("以后再定、列为同类、不相似和已并案的候选组列在这里，前三种可以重新考虑。"),
        counted=False,
    ),
)
"""Groups to decide on, and those that are decided."""
