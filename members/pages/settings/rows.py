"""Units, bodies, terms, sessions and members of a committee: one page each, and a form.

The forms are the API's: what it takes, these pages take.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from members.enums import Channel
from members.pages import plain_form
from members.pages.plain_form import shows_and_takes_form
from members.pages.settings.administered import administered_row, chosen_committee, committees
from members.pages.settings.lists import RowList
from members.reader import reader_of

LABELS = {"term": gettext_lazy("届")}
"""Labels where the model has none that says enough."""


@shows_and_takes_form
def new(request: HttpRequest, row_list: RowList) -> HttpResponse:
    """A new row of a committee, which is asked for first where the reader keeps several."""
    committee = chosen_committee(request)
    if committee is None:
        context = {"row_list": row_list, "committees": committees(reader_of(request))}
        return TemplateResponse(request, "members/settings/which_committee.html", context)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        row = _form(row_list, None, request).create(data)
        if row_list.made is not None:
            return row_list.made(request, row)
        messages.success(request, _("已建立：%(what)s") % {"what": row})
        return redirect(row_list.row_name, row.pk)

    return plain_form.page(
        request,
        partial(_form, row_list, None, request),
        on_valid,
        initial=row_list.first(committee),
        choices=row_list.choices(committee),
        fixed={"committee": committee.pk},
        row_list=row_list,
        heading=row_list.new,
        committee=committee,
    )


@shows_and_takes_form
def row(request: HttpRequest, row_list: RowList, pk: int) -> HttpResponse:
    """A row with its form, and what belongs to it."""
    found = administered_row(request, row_list.model._default_manager.all(), pk)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        _form(row_list, found, request).update(found, data)
        messages.success(request, _("已保存：%(what)s") % {"what": found})
        return redirect(row_list.row_name, pk)

    return plain_form.page(
        request,
        partial(_form, row_list, found, request),
        on_valid,
        choices=row_list.choices(found.committee, but=found),
        fixed={"committee": found.committee_id},
        row_list=row_list,
        heading=str(found),
        row=found,
        committee=found.committee,
        **row_list.around(found, reader_of(request)),
    )


def _form(
    row_list: RowList, row: Any, request: HttpRequest, **sent: Any
) -> serializers.Serializer[Any]:
    """The form of the API, with the labels of the model."""
    form = row_list.form(row, context={"request": request, "channel": Channel.WEB}, **sent)
    for name, part in form.fields.items():
        if not part.read_only:
            named = str(row_list.model._meta.get_field(name).verbose_name)
            part.label = str(LABELS.get(name, named))
    return form
