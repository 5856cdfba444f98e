"""Worklists of who proposes: invitations to co-sign, replies to rate, and drafts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.reader import Reader
from proposals.enums import TEXT_WITH_PROPOSER
from proposals.models import Proposal
from proposals.pages.life import owed
from proposals.pages.proposing.desk import PROPOSERS, invitations, led, to_rate
from proposals.pages.subjects import page_of
from proposals.pages.worklists import proposals


def _with_clocks(kind: str) -> Callable[[list[Any], Reader], None]:
    """Give each row the clock of what the reader owes on it."""

    def prepare(rows: list[Any], reader: Reader) -> None:
        found = owed(kind, [row.pk for row in rows], reader)
        for row in rows:
            row.clock = found.get(row.pk)

    return prepare


def _drafts(reader: Reader) -> QuerySet[Proposal]:
    return led(reader, *TEXT_WITH_PROPOSER)


def number(row: Any) -> str:
    """The number of the proposal that the row hangs on."""
    return str(row.proposal.case_no or row.proposal.receipt_no)


DUE = Column(
    "due",
    _("期限"),
    lambda row: row.clock.due_at if row.clock else None,
    cell="proposals/cells/_clock.html",
)

WORKLISTS = (
    Worklist(
        slug="invitations",
        label=_("联名邀请"),
        icon="signature",
        section=Section.MINE,
        roles={Role.MEMBER},
        rows=invitations,
        columns=(
            Column("title", _("案由"), lambda row: row.proposal.title, main=True),
            Column("lead", _("第一提案人"), lambda row: str(row.proposal.lead)),
            DUE,
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("其他委员邀请您联名时列在这里，请在期限内同意或不同意。"),
        order=("id",),
        prepare=_with_clocks("cosignature"),
    ),
    Worklist(
        slug="to-rate",
        label=_("待评价"),
        icon="message-star",
        section=Section.MINE,
        roles=PROPOSERS,
        rows=to_rate,
        columns=(
            Column("number", _("案号"), number, order=["proposal__case_serial"]),
            Column("title", _("案由"), lambda row: row.proposal.title, main=True),
            Column("unit", _("承办单位"), lambda row: str(row.reply.assignment.unit)),
            Column(
                "delivered",
                _("答复"),
                lambda row: row.reply.delivered_at,
                cell="components/cells/_day.html",
                order=["reply__delivered_at"],
            ),
            DUE,
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("承办单位答复以后，请您评价的答复列在这里。"),
        order=("id",),
        prepare=_with_clocks("feedback"),
    ),
    proposals(
        "drafts",
        _("草稿与退回修改"),
        icon="pencil",
        section=Section.MINE,
        roles=PROPOSERS,
        rows=_drafts,
        comes_next=_("写了一半的提案，以及退回您修改的提案，列在这里。"),
        session="",
    ),
)
