"""Worklists of undertaking units: what to sign for, what is in hand, what waits for a signature."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import UNIT_ROLES, AssignmentRole, DutyKind, Role
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.reader import Reader
from proposals.enums import ExtensionState, ReplyState, ReturnState
from proposals.models import Assignment, ExtensionRequest, Reply, ReturnRequest
from proposals.pages.subjects import page_of
from supervision.pages.duties import duties, mine
from supervision.pages.units.rows import (
    ANSWERS,
    dated,
    in_hand,
    own,
    own_replies,
    promises,
    to_accept,
    waiting,
)


def _number(row: Any) -> str:
    return str(row.proposal.case_no or row.proposal.receipt_no)


NUMBER = Column("number", _("案号"), _number, order=["proposal__case_serial"])
NUMBER_OF_TASK = Column("number", _("案号"), _number, order=["assignment__proposal__case_serial"])
TITLE = Column("title", _("案由"), lambda row: row.proposal.title, main=True)
STATE = Column(
    "state",
    _("状态"),
    lambda row: row.get_state_display(),
    cell="components/cells/_state.html",
    order=["state"],
)
DUE = Column(
    "due",
    _("期限"),
    lambda row: row.due_at,
    cell="supervision/cells/_due_if_any.html",
    order=["due_at"],
)


def _day(name: str, label: Any, field: str, **more: Any) -> Column:
    return Column(
        name,
        label,
        lambda row: getattr(row, field),
        cell="components/cells/_day.html",
        order=[field],
        **more,
    )


# -- Filters -------------------------------------------------------------------------------------


class TaskFilter(filters.FilterSet):
    """How the tasks to sign for can be narrowed."""

    title = filters.CharFilter(
        label=_("案由"), field_name="proposal__title", lookup_expr="icontains"
    )
    role = filters.MultipleChoiceFilter(label=_("承办方式"), choices=AssignmentRole.choices)
    is_key = filters.BooleanFilter(label=_("重点提案"), field_name="proposal__is_key")


class ReplyFilter(filters.FilterSet):
    """How the replies can be narrowed."""

    title = filters.CharFilter(
        label=_("案由"), field_name="proposal__title", lookup_expr="icontains"
    )
    state = filters.MultipleChoiceFilter(label=_("状态"), choices=ReplyState.choices)
    result_class = filters.CharFilter(label=_("办理结果"), lookup_expr="iexact")


class ReturnFilter(filters.FilterSet):
    """How return requests can be narrowed."""

    state = filters.MultipleChoiceFilter(label=_("状态"), choices=ReturnState.choices)


class ExtensionFilter(filters.FilterSet):
    """How extension requests can be narrowed."""

    state = filters.MultipleChoiceFilter(label=_("状态"), choices=ExtensionState.choices)


class PromiseFilter(filters.FilterSet):
    """How promises can be narrowed."""

    text = filters.CharFilter(label=_("承诺事项"), lookup_expr="icontains")
    due_before = filters.DateFilter(label=_("期限早于"), field_name="due_on", lookup_expr="lt")


# -- The lists -----------------------------------------------------------------------------------


def _list(
    slug: str,
    label: Any,
    *,
    icon: str,
    rows: Callable[[Reader], QuerySet[Any]],
    columns: Sequence[Column],
    comes_next: Any,
    roles: Collection[str] = UNIT_ROLES,
    section: Section = Section.MINE,
    order: Sequence[str] = ("due_at", "id"),
    **more: Any,
) -> Worklist:
    """Declare a list of rows that hang on proposals; their pages are those of the proposals."""
    return Worklist(
        slug=slug,
        label=label,
        icon=icon,
        section=section,
        roles=roles,
        rows=rows,
        columns=columns,
        page_of=lambda row: page_of(row.proposal).url(row.proposal),
        comes_next=comes_next,
        order=order,
        **more,
    )


PART = Column("part", _("承办方式"), lambda row: row.get_role_display(), order=["role"])

TO_ACCEPT = _list(
    "to-accept",
    _("待签收"),
    icon="inbox",
    rows=to_accept,
    columns=(
        NUMBER,
        TITLE,
        PART,
        Column("proposer", _("提案者"), lambda row: row.proposal.lead or row.proposal.body),
        _day("issued", _("交办"), "issued_at"),
        DUE,
    ),
    comes_next=_("交办给本单位的提案，在签收之前列在这里；可以一次签收多件。"),
    filterset=TaskFilter,
    prepare=dated([DutyKind.ACKNOWLEDGE], "assignment"),
    bulk=(Assignment.acknowledge,),
    model=Assignment,
)

ASKED = duties(
    "asked",
    _("预交办征询"),
    icon="help-circle",
    roles={Role.UNIT_LIAISON},
    rows=mine(DutyKind.PRE_ASSIGNMENT),
    comes_next=_("正式交办以前征求本单位意见的提案列在这里。"),
    hidden=["holder", "kind"],
)

IN_HAND = duties(
    "in-hand",
    _("办理中"),
    icon="clipboard-list",
    roles=UNIT_ROLES,
    rows=in_hand,
    comes_next=_("签收之后、答复之前的提案列在这里，期限最近的在最前。"),
    shown=["part", "others"],
    hidden=["holder"],
    tab="handling",
)

WAITING = _list(
    "to-sign",
    _("待核签的答复"),
    icon="signature",
    rows=waiting,
    columns=(
        NUMBER,
        TITLE,
        STATE,
        Column("result", _("办理结果"), lambda row: row.result_class, order=["result_class"]),
        Column("contact", _("承办人"), lambda row: row.contact_name),
        DUE,
    ),
    comes_next=_("轮到您起草、核稿、签发或送达的答复稿列在这里。"),
    filterset=ReplyFilter,
    prepare=dated(ANSWERS, "assignment", "assignment_id"),
    bulk=(Reply.pass_check, Reply.sign),
    model=Reply,
    tab="replies",
)

BACK = duties(
    "to-rehandle",
    _("重新办理"),
    icon="refresh",
    roles=UNIT_ROLES,
    rows=mine(DutyKind.REHANDLE),
    comes_next=_("提案者评价不满意、需要重新办理的提案列在这里。"),
    shown=["others"],
    hidden=["holder", "kind"],
    tab="replies",
)

REPLIES = _list(
    "own-replies",
    _("本单位的答复"),
    icon="mail",
    section=Section.HANDLING,
    rows=own_replies,
    columns=(
        NUMBER,
        TITLE,
        STATE,
        Column("document", _("文号"), lambda row: row.document_number),
        Column("result", _("办理结果"), lambda row: row.result_class, order=["result_class"]),
        Column("round", _("轮次"), lambda row: row.round, shown=False),
        _day("delivered", _("送达"), "delivered_at"),
    ),
    comes_next=_("本单位起草和送达的答复都在这里。"),
    order=("-id",),
    filterset=ReplyFilter,
    session="proposal__session",
    counted=False,
    tab="replies",
)

REASON = Column("reason", _("理由"), lambda row: row.reason[:120])
DECISION = Column("decision", _("裁定"), lambda row: row.decision[:120])

RETURNS = _list(
    "own-returns",
    _("退办申请"),
    icon="arrow-back-up",
    section=Section.HANDLING,
    rows=own(ReturnRequest, DutyKind.RETURN_DECISION),
    columns=(
        NUMBER_OF_TASK,
        TITLE,
        STATE,
        REASON,
        Column("suggested", _("建议承办单位"), lambda row: row.suggested_unit),
        DECISION,
        DUE,
    ),
    comes_next=_("本单位申请退办的提案和裁定结果列在这里；裁定之前请继续办理。"),
    order=("-id",),
    filterset=ReturnFilter,
    prepare=dated([DutyKind.RETURN_DECISION], "returnrequest"),
    counted=False,
    tab="handling",
)

EXTENSIONS = _list(
    "own-extensions",
    _("延期申请"),
    icon="calendar-plus",
    section=Section.HANDLING,
    rows=own(ExtensionRequest, DutyKind.EXTENSION_DECISION),
    columns=(
        NUMBER_OF_TASK,
        TITLE,
        STATE,
        REASON,
        _day("new_due", _("申请延至"), "new_due_on"),
        DECISION,
        DUE,
    ),
    comes_next=_("本单位的延期申请和审批结果列在这里。"),
    order=("-id",),
    filterset=ExtensionFilter,
    prepare=dated([DutyKind.EXTENSION_DECISION], "extensionrequest"),
    counted=False,
    tab="handling",
)

PROMISES = _list(
    "own-promises",
    _("待兑现的承诺"),
    icon="heart-handshake",
    section=Section.HANDLING,
    rows=promises,
    columns=(
        NUMBER,
        Column("text", _("承诺事项"), lambda row: row.text, main=True),
        Column("title", _("案由"), lambda row: row.proposal.title, shown=False),
        Column("evidence", _("进展"), lambda row: row.evidence[:120]),
        DUE,
    ),
    comes_next=_("答复中承诺的事项在兑现以前列在这里。"),
    filterset=PromiseFilter,
    prepare=dated([DutyKind.COMMITMENT], "commitment"),
    tab="replies",
)

WORKLISTS = (
    TO_ACCEPT,
    ASKED,
    IN_HAND,
    WAITING,
    BACK,
    REPLIES,
    RETURNS,
    EXTENSIONS,
    PROMISES,
)
