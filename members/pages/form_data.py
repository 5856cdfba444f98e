"""Turns what a browser sent of a form into the plain data that the API would have been sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from rest_framework.fields import empty

from members.pages.forms import Words, kind_of

DROP = "drop"
"""The name of the box by which a row is removed in a browser without scripts."""

MOST_ROWS = 200
"""Rows that a form of a browser can have."""


def data_of(
    form: serializers.Serializer[Any],
    sent: QueryDict,
    files: MultiValueDict[str, Any] | None = None,
    *,
    whole: bool = False,
) -> dict[str, Any]:
    """The plain data of a form as the browser sent it, in the shape of the API's body.

    What a form leaves empty is left out, unless it is a text, of which the empty one is a value
    of its own; a row of which nothing is filled in is no row. In a form that shows the ``whole``
    of something, what was emptied is emptied: it becomes nothing, where there may be nothing.
    """
    return _Sent(sent, files or MultiValueDict(), whole).data(form)


@dataclass(frozen=True)
class _Sent:
    values: QueryDict
    files: MultiValueDict[str, Any]
    whole: bool

    def data(self, form: Any, prefix: str = "") -> dict[str, Any]:
        found = {
            name: self.value(declared, f"{prefix}{name}")
            for name, declared in form.fields.items()
            if not declared.read_only
        }
        return {name: value for name, value in found.items() if value is not empty}

    def value(self, declared: Any, key: str) -> Any:
        kind = kind_of(declared)
        if kind == "rows":
            return self.rows(declared.child, key)
        if kind == "group":
            found = self.data(declared, f"{key}.")
            return found if found or self.whole else empty
        if kind == "file":
            several = isinstance(declared, serializers.ListField)
            sent = self.files.getlist(key)
            return (sent if several else sent[-1]) if sent else empty
        if kind == "checkbox":
            return self.values.get(key, "") not in ("", "false")
        if key not in self.values:
            return empty
        if kind in ("several", "texts"):
            return [value for value in self.values.getlist(key) if value.strip()]
        value = self.values[key]
        if isinstance(declared, Words):
            return value.split()
        return value.replace("\r\n", "\n") if value.strip() else self.emptied(declared)

    def emptied(self, declared: Any) -> Any:
        if self.whole and declared.allow_null:
            return None
        is_text = isinstance(declared, serializers.CharField) and declared.required
        return "" if getattr(declared, "allow_blank", False) or is_text else empty

    def rows(self, form: Any, key: str) -> list[dict[str, Any]]:
        pattern = re.compile(rf"^{re.escape(key)}\[(\d{{1,4}})\]")
        numbers = {int(found[1]) for name in self.values if (found := pattern.match(name))}
        prefixes = [f"{key}[{number}]" for number in sorted(numbers)[:MOST_ROWS]]
        rows = [
            self.data(form, prefix) for prefix in prefixes if not self.values.get(prefix + DROP)
        ]
        return [row for row in rows if _is_filled(form, row)]


def _is_filled(form: Any, row: Mapping[str, Any]) -> bool:
    """Whether a row contains more than its preset choices."""
    told = {name for name, value in row.items() if value not in ("", False, [], None)}
    chosen = {
        name for name, part in form.fields.items() if kind_of(part) == "select" and part.required
    }
    return bool(told - chosen) or len(chosen) == len(form.fields) == len(told)
