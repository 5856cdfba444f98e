"""What chases: numbered documents to be printed, the record of reminders, forms still out."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_filters import rest_framework as filters

from members.enums import UNIT_ROLES, DutyKind, Role
from members.pages.links import page_of as page_at
from members.pages.navigation import Section
from members.pages.trail import trail_of
from members.pages.worklist import Column, Worklist
from members.reader import Reader, reader_of
from members.visibility import visible, visible_row
from proposals.enums import FeedbackState
from proposals.models import Feedback
from proposals.pages.subjects import page_of
from supervision.models import ChaseNotice, Reminder
from supervision.models.reminder import PAPERS, ReminderState
from supervision.pages.decisions import DUE, dated, due_of

OFFICERS = {
    Role.COMMITTEE_CLERK,
    Role.COMMITTEE_DIRECTOR,
    Role.ASSIGNING_OFFICER,
    Role.INSPECTION_OFFICER,
}


class PaperFilter(filters.FilterSet):
    """How the list of chase documents can be narrowed."""

    kind = filters.MultipleChoiceFilter(label=_("文种"), choices=PAPERS)
    unit = filters.CharFilter(label=_("承办单位"), field_name="unit__name", lookup_expr="icontains")
    number = filters.CharFilter(label=_("编号"), lookup_expr="icontains")
    since = filters.DateFilter(
        label=_("签发不早于"), field_name="issued_at", lookup_expr="date__gte"
    )

    class Meta:
        model = ChaseNotice
        fields: list[str] = []


def papers(reader: Reader) -> QuerySet[ChaseNotice]:
    """Rows of a list: documents that chase, as far as the reader sees them."""
    return visible(reader, ChaseNotice.objects.select_related("unit"))


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A document that chases, as it was issued; with ``format=print``, on paper."""
    reader = reader_of(request)
    rows = ChaseNotice.objects.select_related("committee", "unit")
    notice = visible_row(reader, rows, pk)
    if notice is None:
        raise Http404
    lines = notice.lines.select_related("duty__proposal", "duty__unit").order_by("id")
    context = {
        "notice": notice,
        "lines": [
            {"line": line, "url": page_at(line.duty.link), "proposal": line.duty.proposal}
            for line in lines
        ],
        "trail": trail_of(request, reader, pk),
    }
    template = "print" if request.GET.get("format") == "print" else "show"
    return TemplateResponse(request, f"supervision/chasing/{template}.html", context)


class ReminderFilter(filters.FilterSet):
    """How the record of reminders can be narrowed."""

    state = filters.MultipleChoiceFilter(label=_("状态"), choices=ReminderState.choices)
    kind = filters.MultipleChoiceFilter(
        label=_("任务"), field_name="duty__kind", choices=DutyKind.choices
    )
    title = filters.CharFilter(label=_("案由"), field_name="duty__title", lookup_expr="icontains")
    unit = filters.CharFilter(
        label=_("承办单位"), field_name="duty__unit__name", lookup_expr="icontains"
    )
    since = filters.DateFilter(label=_("不早于"), field_name="moment", lookup_expr="date__gte")

    class Meta:
        model = Reminder
        fields: list[str] = []


def reminders(reader: Reader) -> QuerySet[Reminder]:
    """Rows of a list: what was sent, skipped or kept quiet."""
    rows = Reminder.objects.select_related("duty__proposal", "duty__unit", "recipient")
    return visible(reader, rows)


def forms_out(reader: Reader) -> QuerySet[Feedback]:
    """Rows of a list: feedback forms that have not come back."""
    rows = Feedback.objects.filter(state=FeedbackState.SENT)
    seen = visible(reader, rows).select_related(
        "member", "body", "proposal", "reply__assignment__unit"
    )
    return seen.annotate(due_by=due_of(DutyKind.FEEDBACK, Feedback))


def _recipient(row: Any) -> str:
    return row.recipient.get_short_name() if row.recipient is not None else ""


WORKLISTS = (
    Worklist(
        slug="feedback-forms",
        label=_("未收回的征询意见表"),
        icon="clipboard-text",
        section=Section.HANDLING,
        roles={Role.COMMITTEE_CLERK, Role.INSPECTION_OFFICER},
        rows=forms_out,
        columns=(
            Column("number", _("案号"), lambda row: row.proposal.case_no),
            Column("title", _("案由"), lambda row: row.proposal.title, main=True),
            Column("who", _("评价人"), lambda row: str(row.member or row.body)),
            Column("unit", _("承办单位"), lambda row: str(row.reply.assignment.unit)),
            Column(
                "sent",
                _("送出"),
                lambda row: row.created_at,
                cell="components/cells/_day.html",
                order=["created_at"],
            ),
            DUE,
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("随答复送出、还没有收回的征询意见表列在这里；纸质的可以代录。"),
        order=("due_by", "id"),
        prepare=dated,
        session="proposal__session",
        counted=False,
    ),
    Worklist(
        slug="chase-notices",
        label=_("催办文书"),
        icon="mail-exclamation",
        section=Section.SUPERVISION,
        roles={*OFFICERS, *UNIT_ROLES, Role.LEADING_SUPERVISOR},
        rows=papers,
        columns=(
            Column("number", _("编号"), lambda row: row.number, order=["year", "serial"]),
            Column("title", _("标题"), lambda row: row.title, main=True),
            Column("kind", _("文种"), lambda row: row.get_kind_display(), order=["kind"]),
            Column("addressee", _("主送"), lambda row: row.addressee),
            Column("copies", _("抄送"), lambda row: row.copied_to, shown=False),
            Column(
                "issued",
                _("签发"),
                lambda row: row.issued_at,
                cell="components/cells/_day.html",
                order=["issued_at"],
            ),
        ),
        page_of=lambda row: page_at(row.link),
        comes_next=_("按催办级次发出的催办单、督办通知和通报列在这里。"),
        filterset=PaperFilter,
        order=("-issued_at", "-id"),
        counted=False,
    ),
    Worklist(
        slug="reminders",
        label=_("提醒记录"),
        icon="bell-ringing",
        section=Section.SUPERVISION,
        roles=OFFICERS,
        rows=reminders,
        columns=(
            Column("title", _("事项"), lambda row: row.duty.title or str(row.duty), main=True),
            Column("kind", _("任务"), lambda row: row.duty.get_kind_display()),
            Column("unit", _("承办单位"), lambda row: str(row.duty.unit or "")),
            Column("recipient", _("提醒谁"), _recipient),
            Column("step", _("级次"), lambda row: row.step),
            Column("state", _("结果"), lambda row: row.get_state_display(), order=["state"]),
            Column(
                "moment",
                _("应发时间"),
                lambda row: row.moment,
                cell="components/cells/_day.html",
                order=["moment"],
            ),
        ),
        page_of=lambda row: f"/duties/{row.duty_id}/",
        comes_next=_("系统按催办级次发出的提醒记在这里。"),
        filterset=ReminderFilter,
        order=("-moment", "-id"),
        counted=False,
    ),
)
