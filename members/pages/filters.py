"""The filters of a list as fields of a form, and as pills that can be taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from members.pages.forms import Choice, Field
from members.punctuation import listed

if TYPE_CHECKING:
    from django_filters import FilterSet


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
            found.append(Pill(_label(form[name]), _said(form.fields[name], value), _query(rest)))
    return found


def _query(asked: QueryDict) -> str:
    return f"?{asked.urlencode()}"


def _label(bound: forms.BoundField) -> str:
    return str(bound.label)


def _choices(field: Any) -> list[Choice]:
    if isinstance(field, forms.NullBooleanField):
        return [Choice("true", _("是")), Choice("false", _("否"))]
    return [Choice(str(value), str(label)) for value, label in field.choices if str(value)]


def _field(bound: forms.BoundField) -> Field:
    field, value = bound.field, bound.value()
    drawn = Field(
        name=bound.html_name,
        label=_label(bound),
        kind=_kind(field),
        help=str(field.help_text or ""),
        errors=[str(error) for error in bound.errors],
        value="" if value is None else value,
    )
    if hasattr(field, "choices") or isinstance(field, forms.NullBooleanField):
        drawn.choices = _choices(field)
        drawn.searchable = len(drawn.choices) > 8
    if drawn.kind == "several":
        drawn.values = [str(one) for one in value or []]
    if isinstance(field, forms.NullBooleanField):
        drawn.value = {True: "true", False: "false"}.get(value, value or "")
    return drawn


def _kind(field: Any) -> str:
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return "several"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.NullBooleanField):
        return "select"
    if isinstance(field, forms.DateTimeField):
        return "date"
    if isinstance(field, forms.DateField):
        return "date"
    return "text"


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
