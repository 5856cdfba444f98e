"""The figures of a session for offices: each says how it is counted and opens its list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from members.enums import DutyKind
from members.models import Session
from members.pages import navigation
from members.pages.charts import Chart
from members.pages.lists import XLSX
from members.pages.navigation import Section
from members.pages.sessions import chosen_session_of
from members.pages.worklist import WORKLISTS
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.enums import ASSIGNED_STATES, FILED_STATES, PENDING, ProposalState
from proposals.statistics import Report, Table
from supervision import lateness
from supervision.models import Duty
from supervision.permissions import led_committees
from supervision.roles import OVERSEERS
from supervision.statistics import by_session, report

MANY = 12
"""A chart with more rows is horizontal, so that long names can be read."""

SESSIONS = 10
"""How many sessions are held against each other."""

S = ProposalState

LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "received": ("proposals", {}),
    "filed": ("proposals", {"state": FILED_STATES}),
    "merged": ("proposals", {"state": [S.MERGED]}),
    "not_filed": ("proposals", {"state": [S.NOT_FILED]}),
    "withdrawn": ("proposals", {"state": [S.WITHDRAWN]}),
    "pending": ("proposals", {"state": PENDING}),
    "intersession": ("proposals", {"period_kind": "intersession"}),
    "key": ("proposals", {"is_key": "true", "state": FILED_STATES}),
    "assigned": ("proposals", {"state": ASSIGNED_STATES}),
    "concluded": ("proposals", {"state": [S.CONCLUDED]}),
    "replied_on_time": ("time-limits", {"kind": DutyKind.REPLY.value, "kept": "true"}),
    "overdue": ("time-limits", {"kind": DutyKind.REPLY.value, "kept": "false", "ended": "false"}),
}
"""Code of a figure to the list of what it counts: its slug and its filters."""


def address(slug: str, **asked: Any) -> str:
    """The address of a list, narrowed."""
    query, url = urlencode(asked, doseq=True), WORKLISTS[slug].url
    return f"{url}?{query}" if query else url


def list_at(reader: Reader, *lists: tuple[str, dict[str, Any]]) -> str:
    """The first of these lists that the reader has, narrowed; nothing where they have none."""
    for slug, asked in lists:
        if slug in WORKLISTS and WORKLISTS[slug].is_for(reader):
            return address(slug, **asked)
    return ""


def list_of(code: str, reader: Reader) -> str:
    """The list of what a figure counts; nothing where the reader has no such list."""
    return list_at(reader, LISTS[code]) if code in LISTS else ""


@dataclass(frozen=True)
class Sheet:
    """One page of figures.

    ``parts`` are those of the report that it reads, ``codes`` the tables that it shows as
    charts; ``more`` gives further charts and rows, in a constant number of queries.
    """

    slug: str
    label: StrOrPromise
    icon: str
    parts: Sequence[str]
    codes: Sequence[str] = ()
    more: Callable[[Session, Reader], dict[str, Any]] = field(default=lambda session, reader: {})


def _lateness(what: str) -> Callable[[Session, Reader], dict[str, Any]]:
    """Punctuality by unit or kind of duty."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        duties = visible(reader, Duty.objects.filter(proposal__session=session))
        rows = lateness.by(what, duties, reader)
        busy = sorted(rows, key=lambda row: -(row.open + row.done))[:20]
        chart = Chart(
            _("各单位任务") if what == "unit" else _("各类任务"),
            [row.label for row in busy],
            [
                (_("已完成"), [row.done for row in busy]),
                (_("未到期"), [row.open - row.overdue for row in busy]),
                (_("逾期"), [row.overdue for row in busy]),
            ],
            kind="rows",
            unit=_("项"),
            base=_("有期限的任务，一件提案可有几项"),
            urls=[late_of(what, row.key, row.label, reader) for row in busy],
            stacked=True,
            tones=("done", "open", "late"),
        )
        return {"lateness": rows, "lateness_by": what, "charts": [chart]}

    return read


def late_of(what: str, key: int | str, label: str, reader: Reader) -> str:
    """The reader's list of overdue duties of one unit, or of one kind."""
    asked = {"unit": label} if what == "unit" else {"kind": key}
    return list_at(reader, ("overdue", asked), ("time-limits", {**asked, "late": "true"}))


def _sessions(session: Session, reader: Reader) -> dict[str, Any]:
    """The sessions of the committee side by side."""
    rows = Session.objects.filter(committee=session.committee_id).select_related("term")
    latest = list(rows.order_by("-collection_opens_at")[:SESSIONS])[::-1]
    counts = by_session(latest, reader.at)
    names = {"received": _("收到"), "filed": _("立案"), "concluded": _("办结")}
    chart = Chart(
        _("历次会议"),
        [_t("%(term)s届%(number)s次") % _numbers(row) for row in latest],
        [
            (label, [counts.get(row.pk, {}).get(code, 0) for row in latest])
            for code, label in names.items()
        ],
        kind="line",
        unit=_("件"),
        base=_("收到件数；平时提案计入其所属会议"),
    )
    return {"charts": [chart]}


