"""The filters of a list: declarations, form fields, and removable pills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _
from django_filters.rest_framework import (
    CharFilter,
    DateFilter,
    Filter,
    FilterSet,
    MultipleChoiceFilter,
)

from members.pages.forms import Field, choices_of, kind_of, shown
from members.punctuation import Text, listed

# -- Declaring -----------------------------------------------------------------------------------


def narrowed(**declared: Filter) -> type[FilterSet]:
    """Filters by their names; one that asks the reader needs a class of its own."""
    return type("Narrowed", (FilterSet,), declared)


def contains(label: Text, path: str | None = None) -> CharFilter:
    """Rows that have this text at ``path``, which is the filter's name unless said."""
    return CharFilter(label=label, field_name=path, lookup_expr="icontains")


def one_of(label: Text, choices: Any, path: str | None = None) -> MultipleChoiceFilter:
    """Rows that have one of the values that are ticked."""
    return MultipleChoiceFilter(label=label, choices=choices, field_name=path)


def day_from(label: Text, path: str) -> DateFilter:
    """Rows whose moment is on this day or later."""
    return DateFilter(label=label, field_name=path, lookup_expr="date__gte")


def day_before(label: Text, path: str, lookup: str = "lt") -> DateFilter:
    """Rows whose day is earlier; for moments, ``lookup`` is ``date__lt``."""
    return DateFilter(label=label, field_name=path, lookup_expr=lookup)


# -- Drawing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pill:
    """A filter that is set: what it says, and the query of the address without it."""

    label: str
    value: str
    without: str


def drawn(filterset: FilterSet) -> list[Field]:
    """The filters as fields, filled as they are set."""
    return [_field(filterset.form[name]) for name in filterset.form.fields]


def pills(filterset: FilterSet, asked: QueryDict) -> list[Pill]:
    """The filters that are set and understood."""
    form = filterset.form
    if not form.is_valid():
        return []
    found = []
    for name, value in form.cleaned_data.items():
        if name in asked:
            rest = asked.copy()
            rest.pop(name)
            said = _said(form.fields[name], value)
            found.append(Pill(str(form[name].label), said, f"?{rest.urlencode()}"))
    return found


def _field(bound: forms.BoundField) -> Field:
    field, value, kind = bound.field, bound.value(), kind_of(bound.field)
    return Field(
        name=bound.html_name,
        label=str(bound.label),
        kind=kind,
        help=str(field.help_text or ""),
        errors=[str(error) for error in bound.errors],
        value="" if kind == "several" else shown(value, kind),
        values=[str(one) for one in value or []] if kind == "several" else [],
        choices=choices_of(field),
    )


def _said(field: Any, value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return date_format(localtime(value) if is_aware(value) else value, "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, list | tuple) or hasattr(value, "iterator"):
        return listed(_said(field, one) for one in value)
    words = dict(getattr(field, "choices", ())) if not hasattr(field, "queryset") else {}
    return str(words.get(value, value))
