"""Serializers of a model, declared in a line or two."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from rest_framework import serializers

Shape = type[serializers.ModelSerializer[Any]]
"""A serializer class for a kind of row."""

ALL = "*"
"""Stands for every field."""

LABEL = "_label"
"""Ends the name of a field that tells a choice in words: ``state_label`` beside ``state``."""


class NamedSerializer(serializers.Serializer[Any]):
    """A row of another list, by key and name."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="__str__", read_only=True)


def list_of_texts(**options: Any) -> serializers.ListField:
    """A list of texts, such as a column of JSON keeps."""
    return serializers.ListField(child=serializers.CharField(), **options)


def model_serializer(
    model: type[Model],
    about: str,
    fields: str,
    *,
    extends: Shape | None = None,
    of: str = "",
    read_only: str = "",
    options: Mapping[str, Any] | None = None,
    **declared: Any,
) -> Shape:
    """A serializer of a model: ``about`` is its description in the schema.

    ``fields`` are names with spaces between them, after those of the serializer that it
    ``extends``; those in ``read_only`` cannot be written, and none can with ``ALL``. ``options``
    go to its ``Meta``. ``declared`` are fields that differ from the model's, or that it lacks. The
    class is called ``<Model>Serializer``, or ``<of>Serializer`` where a model has several, such as
    ``AssignmentDetail``.
    """
    base = extends or serializers.ModelSerializer
    above = getattr(base, "Meta", None)
    names = [*getattr(above, "fields", []), *fields.split()]
    options = {"model": model, "fields": names, **(options or {})}
    if read_only:
        options["read_only_fields"] = names if read_only == ALL else read_only.split()
    meta = type("Meta", (above,) if above else (), options)
    body = {"__doc__": about, "__module__": __name__, "Meta": meta, **declared}
    return type(f"{of or model.__name__}Serializer", (base,), body)


def read_serializer(
    model: type[Model],
    about: str,
    fields: str,
    *,
    named: str = "",
    texts: str = "",
    rows: Mapping[str, type[serializers.BaseSerializer[Any]]] | None = None,
    **declared: Any,
) -> Shape:
    """A read-only serializer, declared as for ``model_serializer``.

    ``named`` are those of the fields that show another row by key and name, ``texts`` those that
    are lists of texts, ``rows`` those that list rows below it; one that ends with ``LABEL`` tells a
    choice in words.
    """
    shown: dict[str, Any] = {
        name: serializers.CharField(source=f"get_{name[: -len(LABEL)]}_display", read_only=True)
        for name in fields.split()
        if name.endswith(LABEL)
    }
    shown |= {name: NamedSerializer(read_only=True) for name in named.split()}
    shown |= {name: list_of_texts(read_only=True) for name in texts.split()}
    shown |= {name: kind(many=True, read_only=True) for name, kind in (rows or {}).items()}
    return model_serializer(model, about, fields, **shown, **declared)
