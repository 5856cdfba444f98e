"""Worklists of undertaking units: tasks to sign for, open tasks, replies to sign."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OrderBy
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import UNIT_ROLES, AssignmentRole, DutyKind, Role
from members.pages.filters import contains, day_before, narrowed, one_of
from members.pages.navigation import Section
from members.pages.worklist import STATE, Column, Prepare, Worklist, arranged, day
from proposals.enums import (
    AssignmentState,
    CommitmentState,
    ExtensionState,
    ReplyState,
    ReturnState,
)
from proposals.models import Assignment, Commitment, ExtensionRequest, Reply, ReturnRequest
from proposals.pages.worklists import NUMBER, TITLE, url_of
from supervision.pages.decisions import NUMBER_OF_TASK
from supervision.pages.due_dates import DUE, add_due_cells, dated_rows
from supervision.pages.duties import COLUMNS, DutyList, mine
from supervision.pages.units.rows import in_hand, own_replies, waiting

PART = Column("part", _("承办方式"), "get_role_display", order=["role"])
RESULT = Column("result", _("办理结果"), "result_class", order=["result_class"])
REASON = Column("reason", _("理由"), lambda row: row.reason[:120])
DECISION = Column("decision", _("裁定"), lambda row: row.decision[:120])

REPLY_FILTERS = narrowed(
    title=contains(_("案由"), "proposal__title"),
    state=one_of(_("状态"), ReplyState.choices),
    result_class=filters.CharFilter(label=_("办理结果"), lookup_expr="iexact"),
)


def _url(row: Any) -> str:
    return url_of(row.proposal)


@dataclass(frozen=True, kw_only=True)
class UnitList(Worklist):
    """A list of rows that hang on proposals; their pages are those of the proposals."""

    section: Section = Section.MINE
    roles: Collection[str] = UNIT_ROLES
    page_of: Callable[[Any], str] = _url
    order: Sequence[str | OrderBy] = ("due_at", "id")
    prepare: Prepare | None = add_due_cells


@dataclass(frozen=True, kw_only=True)
class RequestList(UnitList):
    """A list of a unit's tasks or requests, for reference, the latest first."""

    section: Section = Section.HANDLING
    order: Sequence[str | OrderBy] = ("-id",)
    counted: bool = False


