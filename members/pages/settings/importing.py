"""Imports members and units from a table: previewed first, then all of it or nothing."""

import csv
from io import BytesIO, StringIO

import xlsxwriter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Committee
from members.pages.lists import XLSX
from members.pages.plain_form import REFUSED, shows_and_takes_form
from members.pages.settings.administered import chosen_committee, committees
from members.permissions import refusal_to_administer, require
from members.reader import reader_of
from members.services.roster import IMPORT_TABLES, Roster, bring_in, understood
from members.spreadsheets import Table, Unreadable, as_text, of_file, of_text

SHOWN = 20
"""Rows and faults of a table that are shown before it is brought in."""

LARGEST = 4 * 1024 * 1024
"""Bytes of a table."""


@shows_and_takes_form
def bring(request: HttpRequest) -> HttpResponse:
    """The page of the settings that brings in a table."""
    committee = chosen_committee(request)
    if committee is None:
        context = {"committees": committees(reader_of(request)), "heading": _("导入名单")}
        return TemplateResponse(request, "members/settings/which_committee.html", context)
    require(refusal_to_administer(reader_of(request), committee))
    return importing(request, committee, here=f"{request.path}?committee={committee.pk}&")


def importing(
    request: HttpRequest,
    committee: Committee,
    *,
    here: str,
    template: str = "members/settings/import.html",
    **around: object,
) -> HttpResponse:
    """Check a table, show it, and bring it in when that is asked for and nothing is wrong."""
    kind = request.POST.get("kind") or request.GET.get("kind", "members")
    if kind not in IMPORT_TABLES:
        raise Http404
    here = here if here.endswith("&") else f"{here}?"
    roster, text, refusals = None, "", []
    if request.method == "POST":
        try:
            table = _sent(request)
        except Unreadable:
            refusals = [_("这个文件不是可以读取的表格；请用 xlsx 或 csv，或直接粘贴")]
        else:
            text = as_text(table)
            roster = _tried(request, kind, table, committee)
            if "bring" in request.POST and not roster.faults:
                told = {"what": roster.shape.label, "n": len(roster.rows)}
                messages.success(request, _("已导入%(what)s %(n)s 行") % told)
                return redirect(f"{here}kind={kind}")
    context = {
        **around,
        "committee": committee,
        "kind": kind,
        "shape": IMPORT_TABLES[kind],
        "shapes": IMPORT_TABLES.values(),
        "here": here,
        "text": text,
        "refusals": refusals,
        "roster": roster,
        **_shown(roster),
        "counts": {"members": committee.members.count(), "units": committee.units.count()},
    }
    wrong = bool(refusals) or (roster is not None and bool(roster.faults))
    return TemplateResponse(request, template, context, status=REFUSED if wrong else 200)


def _sent(request: HttpRequest) -> Table:
    """The table that was sent: a file goes before what stands in the text."""
    file = request.FILES.get("file")
    if file is None:
        return of_text(request.POST.get("table", ""))
    if file.size is None or file.size > LARGEST:
        raise Unreadable
    return of_file(file.read())


def _tried(request: HttpRequest, kind: str, table: Table, committee: Committee) -> Roster:
    if "bring" not in request.POST:
        return understood(kind, table, committee)
    return bring_in(kind=kind, table=table, committee=committee, by=reader_of(request))


def _shown(roster: Roster | None) -> dict[str, object]:
    """The first rows and faults of a table."""
    if roster is None:
        return {}
    columns = [
        column
        for column in roster.shape.columns
        if any(row.get(column.name) for _number, row in roster.rows[:SHOWN])
    ]
    return {
        "columns": columns,
        "lines": [
            {"number": number, "cells": [row.get(column.name, "") for column in columns]}
            for number, row in roster.rows[:SHOWN]
        ],
        "wrong": roster.faults[:SHOWN],
        "more_wrong": max(len(roster.faults) - SHOWN, 0),
    }


@require_safe
def blank(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """An empty table to be filled in, with an example on a sheet of its own."""
    shape = IMPORT_TABLES.get(kind)
    if shape is None:
        raise Http404
    headings = [str(column.label) for column in shape.columns]
    name = _("%(what)s名单模板") % {"what": shape.label}
    if form == "csv":
        file = StringIO()
        csv.writer(file).writerow(headings)
        answer = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(_workbook(kind, headings), content_type=XLSX)
    shown = content_disposition_header(True, f"{name}.{form}")
    answer["Content-Disposition"] = shown or ""
    return answer


def _workbook(kind: str, headings: list[str]) -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        head, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(str(IMPORT_TABLES[kind].label))
        sheet.set_column(0, len(headings) - 1, 18, plain)  # text: 001 stays 001
        sheet.write_row(0, 0, headings, head)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet(_("填写说明"))
        notes.set_column(0, 2, 28)
        notes.write_row(0, 0, [_("列"), _("是否必填"), _("例子")], head)
        for line, column in enumerate(IMPORT_TABLES[kind].columns, start=1):
            needed = _("必填") if column.required else ""
            notes.write_row(line, 0, [str(column.label), needed, str(column.example)])
    return file.getvalue()
