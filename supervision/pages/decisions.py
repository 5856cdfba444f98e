"""What units ask of the offices: to return a task, more time, to inspect a reply; lists, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import DutyKind, ReturnLevel, Role
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.punctuation import listed
from members.reader import Reader
from members.visibility import visible
from proposals.enums import RETURN_OPEN, ExtensionState, PreAssignmentState, ReplyState
from proposals.enums import ProposalState as S
from proposals.models import Assignment, ExtensionRequest, PreAssignment, Reply, ReturnRequest
from proposals.pages.step_pages import StepPage
from proposals.pages.subjects import SubjectPage, page_of
from supervision.models import Duty
from supervision.pages.clocks import left
from supervision.selectors import calendar_for


def due_of(kind: DutyKind, model: Any) -> Subquery:
    """When what is owed on each row is due, to sort by."""
    owed = Duty.objects.open().filter(kind=kind, subject_kind=model._meta.model_name)
    return Subquery(owed.filter(subject_id=OuterRef("pk")).values("due_at")[:1])


def dated(rows: list[Any], reader: Reader) -> None:
    """Give each row the date that its cell shows: how long there is left; three queries."""
    if not rows:
        return
    owed = Duty.objects.open().filter(
        subject_kind=rows[0].kind, subject_id__in=[row.pk for row in rows]
    )
    known = {duty.subject_id: duty for duty in visible(reader, owed)}
    calendar = calendar_for(reader)
    for row in rows:
        duty = known.get(row.pk)
        row.due_at = duty.due_at if duty is not None else None
        row.left = left(duty, calendar, reader.at) if duty is not None else None


DUE = Column(
    "due",
    _("期限"),
    lambda row: row.due_at,
    cell="supervision/cells/_due_if_any.html",
    order=["due_by"],
)


def _of_task(*more: Column) -> Sequence[Column]:
    """The columns of a list of what is asked about a task."""
    return (
        Column("number", _("案号"), lambda row: row.assignment.proposal.case_no),
        Column("title", _("案由"), lambda row: row.assignment.proposal.title, main=True),
        Column("unit", _("承办单位"), lambda row: str(row.assignment.unit)),
        Column("role", _("办理方式"), lambda row: row.assignment.get_role_display(), shown=False),
        Column("reason", _("理由"), lambda row: row.reason[:80]),
        *more,
        Column(
            "asked",
            _("提出"),
            lambda row: row.created_at,
            cell="components/cells/_day.html",
            order=["created_at"],
        ),
        DUE,
    )


# -- Returns -----------------------------------------------------------------------------------


class ReturnFilter(filters.FilterSet):
    """How the list of return requests can be narrowed."""

    state = filters.MultipleChoiceFilter(
        label=_("裁定层级"), choices=[(state.value, state.label) for state in RETURN_OPEN]
    )
    unit = filters.CharFilter(
        label=_("承办单位"), field_name="assignment__unit__name", lookup_expr="icontains"
    )
    title = filters.CharFilter(
        label=_("案由"), field_name="assignment__proposal__title", lookup_expr="icontains"
    )

    class Meta:
        model = ReturnRequest
        fields: list[str] = []


def returns(reader: Reader) -> QuerySet[ReturnRequest]:
    """Rows of a list: return requests that wait for a decision."""
    rows = ReturnRequest.objects.filter(state__in=RETURN_OPEN)
    seen = visible(reader, rows).select_related(
        "assignment__unit", "assignment__proposal", "suggested_unit"
    )
    return seen.annotate(due_by=due_of(DutyKind.RETURN_DECISION, ReturnRequest))


@dataclass(frozen=True)
class Level:
    """A level that decides, and whether the request has passed it or lies there."""

    label: str
    standing: str


def ladder(request: ReturnRequest) -> list[Level]:
    """The levels that the rulebook knows, in their order."""
    levels = request.levels()
    here = levels.index(request.state) if request.state in levels else None
    return [
        Level(
            str(ReturnLevel(level).label),
            "" if here is None else "passed" if at < here else "now" if at == here else "ahead",
        )
        for at, level in enumerate(levels)
    ]


def of_return(request: ReturnRequest, reader: Reader) -> dict[str, Any]:
    """Why, whose it is said to be, how the proposal went from unit to unit before."""
    tasks = Assignment.objects.filter(proposal=request.root_id).select_related("unit")
    seen = list(visible(reader, tasks.order_by("id")))
    asked = ReturnRequest.objects.filter(assignment__in=[task.pk for task in seen])
    before = visible(reader, asked).select_related("suggested_unit").order_by("id")
    of_task: dict[int, list[ReturnRequest]] = {}
    for row in before:
        of_task.setdefault(row.assignment_id, []).append(row)
    dated([request], reader)
    return {
        "history": [(task, of_task.get(task.pk, [])) for task in seen],
        "count": sum(len(rows) for rows in of_task.values()),
        "most": request.rules.handling.returns.max_times,
        "levels": ladder(request),
    }


# -- More time ---------------------------------------------------------------------------------


class ExtensionFilter(filters.FilterSet):
    """How the list of extension requests can be narrowed."""

    unit = filters.CharFilter(
        label=_("承办单位"), field_name="assignment__unit__name", lookup_expr="icontains"
    )
    title = filters.CharFilter(
        label=_("案由"), field_name="assignment__proposal__title", lookup_expr="icontains"
    )

    class Meta:
        model = ExtensionRequest
        fields: list[str] = []


def extensions(reader: Reader) -> QuerySet[ExtensionRequest]:
    """Rows of a list: requests for more time that wait for consent."""
    rows = ExtensionRequest.objects.filter(state=ExtensionState.REQUESTED)
    seen = visible(reader, rows).select_related("assignment__unit", "assignment__proposal")
    return seen.annotate(due_by=due_of(DutyKind.EXTENSION_DECISION, ExtensionRequest))


def consents(request: ExtensionRequest) -> str:
    """Who has consented, in words."""
    return listed(str(Role(role).label) for role in request.consents)


@dataclass(frozen=True)
class Consent:
    """A role whose consent the rulebook asks for."""

    label: str
    given: bool


def of_extension(request: ExtensionRequest, reader: Reader) -> dict[str, Any]:
    """From which date to which, why, how often before, and who has consented."""
    policy = request.rules.handling.extensions
    duties = Duty.objects.filter(
        subject_kind="assignment", subject_id=request.assignment_id, kind=DutyKind.REPLY
    )
    owed = visible(reader, duties).prefetch_related("changes").order_by("id").last()
    before = ExtensionRequest.objects.filter(assignment=request.assignment_id)
    others = visible(reader, before.exclude(pk=request.pk))
    dated([request], reader)
    return {
        "owed": owed,
        "changes": list(owed.changes.all()) if owed is not None else [],
        "others": list(others.order_by("id")),
        "policy": policy,
        "consents": [
            Consent(str(Role(role).label), role in request.consents) for role in policy.approvers
        ],
    }


# -- Objections and replies --------------------------------------------------------------------


def objections(reader: Reader) -> QuerySet[PreAssignment]:
    """Rows of a list: units that say of a proposal still to be assigned that it is not theirs."""
    rows = PreAssignment.objects.filter(
        state=PreAssignmentState.OBJECTED, proposal__state=S.PRE_ASSIGNED
    )
    return visible(reader, rows).select_related("unit", "proposal", "suggested_unit")


def inspections(reader: Reader) -> QuerySet[Reply]:
    """Rows of a list: replies that the inspection reads before they go out."""
    rows = Reply.objects.filter(state=ReplyState.INSPECTION)
    seen = visible(reader, rows).select_related("assignment__unit", "proposal")
    return seen.annotate(due_by=due_of(DutyKind.INSPECTION, Reply))


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
STEP_PAGES = (StepPage(ReturnRequest.grant, initial={"unit": attrgetter("suggested_unit_id")}),)

WORKLISTS = (
    Worklist(
        slug="returns",
        label=_("退办裁定"),
        icon="arrow-back-up",
        section=Section.HANDLING,
        roles={Role.ASSIGNING_OFFICER, Role.COMMITTEE_CLERK},
        rows=returns,
        columns=_of_task(
            Column("instead", _("建议承办单位"), lambda row: str(row.suggested_unit)),
            Column(
                "state",
                _("裁定层级"),
                lambda row: row.get_state_display(),
                cell="components/cells/_state.html",
                order=["state"],
            ),
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("承办单位申请退办的，在作出裁定之前列在这里。裁定之前原单位照常办理。"),
        filterset=ReturnFilter,
        order=("due_by", "id"),
        prepare=dated,
        session="assignment__proposal__session",
    ),
    Worklist(
        slug="objections",
        label=_("预交办异议"),
        icon="message-x",
        section=Section.HANDLING,
        roles={Role.ASSIGNING_OFFICER, Role.COMMITTEE_CLERK},
        rows=objections,
        columns=(
            Column("number", _("案号"), lambda row: row.proposal.case_no),
            Column("title", _("案由"), lambda row: row.proposal.title, main=True),
            Column("unit", _("单位"), lambda row: str(row.unit)),
            Column("role", _("办理方式"), lambda row: row.get_role_display()),
            Column("answer", _("异议"), lambda row: row.answer[:80]),
            Column("instead", _("建议承办单位"), lambda row: str(row.suggested_unit or "")),
        ),
        page_of=lambda row: page_of(row.proposal).url(row.proposal),
        comes_next=_("预交办时单位认为不应由其承办的，在交办之前列在这里。"),
        order=("id",),
        session="proposal__session",
    ),
    Worklist(
        slug="extensions",
        label=_("延期审批"),
        icon="calendar-plus",
        section=Section.HANDLING,
        roles={
            Role.COMMITTEE_DIRECTOR,
            Role.COMMITTEE_CLERK,
            Role.ASSIGNING_OFFICER,
            Role.INSPECTION_OFFICER,
        },
        rows=extensions,
        columns=_of_task(
            Column(
                "new",
                _("申请延至"),
                lambda row: row.new_due_on,
                cell="components/cells/_day.html",
                order=["new_due_on"],
            ),
            Column("consents", _("已同意"), consents),
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("承办单位申请延期的，在各方都同意或有一方不同意之前列在这里。"),
        filterset=ExtensionFilter,
        order=("due_by", "id"),
        prepare=dated,
        session="assignment__proposal__session",
        bulk=(ExtensionRequest.consent,),
    ),
    Worklist(
        slug="inspections",
        label=_("待审核答复"),
        icon="zoom-check",
        section=Section.HANDLING,
        roles={Role.INSPECTION_OFFICER},
        rows=inspections,
        columns=(
            Column("number", _("案号"), lambda row: row.proposal.case_no),
            Column("title", _("案由"), lambda row: row.proposal.title, main=True),
            Column("unit", _("承办单位"), lambda row: str(row.assignment.unit)),
            Column("round", _("轮次"), lambda row: row.round, shown=False),
            Column(
                "signed",
                _("签发"),
                lambda row: row.signed_at,
                cell="components/cells/_day.html",
                order=["signed_at"],
            ),
            DUE,
        ),
        page_of=lambda row: f"/inspections/{row.pk}/",
        comes_next=_("承办单位签发、送达之前须经审核的答复列在这里。"),
        order=("due_by", "id"),
        prepare=dated,
        session="proposal__session",
    ),
)
