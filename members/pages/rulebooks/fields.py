"""A part of the rulebook as a form, and back: every field follows from its declaration.

A field of ``members.rules`` says its kind by its type and its label by its title; so a new rule
has its place in the editor as soon as it is declared. The form is a serializer like any other;
what is sent is checked by the rules themselves. A number or a time that is left empty has the
value that the rules give it by default.
"""

from collections.abc import Mapping
from datetime import time
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from rest_framework import serializers

from members.pages.form_data import data_of
from members.pages.forms import LONG, Field, Words, fields_of
from members.rules import Rules
from members.rules.section import zero_of

YES_OR_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))


def drawn_part(name: str, value: Any, errors: Mapping[str, str], more: str = "") -> Field:
    """A part of the rulebook as one field: a group, rows, or a plain one.

    ``errors`` are by their path, ``review.rounds.0.name``; ``more`` names rows that get another.
    """
    form = _form({name: Rules.model_fields[name]})
    return fields_of(form, {name: value}, _nested(errors), more=more, blank_rows=0)[0]


def part_of(name: str, sent: QueryDict) -> Any:
    """A part of the rulebook as the browser sent it; rows that are left empty are no rows."""
    return data_of(_form({name: Rules.model_fields[name]}), sent, whole=True).get(name)


def _nested(errors: Mapping[str, str]) -> dict[Any, Any]:
    """Faults in the shape of the document, each row's by its number."""
    found: dict[Any, Any] = {}
    for path, text in errors.items():
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        here = found
        for part in way:
            here = here.setdefault(part, {})
        here[last] = [text]
    return found


# -- Declarations --------------------------------------------------------------------------------


def _form(fields: Mapping[str, FieldInfo], **options: Any) -> Any:
    """A serializer with these fields."""
    declared = {name: _declared(name, info) for name, info in fields.items()}
    return type("PartForm", (serializers.Serializer,), declared)(**options)


def _declared(name: str, info: FieldInfo) -> serializers.Field:
    kind, optional = _optional(_plain(info.annotation))
    options: dict[str, Any] = {
        "label": _(info.title) if info.title else name,
        "required": info.is_required(),
        "allow_null": optional,
    }
    if zero := zero_of(info):
        options["help_text"] = _("0 为%(meaning)s") % {"meaning": _(zero.means)}
    if not info.is_required():
        options["default"] = to_jsonable_python(info.get_default(call_default_factory=True))
    if get_origin(kind) is tuple:
        item = _plain(get_args(kind)[0])
        if _is(item, BaseModel):
            return _form(item.model_fields, many=True, **options)
        if _is(item, Enum):
            return serializers.ListField(child=_choice(item), **options)
        return Words(help_text=_("用空格隔开"), **options)
    if get_origin(kind) is dict:
        return _marks(_plain(get_args(kind)[0]), options)
    if _is(kind, BaseModel):
        return _form(kind.model_fields, **options)
    if _is(kind, bool) and optional:
        return serializers.ChoiceField(YES_OR_NO, **options)
    return _one(kind, options)


def _one(kind: Any, options: dict[str, Any]) -> Any:
    if _is(kind, bool):
        return serializers.BooleanField(**options)
    if _is(kind, Enum):
        return _choice(kind, **options)
    if _is(kind, int):
        return serializers.IntegerField(**options)
    if _is(kind, time):
        return serializers.TimeField(**options)
    # A text can be empty; of everything else what is left empty is left open.
    return serializers.CharField(max_length=LONG, allow_blank=_is(kind, str), **options)


def _choice(kind: Any, **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(kind.choices, **options)


def _marks(kind: Any, options: dict[str, Any]) -> Any:
    """A text for each value of a vocabulary."""
    marks = {
        value: serializers.CharField(required=False, label=label, max_length=LONG)
        for value, label in kind.choices
    }
    return type("MarksForm", (serializers.Serializer,), marks)(**options)


def _plain(annotation: Any) -> Any:
    """The type without what is said about it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _optional(annotation: Any) -> tuple[Any, bool]:
    """The type, and whether it may be left open."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [_plain(one) for one in get_args(annotation) if one is not NoneType]
        return kinds[0], True
    return annotation, False


def _is(annotation: Any, kind: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, kind)
