"""The worklists of the committee's office from receipt to filing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.reader import Reader, reader_of
from members.rules import REVIEWERS
from proposals.enums import WITHDRAWABLE, CosignatureState, MergeCandidateState, TextKind
from proposals.enums import ProposalState as S
from proposals.models import CandidateMember, Cosignature, MergeCandidate, Proposal, TextVersion
from proposals.pages.office.labels import names, rules_around
from proposals.pages.worklists import COLUMNS, OFFICE, ListFilter, prepare, proposals, seen

CAUTION = 7
"""From so many days on, what waits for its review is marked."""

DANGER = 14
"""From so many days on, it has waited too long."""

Rows = Callable[[Reader], QuerySet[Proposal]]

in_open_group = Exists(
    CandidateMember.objects.filter(
        proposal=OuterRef("pk"), left_out_at=None, candidate__state=MergeCandidateState.OPEN
    )
)
handed_in_again = Exists(TextVersion.objects.filter(proposal=OuterRef("pk"), kind=TextKind.REVISED))


class OfficeFilter(ListFilter):
    """The filters of these lists: one state each, categories by name, what may be double."""

    state = None
    overdue = None
    unit_name = None
    category = filters.ChoiceFilter(label=_("类别"), choices=())
    alike = filters.BooleanFilter(method="which_are_alike", label=_("疑似重复"))

    class Meta:
        model = Proposal
        fields = ["proposer_kind", "period_kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        around = rules_around(reader_of(self.request)).values()
        found = [names(rules.review.categories) for rules in around]
        known = {code: name for one in found for code, name in one.items()}
        self.filters["category"].extra["choices"] = list(known.items())

    def which_are_alike(self, rows: Any, name: str, value: bool) -> Any:
        """Those in a group of merge candidates that nobody has decided, or the others."""
        return rows.filter(in_open_group) if value else rows.exclude(in_open_group)


# -- What the cells read ---------------------------------------------------------------------


def read(rows: list[Any], reader: Reader) -> None:
    """Give each proposal its age, co-signers, rounds, category in words, and its group."""
    keys = [row.pk for row in rows]
    signed = _cosigners(keys)
    groups = open_groups(keys)
    around = rules_around(reader)
    for row in rows:
        rules = around.get(row.committee_id)
        row.age = age(row, reader.day)
        row.age_tone = tone(row.age)
        row.cosigners = signed.get(row.pk, 0)
        row.group = groups.get(row.pk)
        row.rounds = len(rules.review.rounds) if rules else 0
        known = names(rules.review.categories) if rules else {}
        row.category_name = known.get(row.category, row.category)


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


def tone(days: int | None) -> str:
    """The colour of an age."""
    if days is None or days < CAUTION:
        return "calm"
    return "caution" if days < DANGER else "danger"


def aged(days: int | None) -> str:
    """An age in words."""
    if days is None:
        return ""
    return _t("已收到 %(days)s 天") % {"days": days} if days else _t("今天收到")


def rounds(row: Any) -> str:
    """How many rounds of review are done, of how many."""
    return f"{row.rounds_done}/{row.rounds}"


def both(rows: list[Any], reader: Reader) -> None:
    """What these lists read, and the clock of every list of proposals."""
    prepare(rows, reader)
    read(rows, reader)


known = {column.name: column for column in COLUMNS}

REVIEWED = (
    Column(
        "receipt",
        _("收件号"),
        lambda row: row.receipt_no,
        cell="proposals/cells/_number.html",
        order=["receipt_no"],
    ),
    known["title"],
    known["proposer"],
    Column("cosigners", _("联名"), lambda row: row.cosigners or "—"),
    known["kind"],
    Column("category", _("类别"), lambda row: row.category_name or "—", order=["category"]),
    Column("rounds", _("审查轮次"), rounds, order=["rounds_done"]),
    Column(
        "alike",
        _("相似"),
        lambda row: _t("疑似重复") if row.group else "",
        cell="proposals/cells/_alike.html",
    ),
    Column(
        "age",
        _("收到"),
        lambda row: aged(row.age),
        cell="proposals/cells/_age.html",
        order=["-received_at"],
    ),
    Column(**{**vars(known["received"]), "label": _("收到日期"), "shown": False}),
)
"""The columns of what waits for review; ``age`` sorts by how long it has waited."""

DECIDED = (
    known["number"],
    known["title"],
    known["proposer"],
    Column("category", _("类别"), lambda row: row.category_name or "—", order=["category"]),
    known["state"],
    known["received"],
)
"""The columns of what is decided."""


def _columns(columns: tuple[Column, ...], *more: Column, hidden: Collection[str] = ()) -> Any:
    shown = [
        Column(**{**vars(one), "shown": one.shown and one.name not in hidden}) for one in columns
    ]
    return (*shown, *more)


# -- The rows --------------------------------------------------------------------------------


def new(reader: Reader) -> QuerySet[Proposal]:
    """Handed in for the first time, no round of review done."""
    return seen(S.SUBMITTED)(reader).exclude(handed_in_again)


def again(reader: Reader) -> QuerySet[Proposal]:
    """Sent back, revised, and handed in again."""
    return seen(S.SUBMITTED)(reader).filter(handed_in_again)


def _by_rounds(*, done: bool) -> Rows:
    """Under review, with every round that the rulebook asks for on record, or not."""

    def rows(reader: Reader) -> QuerySet[Proposal]:
        those = Q(pk__in=[])
        for committee, rules in rules_around(reader).items():
            number = len(rules.review.rounds)
            enough = Q(rounds_done__gte=number) if done else Q(rounds_done__lt=number)
            those |= Q(committee=committee) & enough
        return seen(S.REVIEWING)(reader).filter(those)

    return rows


def withdrawals(reader: Reader) -> QuerySet[Proposal]:
    """Whose proposer has asked to withdraw, undecided."""
    return seen(*WITHDRAWABLE)(reader).filter(withdrawal_requested_at__isnull=False)


def office_list(slug: str, label: Any, **more: Any) -> Worklist:
    """Declare a list of the office: its columns, filters and section."""
    return proposals(
        slug,
        label,
        **{
            "section": Section.REVIEW,
            "roles": REVIEWERS,
            "columns": REVIEWED,
            "filterset": OfficeFilter,
            "prepare": both,
            "order": ("received_at", "id"),
            "together": "proposals/office/_together.html",
            **more,
        },
    )


WAITING = (
    office_list(
        "intake",
        _("新收待审"),
        icon="inbox",
        rows=new,
        comes_next=_("新提交的提案列在这里，等待第一轮审查，收到最早的在最前。"),
        columns=_columns(REVIEWED, hidden=["rounds"]),
        bulk=(Proposal.review, Proposal.return_for_revision),
    ),
    office_list(
        "resubmitted",
        _("修改后重提"),
        icon="refresh",
        rows=again,
        comes_next=_("退回修改的提案重新提交后列在这里，等待审查。"),
        columns=_columns(REVIEWED, hidden=["rounds"]),
        bulk=(Proposal.review, Proposal.return_for_revision),
    ),
    office_list(
        "reviewing",
        _("待复审"),
        icon="eye-check",
        rows=_by_rounds(done=False),
        comes_next=_("已有审查意见、规定的轮次还没有完成的提案列在这里。"),
        bulk=(Proposal.review, Proposal.return_for_revision),
    ),
    office_list(
        "to-file",
        _("待立案"),
        icon="gavel",
        rows=_by_rounds(done=True),
        comes_next=_("规定的审查轮次全部完成的提案列在这里，等待决定立案或不予立案。"),
        bulk=(Proposal.file, Proposal.return_for_revision),
    ),
    office_list(
        "withdrawals",
        _("撤案申请"),
        icon="file-x",
        rows=withdrawals,
        comes_next=_("提案者申请撤案、尚未决定的提案列在这里。"),
        columns=_columns(
            DECIDED,
            Column(
                "asked",
                _("申请撤案"),
                lambda row: row.withdrawal_requested_at,
                cell="components/cells/_day.html",
                order=["withdrawal_requested_at"],
            ),
        ),
        order=("withdrawal_requested_at", "id"),
        session="",
        together="",
    ),
)
"""What waits for the office."""

DONE = (
    office_list(
        "returned",
        _("退回修改中"),
        icon="arrow-back-up",
        roles=OFFICE,
        rows=seen(S.RETURNED),
        comes_next=_("退回给提案者修改的提案，在重新提交以前列在这里。"),
        counted=False,
        together="",
    ),
    office_list(
        "not-filed",
        _("不予立案"),
        icon="file-off",
        roles=OFFICE,
        rows=seen(S.NOT_FILED),
        comes_next=_("不予立案的提案和转办去向列在这里。"),
        columns=_columns(DECIDED, hidden=["state"]),
        order=("-received_at", "-id"),
        counted=False,
        together="",
    ),
    office_list(
        "merged",
        _("已并案"),
        icon="git-merge",
        roles=OFFICE,
        rows=lambda reader: seen(S.MERGED)(reader).select_related("merged_into"),
        comes_next=_("并入其他提案一并办理的提案列在这里。"),
        columns=_columns(
            DECIDED,
            Column("host", _("主件"), lambda row: row.merged_into.named),
            Column(
                "merged",
                _("并案"),
                lambda row: row.merged_at,
                cell="components/cells/_day.html",
                order=["merged_at"],
            ),
            hidden=["state"],
        ),
        order=(F("merged_at").desc(nulls_last=True), "-id"),
        counted=False,
        together="",
    ),
)
"""What the office has decided, or sent back."""
