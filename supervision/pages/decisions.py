"""Requests of units that offices decide: returns, extensions, inspections; lists and pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OrderBy
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import Filter, FilterSet

from members.enums import DutyKind, ReturnLevel, Role
from members.pages.filters import contains, narrowed, one_of
from members.pages.navigation import Section
from members.pages.worklist import STATE, Column, Prepare, day, visible_rows
from members.punctuation import listed
from members.reader import Reader
from members.rules import Rules
from members.visibility import visible
from proposals.due_dates import due_on
from proposals.enums import RETURN_OPEN, ExtensionState, PreAssignmentState, ReplyState
from proposals.enums import ProposalState as S
from proposals.models import Assignment, ExtensionRequest, PreAssignment, Reply, ReturnRequest
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.subjects import SubjectPage
from proposals.pages.worklists import NUMBER, TITLE, SubjectList, url_of
from supervision.models import Duty
from supervision.pages.due_dates import DUE, add_due_cells, dated_rows
from supervision.roles import OFFICERS

NUMBER_OF_TASK = replace(NUMBER, order=["assignment__proposal__case_serial"])
ROLE = Column("role", _("办理方式"), "get_role_display")
UNIT = Column("unit", _("承办单位"), "assignment.unit")
INSTEAD = Column("instead", _("建议承办单位"), "suggested_unit")


@dataclass(frozen=True, kw_only=True)
class DecisionList(SubjectList):
    """A list of what waits for a decision or an answer, the nearest date first."""

    section: Section = Section.HANDLING
    roles: Collection[str] = frozenset({Role.ASSIGNING_OFFICER, Role.COMMITTEE_CLERK})
    order: Sequence[str | OrderBy] = ("due_at", "id")
    prepare: Prepare | None = add_due_cells


def _of_task(*more: Column) -> Sequence[Column]:
    """The columns of a list of requests about tasks."""
    return (
        NUMBER_OF_TASK,
        TITLE,
        UNIT,
        Column("role", _("办理方式"), "assignment.get_role_display", shown=False),
        Column("reason", _("理由"), lambda row: row.reason[:80]),
        *more,
        day("asked", _("提出"), "created_at"),
        DUE,
    )


def _task_filters(**more: Filter) -> type[FilterSet]:
    """The filters of a list of requests about tasks."""
    return narrowed(
        **more,
        unit=contains(_("承办单位"), "assignment__unit__name"),
        title=contains(_("案由"), "assignment__proposal__title"),
    )


# -- Returns -----------------------------------------------------------------------------------


def ladder(request: ReturnRequest, rules: Rules) -> list[tuple[str, str]]:
    """The levels that the rulebook knows, and whether the request has passed each or lies there."""
    levels = request.levels(rules)
    labels = [str(ReturnLevel(level).label) for level in levels]
    if request.state not in levels:
        return [(label, "") for label in labels]
    here = levels.index(request.state)
    standings = [*["passed"] * here, "now", *["ahead"] * (len(levels) - here - 1)]
    return list(zip(labels, standings, strict=True))


def of_return(request: ReturnRequest, reader: Reader) -> dict[str, Any]:
    """The reason, the unit suggested, and the units that had the proposal before."""
    rules = reader.rules(request.committee_id)
    tasks = Assignment.objects.filter(proposal=request.root_id).select_related("unit")
    seen = list(visible(reader, tasks.order_by("id")))
    asked = ReturnRequest.objects.filter(assignment__in=[task.pk for task in seen])
    before = visible(reader, asked).select_related("suggested_unit").order_by("id")
    of_task: dict[int, list[ReturnRequest]] = {}
    for row in before:
        of_task.setdefault(row.assignment_id, []).append(row)
    return {
        "history": [(task, of_task.get(task.pk, [])) for task in seen],
        "count": sum(len(rows) for rows in of_task.values()),
        "most": rules.handling.returns.max_times,
        "levels": ladder(request, rules),
        "due": due_on(request, reader),
    }


# -- More time ---------------------------------------------------------------------------------


def consents(request: ExtensionRequest) -> str:
    """Who has consented, in words."""
    return listed(str(Role(role).label) for role in request.consents)


def of_extension(request: ExtensionRequest, reader: Reader) -> dict[str, Any]:
    """From which date to which, why, how often before, and who has consented."""
    policy = reader.rules(request.committee_id).handling.extensions
    duties = Duty.objects.filter(
        subject_kind=Assignment.kind, subject_id=request.assignment_id, kind=DutyKind.REPLY
    )
    owed = visible(reader, duties).prefetch_related("changes").order_by("id").last()
    before = ExtensionRequest.objects.filter(assignment=request.assignment_id)
    others = visible(reader, before.exclude(pk=request.pk))
    return {
        "owed": owed,
        "changes": list(owed.changes.all()) if owed is not None else [],
        "others": list(others.order_by("id")),
        "policy": policy,
        "due": due_on(request, reader),
        "consents": [
            {"label": Role(role).label, "given": role in request.consents}
            for role in policy.approvers
        ],
    }


SUBJECT_PAGES = (
    SubjectPage(
        ReturnRequest,
        "return-requests",
        template="supervision/decisions/return.html",
        related=("assignment__unit", "assignment__proposal__committee", "suggested_unit"),
        context=of_return,
    ),
    SubjectPage(
        ExtensionRequest,
        "extension-requests",
        template="supervision/decisions/extension.html",
        related=("assignment__unit", "assignment__proposal__committee"),
        context=of_extension,
    ),
)
STEP_PAGES = (StepPage(ReturnRequest.grant, initial={"unit": attribute("suggested_unit_id")}),)

WORKLISTS = (
    DecisionList(
        slug="returns",
        label=_("退办裁定"),
        icon="arrow-back-up",
        rows=dated_rows(
            ReturnRequest.objects.filter(state__in=RETURN_OPEN), DutyKind.RETURN_DECISION
        ),
        related=("assignment__unit", "assignment__proposal", "suggested_unit"),
        columns=_of_task(INSTEAD, replace(STATE, label=_("裁定层级"))),
        comes_next=_("承办单位申请退办的，在作出裁定之前列在这里。裁定之前原单位照常办理。"),
        filterset=_task_filters(
            state=one_of(_("裁定层级"), [(state.value, state.label) for state in RETURN_OPEN])
        ),
        session="assignment__proposal__session",
    ),
    DecisionList(
        slug="objections",
        label=_("预交办异议"),
        icon="message-x",
        rows=visible_rows(
            PreAssignment.objects.filter(
                state=PreAssignmentState.OBJECTED, proposal__state=S.PRE_ASSIGNED
            )
        ),
        related=("unit", "proposal", "suggested_unit"),
        columns=(
            NUMBER,
            TITLE,
            Column("unit", _("单位")),
            ROLE,
            Column("answer", _("异议"), lambda row: row.answer[:80]),
            INSTEAD,
        ),
        page_of=lambda row: url_of(row.proposal),
        comes_next=_("预交办时单位认为不应由其承办的，在交办之前列在这里。"),
        order=("id",),
        prepare=None,
        session="proposal__session",
    ),
    DecisionList(
        slug="extensions",
        label=_("延期审批"),
        icon="calendar-plus",
        roles=OFFICERS,
        rows=dated_rows(
            ExtensionRequest.objects.filter(state=ExtensionState.REQUESTED),
            DutyKind.EXTENSION_DECISION,
        ),
        related=("assignment__unit", "assignment__proposal"),
        columns=_of_task(
            day("new", _("申请延至"), "new_due_on"), Column("consents", _("已同意"), consents)
        ),
        comes_next=_("承办单位申请延期的，在各方都同意或有一方不同意之前列在这里。"),
        filterset=_task_filters(),
        session="assignment__proposal__session",
        bulk=(ExtensionRequest.consent,),
        model=ExtensionRequest,
    ),
    DecisionList(
        slug="inspections",
        label=_("待审核答复"),
        icon="zoom-check",
        roles={Role.INSPECTION_OFFICER},
        rows=dated_rows(Reply.objects.filter(state=ReplyState.INSPECTION), DutyKind.INSPECTION),
        related=("assignment__unit", "proposal"),
        columns=(
            NUMBER,
            TITLE,
            UNIT,
            Column("round", _("轮次"), shown=False),
            day("signed", _("签发"), "signed_at"),
            DUE,
        ),
        page_of=lambda row: f"/inspections/{row.pk}/",
        comes_next=_("承办单位签发、送达之前须经审核的答复列在这里。"),
        session="proposal__session",
    ),
)