WORKLISTS = (
    UnitList(
        slug="to-accept",
        label=_("待签收"),
        icon="inbox",
        rows=dated_rows(
            Assignment.objects.filter(state=AssignmentState.ISSUED),
            DutyKind.ACKNOWLEDGE,
            unit="unit",
        ),
        related=("unit", "proposal__lead", "proposal__body"),
        columns=(
            NUMBER,
            TITLE,
            PART,
            Column("proposer", _("提案者"), lambda row: row.proposal.lead or row.proposal.body),
            day("issued", _("交办"), "issued_at"),
            DUE,
        ),
        comes_next=_("交办给本单位的提案，在签收之前列在这里；可以一次签收多件。"),
        filterset=narrowed(
            title=contains(_("案由"), "proposal__title"),
            role=one_of(_("承办方式"), AssignmentRole.choices),
            is_key=filters.BooleanFilter(label=_("重点提案"), field_name="proposal__is_key"),
        ),
        bulk=(Assignment.acknowledge,),
        model=Assignment,
    ),
    DutyList(
        slug="asked",
        label=_("预交办征询"),
        icon="help-circle",
        roles={Role.UNIT_LIAISON},
        rows=mine(DutyKind.PRE_ASSIGNMENT),
        comes_next=_("正式交办以前征求本单位意见的提案列在这里。"),
        columns=arranged(COLUMNS, hidden=["holder", "kind"]),
    ),
    DutyList(
        slug="in-hand",
        label=_("办理中"),
        icon="clipboard-list",
        roles=UNIT_ROLES,
        rows=in_hand,
        comes_next=_("签收之后、答复之前的提案列在这里，期限最近的在最前。"),
        columns=arranged(COLUMNS, shown=["part", "others"], hidden=["holder"]),
        tab="handling",
    ),
    UnitList(
        slug="to-sign",
        label=_("待核签的答复"),
        icon="signature",
        rows=waiting,
        related=("proposal", "assignment__unit"),
        columns=(
            NUMBER,
            TITLE,
            STATE,
            RESULT,
            Column("contact", _("承办人"), "contact_name"),
            DUE,
        ),
        comes_next=_("轮到您起草、核稿、签发或送达的答复稿列在这里。"),
        filterset=REPLY_FILTERS,
        bulk=(Reply.pass_check, Reply.sign),
        model=Reply,
        tab="replies",
    ),
    DutyList(
        slug="to-rehandle",
        label=_("重新办理"),
        icon="refresh",
        roles=UNIT_ROLES,
        rows=mine(DutyKind.REHANDLE),
        comes_next=_("提案者评价不满意、需要重新办理的提案列在这里。"),
        columns=arranged(COLUMNS, shown=["others"], hidden=["holder", "kind"]),
        tab="replies",
    ),
    RequestList(
        slug="own-replies",
        label=_("本单位的答复"),
        icon="mail",
        rows=own_replies,
        related=("proposal", "assignment__unit"),
        columns=(
            NUMBER,
            TITLE,
            STATE,
            Column("document", _("文号"), "document_number"),
            RESULT,
            Column("round", _("轮次"), shown=False),
            day("delivered", _("送达"), "delivered_at"),
        ),
        comes_next=_("本单位起草和送达的答复都在这里。"),
        filterset=REPLY_FILTERS,
        session="proposal__session",
        tab="replies",
    ),
    RequestList(
        slug="own-returns",
        label=_("退办申请"),
        icon="arrow-back-up",
        rows=dated_rows(
            ReturnRequest.objects.all(), DutyKind.RETURN_DECISION, unit="assignment__unit"
        ),
        related=("assignment__unit", "assignment__proposal", "suggested_unit"),
        columns=(
            NUMBER_OF_TASK,
            TITLE,
            STATE,
            REASON,
            Column("suggested", _("建议承办单位"), "suggested_unit"),
            DECISION,
            DUE,
        ),
        comes_next=_("本单位申请退办的提案和裁定结果列在这里；裁定之前请继续办理。"),
        filterset=narrowed(state=one_of(_("状态"), ReturnState.choices)),
        tab="handling",
    ),
    RequestList(
        slug="own-extensions",
        label=_("延期申请"),
        icon="calendar-plus",
        rows=dated_rows(
            ExtensionRequest.objects.all(), DutyKind.EXTENSION_DECISION, unit="assignment__unit"
        ),
        related=("assignment__unit", "assignment__proposal"),
        columns=(
            NUMBER_OF_TASK,
            TITLE,
            STATE,
            REASON,
            day("new_due", _("申请延至"), "new_due_on"),
            DECISION,
            DUE,
        ),
        comes_next=_("本单位的延期申请和审批结果列在这里。"),
        filterset=narrowed(state=one_of(_("状态"), ExtensionState.choices)),
        tab="handling",
    ),
    UnitList(
        slug="own-promises",
        label=_("待兑现的承诺"),
        icon="heart-handshake",
        section=Section.HANDLING,
        rows=dated_rows(
            Commitment.objects.filter(state=CommitmentState.OPEN),
            DutyKind.COMMITMENT,
            unit="reply__assignment__unit",
        ),
        related=("proposal", "reply__assignment__unit"),
        columns=(
            NUMBER,
            Column("text", _("承诺事项"), main=True),
            Column("title", _("案由"), "proposal.title", shown=False),
            Column("evidence", _("进展"), lambda row: row.evidence[:120]),
            DUE,
        ),
        comes_next=_("答复中承诺的事项在兑现以前列在这里。"),
        filterset=narrowed(
            text=contains(_("承诺事项")), due_before=day_before(_("期限早于"), "due_on")
        ),
        tab="replies",
    ),
)
