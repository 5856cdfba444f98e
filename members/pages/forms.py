"""From the declared input of an act to a form on a page, and back.

The input is a serializer: it says which fields there are, of what kind, and checks them. Here
each becomes a ``Field`` that a template can draw, and what a browser sends becomes the plain
data that the API would have been sent. So a form needs nothing written for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import singledispatch
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.fields import empty

from members.pages.glossary import meaning_of

Initial = Mapping[str, Any]
"""Values by the name of the field; of rows, a list of such mappings."""

BLANK_ROWS = 1
"""How many empty rows stand below the filled ones; a button adds more."""

ADD = "add-row"
"""The name of the button that asks for one more row; its value names the rows."""

PREVIEW = "preview"
"""The name of a button that shows what would come of the form; nothing is done yet."""

DROP = "drop"
"""The name of the box, in a row, by which who has no scripts takes it out."""

LONG = 200
"""A text that may be longer than this gets room for several lines."""

MOST_ROWS = 200
"""Rows that a form of a browser can have."""

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
    searchable: bool = False
    several: bool = False  # of files: whether more than one can be sent

    @property
    def id(self) -> str:
        """What its label points to."""
        return "id-" + re.sub(r"[^\w-]+", "-", self.name).strip("-")

    @property
    def template(self) -> str:
        """The part that draws it."""
        return f"components/fields/_{self.kind}.html"

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
def _(declared: serializers.IntegerField) -> str:
    return "number"


@kind_of.register
def _(declared: serializers.BooleanField) -> str:
    return "checkbox"


@kind_of.register
def _(declared: serializers.DateField) -> str:
    return "date"


@kind_of.register
def _(declared: serializers.DateTimeField) -> str:
    return "moment"


@kind_of.register
def _(declared: serializers.FileField) -> str:
    return "file"


@kind_of.register(serializers.ChoiceField)
@kind_of.register(serializers.RelatedField)
def _(declared: Any) -> str:
    return "select"


@kind_of.register(serializers.MultipleChoiceField)
@kind_of.register(serializers.ManyRelatedField)
def _(declared: Any) -> str:
    return "several"


@kind_of.register
def _(declared: serializers.ListField) -> str:
    child = kind_of(declared.child)
    return {"select": "several", "file": "file"}.get(child, "texts")


@kind_of.register
def _(declared: serializers.ListSerializer) -> str:
    return "rows"


@kind_of.register
def _(declared: serializers.Serializer) -> str:
    return "group"


@singledispatch
def choices_of(declared: Any) -> list[Choice]:
    """What can be chosen for a declared field."""
    return []


@choices_of.register
def _(declared: serializers.ChoiceField) -> list[Choice]:
    return [Choice(str(value), str(label)) for value, label in declared.choices.items()]


@choices_of.register
def _(declared: serializers.RelatedField) -> list[Choice]:
    return [Choice(str(row.pk), str(row)) for row in declared.get_queryset() or ()]


@choices_of.register
def _(declared: serializers.ManyRelatedField) -> list[Choice]:
    return choices_of(declared.child_relation)


@choices_of.register
def _(declared: serializers.ListField) -> list[Choice]:
    return choices_of(declared.child)


Choices = Callable[[str, Any], list[Choice] | None]
"""Choices for a field that the declaration leaves open, by its path: ``units.unit``."""


def fields_of(
    form: serializers.Serializer[Any],
    initial: Initial,
    errors: Mapping[str, Any] | None = None,
    *,
    choices: Choices = lambda path, declared: None,
    more: str = "",
) -> list[Field]:
    """The fields of ``form`` filled with ``initial``, with the faults of a refused attempt.

    ``more`` is the path of rows that get one more, for who has no scripts.
    """
    builder = _Builder(choices, more)
    return builder.fields(form, initial, errors or {}, prefix="", path="")


@dataclass
class _Builder:
    choices: Choices
    more: str
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
            searchable=len(known) > 8,
            several=isinstance(declared, serializers.ListField),
        )
        if kind == "rows":
            self._rows(drawn, declared, path, value or [], errors)
        elif kind == "group":
            drawn.blank = self.fields(declared, value or {}, errors or {}, f"{name}.", f"{path}.")
        elif kind in ("several", "texts"):
            drawn.values = [_shown(one) for one in value or []]
        else:
            drawn.value = _shown(value)
        if kind != "rows" and kind != "group":
            drawn.errors = [_told(one, drawn, declared) for one in _flat(errors)]
        return drawn

    def _rows(
        self, drawn: Field, declared: Any, path: str, rows: Sequence[Any], errors: Any
    ) -> None:
        told = errors if isinstance(errors, list) else []
        faults = [fault if isinstance(fault, Mapping) else {} for fault in told]
        if not any(faults):
            drawn.errors = [_told(one, drawn, declared) for one in _flat(errors)]
        wanted = max(len(rows), 0 if rows else BLANK_ROWS) + (self.more == drawn.name)
        for at in range(wanted):
            row = rows[at] if at < len(rows) else {}
            fault = faults[at] if at < len(faults) else {}
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


def _shown(value: Any) -> Any:
    """A value as a form shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return (localtime(value) if is_aware(value) else value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "pk", value))


