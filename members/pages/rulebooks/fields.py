"""A part of the rulebook as a form, and back: every field follows from its declaration.

A field of ``members.rules`` says its kind by its type and its label by its title; so a new rule
has its place in the editor as soon as it is declared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from django.db.models import Choices
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from members.pages.forms import DROP, MOST_ROWS, Choice, Field

Document = Mapping[str, Any]
"""A part of a rulebook as JSON has it."""


def fields_of(
    section: type[BaseModel],
    document: Document,
    errors: Mapping[str, str] | None = None,
    *,
    prefix: str = "",
    path: str = "",
    more: str = "",
) -> list[Field]:
    """The fields of a part, filled; ``errors`` are by the path in the part: ``rounds.0.name``."""
    return [
        _field(info, f"{prefix}{name}", f"{path}{name}", document.get(name), errors or {}, more)
        for name, info in section.model_fields.items()
    ]


def data_of(section: type[BaseModel], sent: QueryDict, *, prefix: str = "") -> dict[str, Any]:
    """A part of a rulebook as the browser sent it; rows that are left empty are no rows."""
    return {
        name: _value(_plain(info.annotation), f"{prefix}{name}", sent)
        for name, info in section.model_fields.items()
    }


# -- Types -------------------------------------------------------------------------------------


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


def _item(annotation: Any) -> Any:
    """What a list is of; None for anything else."""
    return _plain(get_args(annotation)[0]) if get_origin(annotation) is tuple else None


def _is(annotation: Any, kind: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, kind)


def _choices(kind: type[Enum]) -> list[Choice]:
    if issubclass(kind, Choices):
        return [Choice(str(value), str(label)) for value, label in kind.choices]
    return [Choice(str(member.value), str(member.value)) for member in kind]


# -- Drawing -----------------------------------------------------------------------------------


def _field(
    info: FieldInfo, name: str, path: str, value: Any, errors: Mapping[str, str], more: str
) -> Field:
    kind, open_ended = _optional(_plain(info.annotation))
    drawn = Field(
        name=name,
        label=_(info.title) if info.title else name,
        kind="text",
        required=info.is_required(),
        errors=[errors[path]] if path in errors else [],
        value=_json(value, info),
    )
    item = _item(kind)
    if item is not None and _is(item, BaseModel):
        _draw_rows(drawn, item, path, drawn.value or [], errors, more)
    elif item is not None and _is(item, Enum):
        drawn.kind, drawn.choices = "several", _choices(item)
        drawn.values = [str(one) for one in drawn.value or []]
    elif item is not None:
        drawn.value = " ".join(drawn.value or [])
        drawn.help = _("用空格隔开")
    elif _is(kind, BaseModel):
        drawn.kind, drawn.blank = (
            "group",
            fields_of(
                kind, drawn.value or {}, errors, prefix=f"{name}.", path=f"{path}.", more=more
            ),
        )
    elif get_origin(kind) is dict:
        drawn.kind, drawn.blank = "group", _marks(kind, name, path, drawn.value or {}, errors)
    else:
        _draw_plain(drawn, kind, open_ended=open_ended)
    return drawn


def _json(value: Any, info: FieldInfo) -> Any:
    """A value as JSON has it; what the document leaves out is what the declaration says."""
    if value is not None or info.is_required():
        return value
    default = info.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json")
    if isinstance(default, tuple):
        return [
            one.model_dump(mode="json") if _is(type(one), BaseModel) else one for one in default
        ]
    return default


def _draw_plain(drawn: Field, kind: Any, *, open_ended: bool) -> None:
    if _is(kind, bool) and open_ended:
        drawn.kind = "select"
        drawn.choices = [Choice("true", _("是")), Choice("false", _("否"))]
        drawn.value = {True: "true", False: "false"}.get(drawn.value, "")
    elif _is(kind, bool):
        drawn.kind = "checkbox"
    elif _is(kind, Enum):
        drawn.kind, drawn.choices = "select", _choices(kind)
        drawn.value = "" if drawn.value is None else str(drawn.value)
    elif _is(kind, int) or _is(kind, float):
        drawn.kind = "number" if _is(kind, int) else "text"
    elif _is(kind, time):
        drawn.kind, drawn.value = "time", str(drawn.value)[:5]
    if drawn.value is None:
        drawn.value = ""


def _draw_rows(
    drawn: Field,
    section: type[BaseModel],
    path: str,
    rows: Sequence[Document],
    errors: Mapping[str, str],
    more: str,
) -> None:
    drawn.kind = "rows"
    for at in range(len(rows) + (more == drawn.name)):
        row = rows[at] if at < len(rows) else {}
        drawn.rows.append(
            fields_of(
                section,
                row,
                errors,
                prefix=f"{drawn.name}[{at}]",
                path=f"{path}.{at}.",
                more=more,
            )
        )
    drawn.blank = fields_of(section, {}, prefix=f"{drawn.name}[#]")


def _marks(
    kind: Any, name: str, path: str, value: Document, errors: Mapping[str, str]
) -> list[Field]:
    """A text for each value of a vocabulary."""
    return [
        Field(
            name=f"{name}.{choice.value}",
            label=choice.label,
            kind="text",
            value=value.get(choice.value, ""),
            errors=[errors[f"{path}.{choice.value}"]] if f"{path}.{choice.value}" in errors else [],
        )
        for choice in _choices(_plain(get_args(kind)[0]))
    ]


# -- Reading -----------------------------------------------------------------------------------


def _value(annotation: Any, key: str, sent: QueryDict) -> Any:
    kind, open_ended = _optional(annotation)
    item = _item(kind)
    if item is not None and _is(item, BaseModel):
        return _rows(item, key, sent)
    if item is not None and _is(item, Enum):
        return [value for value in sent.getlist(key) if value]
    if item is not None:
        return sent.get(key, "").split()
    if _is(kind, BaseModel):
        return data_of(kind, sent, prefix=f"{key}.")
    if get_origin(kind) is dict:
        marks = {
            choice.value: sent.get(f"{key}.{choice.value}", "")
            for choice in _choices(_plain(get_args(kind)[0]))
        }
        return {name: mark for name, mark in marks.items() if mark}
    value = sent.get(key, "").strip()
    if _is(kind, bool):
        return {"true": True, "false": False}.get(value) if open_ended else value == "true"
    if open_ended and not value:
        return None
    return value if not (_is(kind, int) or _is(kind, float)) or value else 0


def _rows(section: type[BaseModel], key: str, sent: QueryDict) -> list[dict[str, Any]]:
    pattern = re.compile(rf"^{re.escape(key)}\[(\d{{1,4}})\]")
    numbers = {int(found[1]) for name in sent if (found := pattern.match(name))}
    rows = []
    for number in sorted(numbers)[:MOST_ROWS]:
        prefix = f"{key}[{number}]"
        if sent.get(f"{prefix}{DROP}"):
            continue
        texts = [value for name in sent if name.startswith(prefix) for value in sent.getlist(name)]
        if any(texts):
            rows.append(data_of(section, sent, prefix=prefix))
    return rows


# -- A whole part ------------------------------------------------------------------------------


def drawn_part(
    info: FieldInfo, name: str, value: Any, errors: Mapping[str, str], more: str = ""
) -> Field:
    """A part of the rulebook as one field: a group, rows, or a plain one."""
    inner = {f"{name}.{path}" if path else name: text for path, text in errors.items()}
    return _field(info, name, name, value, inner, more)


def part_of(info: FieldInfo, name: str, sent: QueryDict) -> Any:
    """A part of the rulebook as the browser sent it."""
    return _value(_plain(info.annotation), name, sent)
