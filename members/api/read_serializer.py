"""Serializers of what is only read, declared in a line or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from rest_framework import serializers

Shape = type[serializers.ModelSerializer[Any]]
"""How the API shows a kind of row."""

LABEL = "_label"
"""Ends the name of a field that tells a choice in words: ``state_label`` beside ``state``."""


class NamedSerializer(serializers.Serializer[Any]):
    """A row of another list, by key and name."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="__str__", read_only=True)


def read_serializer(
    model: type[Model],
    about: str,
    fields: str,
    *,
    extends: Shape | None = None,
    named: str = "",
    rows: Mapping[str, type[serializers.BaseSerializer[Any]]] | None = None,
    of: str = "",
    **declared: serializers.Field[Any, Any, Any, Any],
) -> Shape:
    """A serializer of a model: ``about`` is its description in the schema.

    ``fields`` are names with spaces between them, after those of the serializer that it
    ``extends``; ``named`` are those among them that show another row by key and name, ``rows``
    those that list rows below it. Any other field that is not the model's is ``declared``. It is
    called ``<Model>Serializer``; one that tells more or less of the model has a name ``of`` its
    own, such as ``AssignmentDetail``.
    """
    names = fields.split()
    inherited = extends.Meta.fields if extends is not None else []
    shown: dict[str, Any] = {
        name: serializers.CharField(source=f"get_{name[: -len(LABEL)]}_display", read_only=True)
        for name in names
        if name.endswith(LABEL)
    }
    shown |= {name: NamedSerializer(read_only=True) for name in named.split()}
    shown |= {name: kind(many=True, read_only=True) for name, kind in (rows or {}).items()}
    meta = type("Meta", (), {"model": model, "fields": [*inherited, *names]})
    body = {"__doc__": about, "__module__": __name__, "Meta": meta, **shown, **declared}
    base = extends or serializers.ModelSerializer
    return type(f"{of or model.__name__}Serializer", (base,), body)
