"""Turns the declared input of a step into a form on a page; ``form_data`` leads back.

The input is a serializer: it says which fields there are, of what kind, and checks them. Here
each becomes a ``Field`` that a template can draw. So a form needs no code of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import singledispatch
from typing import Any

from django import forms as django_forms
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.fields import empty

from members.pages.glossary import meaning_of
from members.punctuation import flattened

Initial = Mapping[str, Any]
"""Values by the name of the field; of rows, a list of such mappings."""

ADD = "add-row"
"""The name of the button that asks for one more row; its value names the rows."""

PREVIEW = "preview"
"""The name of a button that shows what would come of the form; nothing is done yet."""

LONG = 200
"""A text that may be longer than this gets room for several lines."""

INPUTS = {
    **{kind: kind for kind in ("date", "file", "number", "password", "text", "time")},
    "moment": "datetime-local",
}
"""Kinds of fields that are one input, with its type."""

MANY = 8
"""More choices than these can be searched."""


class Words(serializers.CharField):
    """Words in one line, with spaces between them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONG, **options)


UNFILLED = frozenset({"blank", "empty", "null", "required"})
"""Codes of the faults of what was left empty."""


@dataclass(frozen=True)
class Choice:
    """Something to choose; ``help`` explains a hard word."""

    value: str
    label: str
    help: str = ""


@dataclass
class Field:
    """One field of a form, as a template draws it.

    ``kind`` names the template that does; ``name`` is what the browser sends. ``rows`` are the
    fields of each row of a table, ``blank`` those of a row that a script can add.
    """

    name: str
    label: str
    kind: str
    help: str = ""
    required: bool = False
    value: Any = ""
    values: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rows: list[list[Field]] = field(default_factory=list)
    blank: list[Field] = field(default_factory=list)
    max_length: int | None = None
    several: bool = False  # of files: whether more than one can be sent

    @property
    def id(self) -> str:
        """What its label points to."""
        return "id-" + re.sub(r"[^\w-]+", "-", self.name).strip("-")

    @property
    def input_type(self) -> str:
        """The type of its input, if it is drawn as one."""
        return INPUTS.get(self.kind, "")

    @property
    def template(self) -> str:
        """The part that draws it."""
        return f"components/fields/_{'input' if self.input_type else self.kind}.html"

    @property
    def searchable(self) -> bool:
        """Whether there is too much to choose from to be looked over."""
        return len(self.choices) > MANY

    @property
    def explained(self) -> list[Choice]:
        """The choices that are hard words."""
        return [choice for choice in self.choices if choice.help]

    def faulty(self) -> Iterable[Field]:
        """The field, and those in its rows, where something is wrong."""
        if self.errors:
            yield self
        for row in self.rows:
            for part in row:
                yield from part.faulty()


# -- What a field looks like ---------------------------------------------------------------


@singledispatch
def kind_of(declared: Any) -> str:
    """The kind of form field for a declared one; applications register their own."""
    return "text"


@kind_of.register
def _(declared: serializers.CharField) -> str:
    return "textarea" if declared.max_length is None or declared.max_length > LONG else "text"


@kind_of.register
def _(declared: serializers.ListField) -> str:
    child = kind_of(declared.child)
    return {"select": "several", "file": "file"}.get(child, "texts")


def _always(kind: str) -> Callable[[Any], str]:
    return lambda declared: kind


for _kind, _classes in {
    "number": (serializers.IntegerField,),
    "checkbox": (serializers.BooleanField,),
    "date": (serializers.DateField, django_forms.DateField),
    "moment": (serializers.DateTimeField,),
    "time": (serializers.TimeField,),
    "file": (serializers.FileField,),
    "select": (
        serializers.ChoiceField,
        serializers.RelatedField,
        django_forms.ChoiceField,
        django_forms.NullBooleanField,
    ),
    "several": (
        serializers.MultipleChoiceField,
        serializers.ManyRelatedField,
        django_forms.MultipleChoiceField,
        django_forms.ModelMultipleChoiceField,
    ),
    "rows": (serializers.ListSerializer,),
    "group": (serializers.Serializer,),
}.items():
    for _class in _classes:
        kind_of.register(_class, _always(_kind))


@singledispatch
def choices_of(declared: Any) -> list[Choice]:
    """The choices of a declared field."""
    return []


@choices_of.register
def _(declared: serializers.ChoiceField) -> list[Choice]:
    return [Choice(str(value), str(label)) for value, label in declared.choices.items()]


@choices_of.register
def _(declared: django_forms.ChoiceField) -> list[Choice]:
    return [Choice(str(value), str(label)) for value, label in declared.choices if str(value)]


@choices_of.register
def _(declared: django_forms.NullBooleanField) -> list[Choice]:
    return [Choice("true", gettext("是")), Choice("false", gettext("否"))]


