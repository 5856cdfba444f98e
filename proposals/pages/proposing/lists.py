"""Worklists of who proposes: invitations to co-sign, replies to rate, and drafts."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.pages.navigation import Section
from members.pages.worklist import Column, day
from proposals.due_dates import add_due_dates
from proposals.enums import TEXT_WITH_PROPOSER
from proposals.models import Cosignature, Feedback
from proposals.pages.proposing.home import PROPOSERS, invitations, led, to_rate
from proposals.pages.worklists import DUE, NUMBER, TITLE, ProposalList, SubjectList

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
        prepare=partial(add_due_dates, Cosignature),
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
        prepare=partial(add_due_dates, Feedback),
    ),
    ProposalList(
        slug="drafts",
        label=_("草稿与退回修改"),
        icon="pencil",
        section=Section.MINE,
        roles=PROPOSERS,
        rows=lambda reader: led(reader, *TEXT_WITH_PROPOSER),
        comes_next=_("写了一半的提案，以及退回您修改的提案，列在这里。"),
        session="",
    ),
)
