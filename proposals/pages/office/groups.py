"""The worklists of groups of merge candidates: to be decided, and decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.punctuation import listed
from members.reader import Reader
from members.rules import REVIEWERS
from members.visibility import visible
from proposals.enums import DECIDED_CANDIDATES, MergeCandidateState
from proposals.models import CandidateMember, MergeCandidate


class GroupFilter(filters.FilterSet):
    """How a list of groups can be narrowed."""

    title = filters.CharFilter(method="with_title", label=_("案由"))
    state = filters.MultipleChoiceFilter(label=_("状态"), choices=MergeCandidateState.choices)

    class Meta:
        model = MergeCandidate
        fields: list[str] = []

    def with_title(self, rows: Any, name: str, value: str) -> Any:
        """Groups with a proposal whose title has these words."""
        members = CandidateMember.objects.filter(proposal__title__icontains=value)
        return rows.filter(pk__in=members.values("candidate"))


def groups(*states: str) -> Callable[[Reader], QuerySet[MergeCandidate]]:
    """Rows of a list: groups in these states, as far as the reader sees them."""

    def rows(reader: Reader) -> QuerySet[MergeCandidate]:
        found = MergeCandidate.objects.filter(state__in=states)
        seen = visible(reader, found)
        return seen.select_related("session__term", "session__committee")

    return rows


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


def _group_list(slug: str, label: Any, **more: Any) -> Worklist:
    return Worklist(
        slug=slug,
        label=label,
        section=Section.REVIEW,
        roles=REVIEWERS,
        columns=(
            Column("title", _("提案"), group_title, main=True),
            Column(
                "numbers",
                _("编号"),
                lambda row: listed(
                    member.proposal.case_no or member.proposal.receipt_no for member in row.inside
                ),
            ),
            Column(
                "score",
                _("相似度"),
                lambda row: f"{row.score:.0%}" if row.score else _t("人工归组"),
            ),
            Column(
                "state",
                _("状态"),
                lambda row: row.get_state_display(),
                cell="components/cells/_state.html",
            ),
            Column(
                "found",
                _("发现"),
                lambda row: row.created_at,
                cell="components/cells/_day.html",
                order=["created_at"],
            ),
        ),
        page_of=lambda row: reverse("mergecandidate", args=[row.pk]),
        filterset=GroupFilter,
        prepare=read_groups,
        session="session",
        tools="proposals/office/_scan_tools.html",
        **more,
    )


GROUPS = (
    _group_list(
        "duplicates",
        _("疑似重复"),
        icon="copy",
        rows=groups(MergeCandidateState.OPEN),
        comes_next=_("查重发现的、尚未决定的候选组列在这里；可以点“查重”再查一遍本次会议。"),
        bulk=(MergeCandidate.dismiss, MergeCandidate.postpone, MergeCandidate.relate),
    ),
    _group_list(
        "duplicates-decided",
        _("查重已决定"),
        icon="copy-check",
        rows=groups(*DECIDED_CANDIDATES),
        comes_next=_("以后再定、列为同类、不相似和已并案的候选组列在这里，前三种可以重新考虑。"),
        counted=False,
    ),
)
"""Groups to decide on, and those that are decided."""
