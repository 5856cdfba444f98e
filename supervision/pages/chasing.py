"""Chase documents to be printed, the record of reminders, and outstanding feedback forms."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import UNIT_ROLES, DutyKind, Role
from members.pages.filters import contains, day_from, narrowed, one_of
from members.pages.links import page_of as page_at
from members.pages.list_position import list_position_of
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist, day, visible_rows
from members.reader import reader_of
from members.visibility import visible_row
from proposals.enums import FeedbackState
from proposals.models import Feedback
from proposals.pages.worklists import NUMBER, TITLE
from supervision.models import ChaseNotice, Reminder
from supervision.models.reminder import PAPERS, ReminderState
from supervision.pages.decisions import DecisionList
from supervision.pages.due_dates import DUE, dated_rows
from supervision.roles import OFFICERS


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A chase document as it was issued; with ``format=print``, for the printer."""
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
        "list_position": list_position_of(request, reader, pk),
    }
    template = "print" if request.GET.get("format") == "print" else "show"
    return TemplateResponse(request, f"supervision/chasing/{template}.html", context)


WORKLISTS = (
    DecisionList(
        slug="feedback-forms",
        label=_("未收回的征询意见表"),
        icon="clipboard-text",
        roles={Role.COMMITTEE_CLERK, Role.INSPECTION_OFFICER},
        rows=dated_rows(Feedback.objects.filter(state=FeedbackState.SENT), DutyKind.FEEDBACK),
        related=("member", "body", "proposal", "reply__assignment__unit"),
        columns=(
            NUMBER,
            TITLE,
            Column("who", _("评价人"), lambda row: str(row.member or row.body)),
            Column("unit", _("承办单位"), "reply.assignment.unit"),
            day("sent", _("送出"), "created_at"),
            DUE,
        ),
        comes_next=_("随答复送出、还没有收回的征询意见表列在这里；纸质的可以代录。"),
        session="proposal__session",
        counted=False,
    ),
    Worklist(
        slug="chase-notices",
        label=_("催办文书"),
        icon="mail-exclamation",
        section=Section.SUPERVISION,
        roles={*OFFICERS, *UNIT_ROLES, Role.LEADING_SUPERVISOR},
        rows=visible_rows(ChaseNotice.objects.all()),
        related=("unit",),
        columns=(
            Column("number", _("编号"), order=["year", "serial"]),
            Column("title", _("标题"), main=True),
            Column("kind", _("文种"), "get_kind_display", order=["kind"]),
            Column("addressee", _("主送")),
            Column("copies", _("抄送"), "copied_to", shown=False),
            day("issued", _("签发"), "issued_at"),
        ),
        page_of=lambda row: page_at(row.link),
        comes_next=_("按催办级次发出的催办单、督办通知和通报列在这里。"),
        filterset=narrowed(
            kind=one_of(_("文种"), PAPERS),
            unit=contains(_("承办单位"), "unit__name"),
            number=contains(_("编号")),
            since=day_from(_("签发不早于"), "issued_at"),
        ),
        order=("-issued_at", "-id"),
        counted=False,
    ),
    Worklist(
        slug="reminders",
        label=_("提醒记录"),
        icon="bell-ringing",
        section=Section.SUPERVISION,
        roles=OFFICERS,
        rows=visible_rows(Reminder.objects.all()),
        related=("duty__proposal", "duty__unit", "recipient"),
        columns=(
            Column("title", _("事项"), lambda row: row.duty.title or str(row.duty), main=True),
            Column("kind", _("任务"), "duty.get_kind_display"),
            Column("unit", _("承办单位"), "duty.unit"),
            Column("recipient", _("提醒谁"), "recipient.get_short_name"),
            Column("step", _("级次")),
            Column("state", _("结果"), "get_state_display", order=["state"]),
            day("moment", _("应发时间"), "moment"),
        ),
        page_of=lambda row: f"/duties/{row.duty_id}/",
        comes_next=_("系统按催办级次发出的提醒记在这里。"),
        filterset=narrowed(
            state=one_of(_("状态"), ReminderState.choices),
            kind=one_of(_("任务"), DutyKind.choices, "duty__kind"),
            title=contains(_("案由"), "duty__title"),
            unit=contains(_("承办单位"), "duty__unit__name"),
            since=day_from(_("不早于"), "moment"),
        ),
        order=("-moment", "-id"),
        counted=False,
    ),
)