def _flat(errors: Any) -> list[Any]:
    """What is wrong with a field, one after the other."""
    if not errors:
        return []
    if isinstance(errors, Mapping):
        return [text for part in errors.values() for text in _flat(part)]
    if isinstance(errors, (list, tuple)):
        return [text for part in errors for text in _flat(part)]
    return [errors]


def _told(error: Any, drawn: Field, declared: Any) -> str:
    """A fault in the words of a form: what was left empty is to be filled in, or chosen."""
    code = getattr(error, "code", "")
    if code not in UNFILLED or str(error) != str(declared.error_messages.get(code, "")):
        return str(error)
    is_chosen = drawn.kind in ("select", "several", "file")
    asked = gettext("请选择%(what)s") if is_chosen else gettext("请填写%(what)s")
    return asked % {"what": drawn.label}


# -- What a browser sent -------------------------------------------------------------------


def data_of(
    form: serializers.Serializer[Any],
    sent: QueryDict,
    files: MultiValueDict[str, Any] | None = None,
    prefix: str = "",
) -> dict[str, Any]:
    """The plain data of a form as the browser sent it, in the shape of the API's body.

    What a form leaves empty is left out, unless it is a text, of which the empty one is a value
    of its own; a row of which nothing is filled in is no row.
    """
    found: dict[str, Any] = {}
    for name, declared in form.fields.items():
        if not declared.read_only:
            value = _value(declared, f"{prefix}{name}", sent, files or MultiValueDict())
            if value is not empty:
                found[name] = value
    return found


def _value(declared: Any, key: str, sent: QueryDict, files: MultiValueDict[str, Any]) -> Any:
    kind = kind_of(declared)
    if kind == "rows":
        return _read_rows(declared, key, sent, files)
    if kind == "group":
        return data_of(declared, sent, files, f"{key}.") or empty
    if kind == "file":
        several = isinstance(declared, serializers.ListField)
        found = files.getlist(key)
        return (found if several else found[-1]) if found else empty
    if kind in ("several", "texts"):
        if key not in sent:
            return empty
        return [value for value in sent.getlist(key) if value.strip()]
    if kind == "checkbox":
        return sent.get(key, "") not in ("", "false")
    value = sent.get(key)
    if value is None:
        return empty
    if value.strip() == "":
        is_text = isinstance(declared, serializers.CharField) and declared.required
        return "" if getattr(declared, "allow_blank", False) or is_text else empty
    return value.replace("\r\n", "\n")


def _read_rows(
    declared: Any, key: str, sent: QueryDict, files: MultiValueDict[str, Any]
) -> list[dict[str, Any]]:
    pattern = re.compile(rf"^{re.escape(key)}\[(\d{{1,4}})\]")
    numbers = {int(found[1]) for name in sent if (found := pattern.match(name))}
    rows = []
    for number in sorted(numbers)[:MOST_ROWS]:
        if sent.get(f"{key}[{number}]{DROP}"):
            continue
        row = data_of(declared.child, sent, files, f"{key}[{number}]")
        told = {name: value for name, value in row.items() if value not in ("", False, [], None)}
        chosen = {
            name
            for name, part in declared.child.fields.items()
            if kind_of(part) == "select" and part.required
        }
        if set(told) - chosen or len(chosen) == len(declared.child.fields) == len(told):
            rows.append(row)
    return rows