def _numbers(session: Session) -> dict[str, int]:
    return {"term": session.term.number, "number": session.number}


SHEETS = (
    Sheet(
        "overview",
        _("收办"),
        "chart-bar",
        ("intake", "handling", "participation"),
        more=_sessions,
    ),
    Sheet(
        "makeup",
        _("构成"),
        "chart-pie",
        ("tables",),
        (
            "filed_by_kind",
            "filed_by_category",
            "received_by_category",
            "not_filed_by_disposition",
            "filed_by_sector",
        ),
    ),
    Sheet("answers", _("答复与评价"), "message-check", ("adoption", "satisfaction")),
    Sheet(
        "units",
        _("承办单位"),
        "building-community",
        ("punctuality",),
        more=_lateness("unit"),
    ),
    Sheet("tasks", _("任务期限"), "clock-check", ("punctuality",), more=_lateness("kind")),
    Sheet("topics", _("重点督办"), "flag", ("key_topics",)),
)
"""The pages of figures, in their order."""


def session_of(reader: Reader) -> Session:
    """The chosen session, of a committee whose figures the reader works with; else a 404."""
    session = chosen_session_of(led_committees(reader), reader)
    if session is None:
        raise Http404
    return session


@require_safe
def figures(request: HttpRequest, sheet: str = "overview") -> HttpResponse:
    """The figures of a session, as of now."""
    reader = reader_of(request)
    session = session_of(reader)
    shown = next((one for one in SHEETS if one.slug == sheet), None)
    if shown is None:
        raise Http404
    found = report(session, reader.at, shown.parts)
    more = shown.more(session, reader)
    if request.GET.get("format") == "xlsx":
        return _workbook(shown, found, more, reader)
    context = {
        "sheets": SHEETS,
        "sheet": shown,
        "session": session,
        "at": reader.at,
        "figures": [
            {"figure": figure, "url": list_of(figure.code, reader)} for figure in found.figures
        ],
        **more,
        "charts": [
            *more.get("charts", []),
            *(chart_of(table, reader) for table in found.tables if table.code in shown.codes),
        ],
    }
    return TemplateResponse(request, "supervision/figures.html", context)


def chart_of(table: Table, reader: Reader) -> Chart:
    """A table as a chart, of horizontal bars where there are many rows."""
    return Chart(
        table.label,
        [name for name, _count in table.rows],
        [(_("件数"), [count for _name, count in table.rows])],
        kind="rows" if len(table.rows) > MANY // 2 else "bar",
        base=table.base,
        urls=[_narrowed(table.code, name, reader) for name, _count in table.rows],
    )


def _narrowed(code: str, name: str, reader: Reader) -> str:
    """The list of the proposals of one sector or kind."""
    if code == "filed_by_sector":
        return list_at(reader, ("proposals", {"sector": name, "state": FILED_STATES}))
    return ""


def _workbook(sheet: Sheet, found: Report, more: dict[str, Any], reader: Reader) -> HttpResponse:
    """The figures of a page with how each is counted, and its charts as tables."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "text_wrap": True})
        page = book.add_worksheet(str(sheet.label))
        page.set_column(0, 0, 28)
        page.set_column(4, 4, 60)
        labels = (_t("指标"), _t("数值"), _t("基数"), _t("百分比"), _t("口径"))
        page.write_row(0, 0, labels, head)
        for line, figure in enumerate(found.figures, start=1):
            percent = None if figure.percent is None else float(figure.percent)
            cells = (figure.label, figure.numerator, figure.denominator, percent, figure.base)
            page.write_row(line, 0, cells)
        charts = [*more.get("charts", []), *(chart_of(one, reader) for one in found.tables)]
        for number, chart in enumerate(charts, start=1):
            page = book.add_worksheet(f"{number} {chart.label}"[:31])
            page.set_column(0, 0, 28)
            page.write_row(0, 0, [_t("项目"), *(str(label) for label, _n in chart.series)], head)
            for line, (name, _url, numbers) in enumerate(chart.rows, start=1):
                page.write_row(line, 0, [name, *numbers])
    name = f"{sheet.label}-{reader.day:%Y%m%d}.xlsx"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


NAVIGATION = (
    navigation.NavigationEntry(
        section=Section.FIGURES,
        label=_("统计"),
        icon="chart-bar",
        address=("figures",),
        roles=OVERSEERS,
    ),
)
