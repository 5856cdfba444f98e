"""Worklists of who proposes: invitations to co-sign, replies to rate, and drafts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.pages.navigation import Section
from members.pages.worklist import Column, Prepare, day
from members.reader import Reader
from proposals.enums import TEXT_WITH_PROPOSER
from proposals.models import Proposal
from proposals.pages.life import owed
from proposals.pages.proposing.desk import PROPOSERS, invitations, led, to_rate
from proposals.pages.worklists import NUMBER, TITLE, ProposalList, SubjectList


def _with_clocks(kind: str) -> Prepare:
    """Give each row the date of what the reader owes on it."""

    def prepare(rows: list[Any], reader: Reader) -> None:
        found = owed(kind, [row.pk for row in rows], reader)
        for row in rows:
            row.due = found.get(row.pk)

    return prepare


def _drafts(reader: Reader) -> QuerySet[Proposal]:
    return led(reader, *TEXT_WITH_PROPOSER)


DUE = Column("due", _("期限"), "due.due_at", "proposals/cells/_due.html")

WORKLISTS = (
    SubjectList(
        slug="invitations",
        label=_("联名邀请"),
        icon="signature",
        section=Section.MINE,
        roles={Role.MEMBER},
        rows=invitations,
        columns=(TITLE, Column("lead", _("第一提案人"), "proposal.lead"), DUE),
        comes_next=_("其他委员邀请您联名时列在这里，请在期限内同意或不同意。"),
        order=("id",),
        prepare=_with_clocks("cosignature"),
    ),
    SubjectList(
        slug="to-rate",
        label=_("待评价"),
        icon="message-star",
        section=Section.MINE,
        roles=PROPOSERS,
        rows=to_rate,
        columns=(
            NUMBER,
            TITLE,
            Column("unit", _("承办单位"), "reply.assignment.unit"),
            day("delivered", _("答复"), "reply.delivered_at"),
            DUE,
        ),
        comes_next=_("承办单位答复以后，请您评价的答复列在这里。"),
        order=("id",),
        prepare=_with_clocks("feedback"),
    ),
    ProposalList(
        slug="drafts",
        label=_("草稿与退回修改"),
        icon="pencil",
        section=Section.MINE,
        roles=PROPOSERS,
        rows=_drafts,
        comes_next=_("写了一半的提案，以及退回您修改的提案，列在这里。"),
        session="",
    ),
)
