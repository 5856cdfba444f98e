"""The worklists of the committee's office from receipt to filing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OrderBy, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.rest_framework import FilterSet

from members.enums import REVIEWER_ROLES
from members.pages.navigation import Section
from members.pages.worklist import Column, Prepare, Rows, arranged, day, visible_rows
from members.reader import Reader
from members.rules import Warnings
from proposals.enums import WITHDRAWABLE, CosignatureState, MergeCandidateState, TextKind
from proposals.enums import ProposalState as S
from proposals.models import CandidateMember, Cosignature, MergeCandidate, Proposal, TextVersion
from proposals.pages.rulebooks import rules_around
from proposals.pages.worklists import (
    COLUMNS,
    OFFICE,
    ListFilter,
    ProposalList,
    in_states,
    prepare,
)

in_open_group = Exists(
    CandidateMember.objects.filter(
        proposal=OuterRef("pk"), left_out_at=None, candidate__state=MergeCandidateState.OPEN
    ),
)
SUBMITTED = Proposal.objects.filter(state=S.SUBMITTED)
handed_in_again = Exists(TextVersion.objects.filter(proposal=OuterRef("pk"), kind=TextKind.REVISED))


def which_are_alike(rows: Any, name: str, value: bool) -> Any:
    """Those in a group of merge candidates that nobody has decided, or the others."""
    return rows.filter(in_open_group) if value else rows.exclude(in_open_group)


class OfficeFilter(ListFilter):
    """The filters of these lists: one state each, and what may be double."""

    state = None
    overdue = None
    unit_name = None
    alike = filters.BooleanFilter(method=which_are_alike, label=_("疑似重复"))

    class Meta:
        model = Proposal
        fields = ["proposer_kind", "period_kind"]


# -- What the cells read ---------------------------------------------------------------------


def read(rows: list[Any], reader: Reader) -> None:
    """Give each proposal its age, co-signers, rounds, and its group."""
    keys = [row.pk for row in rows]
    signed = _cosigners(keys)
    groups = open_groups(keys)
    around = rules_around(reader, reader.reach.offices)
    for row in rows:
        rules = around.get(row.committee_id)
        row.age = age(row, reader.day)
        row.age_tone = tone(row.age, rules.warnings if rules else Warnings())
        row.cosigners = signed.get(row.pk, 0)
        row.group = groups.get(row.pk)
        row.rounds = len(rules.review.rounds) if rules else 0


def _cosigners(keys: list[int]) -> dict[int, int]:
    agreed = Cosignature.objects.filter(proposal__in=keys, state=CosignatureState.AGREED)
    counted = agreed.order_by().values("proposal").annotate(n=Count("pk"))
    return dict(counted.values_list("proposal", "n"))


def open_groups(keys: list[int]) -> dict[int, MergeCandidate]:
    """The undecided group of merge candidates that each of these proposals is in."""
    members = CandidateMember.objects.filter(
        proposal__in=keys, left_out_at=None, candidate__state=MergeCandidateState.OPEN
    )
    found: dict[int, MergeCandidate] = {}
    for member in members.select_related("candidate").order_by("candidate"):
        found[member.proposal_id] = member.candidate
    return found


def age(row: Proposal, today: date) -> int | None:
    """Days since it was received."""
    return (today - localdate(row.received_at)).days if row.received_at else None


def tone(days: int | None, warnings: Warnings) -> str:
    """The colour of an age."""
    if days is None or days < warnings.caution:
        return "calm"
    return "caution" if days < warnings.danger else "danger"


def aged(row: Any) -> str:
    """How long it has waited, in words."""
    if row.age is None:
        return ""
    return _t("已收到 %(days)s 天") % {"days": row.age} if row.age else _t("今天收到")


def both(rows: list[Any], reader: Reader) -> None:
    """What these lists read, and the clock of every list of proposals."""
    prepare(rows, reader)
    read(rows, reader)


known = {column.name: column for column in COLUMNS}

CATEGORY = Column("category", _("类别"), "category_name", order=["category"])

REVIEWED = (
    Column(
        "receipt", _("收件号"), "receipt_no", "proposals/cells/_number.html", order=["receipt_no"]
    ),
    known["title"],
    known["proposer"],
    Column("cosigners", _("联名"), lambda row: row.cosigners or None),
    known["kind"],
    CATEGORY,
    Column(
        "rounds",
        _("审查轮次"),
        lambda row: f"{row.rounds_done}/{row.rounds}",
        order=["rounds_done"],
    ),
    Column(
        "alike",
        _("相似"),
        lambda row: _t("疑似重复") if row.group else "",
        "proposals/cells/_alike.html",
    ),
    Column("age", _("收到"), aged, "proposals/cells/_age.html", order=["-received_at"]),
    replace(known["received"], label=_("收到日期"), shown=False),
)
"""The columns of what waits for review; ``age`` sorts by how long it has waited."""

DECIDED = (
    known["number"],
    known["title"],
    known["proposer"],
    CATEGORY,
    known["state"],
    known["received"],
)
"""The columns of what is decided."""


# -- The rows --------------------------------------------------------------------------------


def _by_rounds(*, done: bool) -> Rows:
    """Under review, with every round that the rulebook asks for on record, or not."""

    def rows(reader: Reader) -> QuerySet[Proposal]:
        those = Q(pk__in=[])
        for committee, rules in rules_around(reader, reader.reach.offices).items():
            number = len(rules.review.rounds)
            enough = Q(rounds_done__gte=number) if done else Q(rounds_done__lt=number)
            those |= Q(committee=committee) & enough
        return in_states(S.REVIEWING)(reader).filter(those)

    return rows


@dataclass(frozen=True, kw_only=True)
class OfficeList(ProposalList):
    """A list of the office: its columns, filters and section."""

    section: Section = Section.REVIEW
    roles: Collection[str] = REVIEWER_ROLES
    columns: Sequence[Column] = REVIEWED
    filterset: type[FilterSet] = OfficeFilter
    prepare: Prepare | None = both
    order: Sequence[str | OrderBy] = ("received_at", "id")
    bulk_extras: str = "proposals/office/_bulk_extras.html"


@dataclass(frozen=True, kw_only=True)
class DecidedList(OfficeList):
    """A list of what the office has decided, or sent back: to look at, not to work off."""

    roles: Collection[str] = OFFICE
    bulk_extras: str = ""
    counted: bool = False


WAITING = (
    OfficeList(
        slug="intake",
        label=_("新收待审"),
        icon="inbox",
        rows=visible_rows(SUBMITTED.exclude(handed_in_again)),
        comes_next=_("新提交的提案列在这里，等待第一轮审查，收到最早的在最前。"),
        columns=arranged(REVIEWED, hidden=["rounds"]),
        bulk=(Proposal.review, Proposal.return_for_revision),
    ),
    OfficeList(
        slug="resubmitted",
        label=_("修改后重提"),
        icon="refresh",
        rows=visible_rows(SUBMITTED.filter(handed_in_again)),
        comes_next=_("退回修改的提案重新提交后列在这里，等待审查。"),
        columns=arranged(REVIEWED, hidden=["rounds"]),
        bulk=(Proposal.review, Proposal.return_for_revision),
    ),
    OfficeList(
        slug="reviewing",
        label=_("待复审"),
        icon="eye-check",
        rows=_by_rounds(done=False),
        comes_next=_("已有审查意见、规定的轮次还没有完成的提案列在这里。"),
        bulk=(Proposal.review, Proposal.return_for_revision),
    ),
    OfficeList(
        slug="to-file",
        label=_("待立案"),
        icon="gavel",
        rows=_by_rounds(done=True),
        comes_next=_("规定的审查轮次全部完成的提案列在这里，等待决定立案或不予立案。"),
        bulk=(Proposal.file, Proposal.return_for_revision),
    ),
    OfficeList(
        slug="withdrawals",
        label=_("撤案申请"),
        icon="file-x",
        rows=visible_rows(
            Proposal.objects.filter(state__in=WITHDRAWABLE, withdrawal_requested_at__isnull=False)
        ),
        comes_next=_("提案者申请撤案、尚未决定的提案列在这里。"),
        columns=(*DECIDED, day("asked", _("申请撤案"), "withdrawal_requested_at")),
        order=("withdrawal_requested_at", "id"),
        session="",
        bulk_extras="",
    ),
)
"""What waits for the office."""

DONE = (
    DecidedList(
        slug="returned",
        label=_("退回修改中"),
        icon="arrow-back-up",
        rows=in_states(S.RETURNED),
        comes_next=_("退回给提案者修改的提案，在重新提交以前列在这里。"),
    ),
    DecidedList(
        slug="not-filed",
        label=_("不予立案"),
        icon="file-off",
        rows=in_states(S.NOT_FILED),
        comes_next=_("不予立案的提案和转办去向列在这里。"),
        columns=arranged(DECIDED, hidden=["state"]),
        order=("-received_at", "-id"),
    ),
    DecidedList(
        slug="merged",
        label=_("已并案"),
        icon="git-merge",
        rows=in_states(S.MERGED),
        related=("lead", "body", "merged_into"),
        comes_next=_("并入其他提案一并办理的提案列在这里。"),
        columns=(
            *arranged(DECIDED, hidden=["state"]),
            Column("host", _("主件"), "merged_into.named"),
            day("merged", _("并案"), "merged_at"),
        ),
        order=(F("merged_at").desc(nulls_last=True), "-id"),
    ),
)
"""What the office has decided, or sent back."""