@choices_of.register
def _(declared: serializers.RelatedField) -> list[Choice]:
    return [Choice(str(row.pk), str(row)) for row in declared.get_queryset() or ()]


@choices_of.register(serializers.ManyRelatedField)
@choices_of.register(serializers.ListField)
def _(declared: Any) -> list[Choice]:
    return choices_of(getattr(declared, "child_relation", None) or declared.child)


Choices = Callable[[str, Any], list[Choice] | None]
"""Choices for a field that the declaration leaves open, by its path: ``units.unit``."""


def fields_of(
    form: serializers.Serializer[Any],
    initial: Initial,
    errors: Mapping[str, Any] | None = None,
    *,
    choices: Choices = lambda path, declared: None,
    more: str = "",
    blank_rows: int = 1,
) -> list[Field]:
    """The fields of ``form`` filled with ``initial``, with the faults of a refused attempt.

    ``more`` is the path of rows that get one more, for browsers without scripts; ``blank_rows``
    stand where there are none yet.
    """
    builder = _Builder(choices, more, blank_rows)
    return builder.fields(form, initial, errors or {}, prefix="", path="")


@dataclass
class _Builder:
    choices: Choices
    more: str
    blank_rows: int
    known: dict[str, list[Choice]] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)

    def fields(
        self, form: Any, initial: Initial, errors: Mapping[str, Any], prefix: str, path: str
    ) -> list[Field]:
        return [
            self.field(
                declared, f"{prefix}{name}", f"{path}{name}", initial.get(name), errors.get(name)
            )
            for name, declared in form.fields.items()
            if not declared.read_only
        ]

    def field(self, declared: Any, name: str, path: str, value: Any, errors: Any) -> Field:
        if value is None and declared.default is not empty and not callable(declared.default):
            value = declared.default
        known = self._choices(declared, path)
        kind = kind_of(declared)
        if (known or path in self.given) and kind in ("number", "text", "texts", "textarea"):
            kind = "several" if kind == "texts" else "select"
        drawn = Field(
            name=name,
            label=str(declared.label or name),
            kind=kind,
            help=str(declared.help_text or ""),
            required=declared.required,
            choices=known,
            max_length=getattr(getattr(declared, "child", declared), "max_length", None),
            several=isinstance(declared, serializers.ListField),
        )
        if kind == "rows":
            self._rows(drawn, declared, path, value or [], errors)
        elif kind == "group":
            inner = errors if isinstance(errors, Mapping) else {}
            drawn.blank = self.fields(declared, value or {}, inner, f"{name}.", f"{path}.")
        elif kind in ("several", "texts"):
            drawn.values = [shown(one) for one in value or []]
        else:
            drawn.value = shown(value, kind)
        if kind != "rows" and kind != "group":
            drawn.errors = [_told(one, drawn, declared) for one in flattened(errors)]
        return drawn

    def _rows(
        self, drawn: Field, declared: Any, path: str, rows: Sequence[Any], errors: Any
    ) -> None:
        told = errors.items() if isinstance(errors, Mapping) else enumerate(errors or ())
        faults = {at: fault for at, fault in told if isinstance(fault, Mapping)}
        if not any(faults.values()):
            drawn.errors = [_told(one, drawn, declared) for one in flattened(errors)]
        wanted = max(len(rows), 0 if rows else self.blank_rows) + (self.more == drawn.name)
        for at in range(wanted):
            row, fault = rows[at] if at < len(rows) else {}, faults.get(at) or {}
            prefix = f"{drawn.name}[{at}]"
            drawn.rows.append(self.fields(declared.child, row, fault, prefix, f"{path}."))
        drawn.blank = self.fields(declared.child, {}, {}, f"{drawn.name}[#]", f"{path}.")

    def _choices(self, declared: Any, path: str) -> list[Choice]:
        if path not in self.known:
            given = self.choices(path, declared)
            if given is not None:
                self.given.add(path)  # to choose from, even where there is nothing to choose
            found = choices_of(declared) if given is None else given
            self.known[path] = [
                one if one.help else replace(one, help=meaning_of(one.label)) for one in found
            ]
        return self.known[path]


def shown(value: Any, kind: str = "") -> Any:
    """A value as a form shows it; yes and no can be boxes, or chosen."""
    value = getattr(value, "pk", value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower() if kind == "select" else value
    if isinstance(value, datetime):
        return (localtime(value) if is_aware(value) else value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return " ".join(value)
    return str(value)


def _told(error: Any, drawn: Field, declared: Any) -> str:
    """A fault in the words of a form: what was left empty is to be filled in, or chosen."""
    code = getattr(error, "code", "")
    if code not in UNFILLED or str(error) != str(declared.error_messages.get(code, "")):
        return str(error)
    is_chosen = drawn.kind in ("select", "several", "file")
    asked = gettext("请选择%(what)s") if is_chosen else gettext("请填写%(what)s")
    return asked % {"what": drawn.label}
