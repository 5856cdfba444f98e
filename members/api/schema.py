"""How operations and rows are described in OpenAPI, as far as all have it in common."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from drf_spectacular.plumbing import force_instance
from drf_standardized_errors import openapi
from rest_framework import serializers

USUAL = ("list", "retrieve", "create", "partial_update", "destroy")
"""The actions of a view set that have no place of their own in the address."""


JSON = "application/json"
FORM = "multipart/form-data"


def takes_files(field: Any) -> bool:
    """Whether the field is a file, or a list of files."""
    return isinstance(getattr(field, "child", field), serializers.FileField)


class AutoSchema(openapi.AutoSchema):
    """An operation is named after its address and takes JSON, or a form if a file comes along."""

    def get_operation_id(self) -> str:
        """The words of the address, and what is done there: ``proposals_list``, ``auth_login``."""
        words = [word.replace("-", "_") for word in self._tokenize_path()]
        action = getattr(self.view, "action", None)
        return "_".join([*words, action] if action in USUAL else words)

    def map_parsers(self) -> list[str]:
        """The one media type of the body. Forms without a file are accepted, not promised."""
        body = force_instance(self.get_request_serializer())
        fields = getattr(body, "fields", {}).values()
        return [FORM if any(map(takes_files, fields)) else JSON]

    def _get_serializer_name(
        self, serializer: Any, direction: str, bypass_extensions: bool = False
    ) -> str:
        """The input of a step says by its name already that it is for requests."""
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return (
            f"{name.removesuffix('InputRequest')}Input" if name.endswith("InputRequest") else name
        )

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """Keys in addresses are integers, whatever pattern an address has for them."""
        parameters = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            if parameter["name"] == "id":
                parameter["schema"] = {"type": "integer"}
        return parameters

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """What a filter is called is said beside its schema: generators name types by titles."""
        parameters = super()._get_filter_parameters()
        for parameter in parameters:
            schema = parameter["schema"]
            title = schema.get("items", schema).pop("title", None)
            if title:
                parameter.setdefault("description", title)
        return parameters

    def _should_add_http401_error_response(self) -> bool:
        """Everywhere: signing in can fail as well."""
        return True

    def _should_add_http403_error_response(self) -> bool:
        """Everywhere: whoever owes a new password or a second factor can do nothing else."""
        return True

    def _map_serializer_field(
        self, field: Any, direction: str, bypass_extensions: bool = False
    ) -> Any:
        """In an answer a field can also be null or blank if its column can."""
        if direction == "response" and isinstance(field, serializers.Field):
            field.allow_null = field.allow_null or may_be_null(field)
            if isinstance(field, serializers.ChoiceField):
                field.allow_blank = field.allow_blank or may_be_blank(field)
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def _postprocess_serializer_schema(
        self, schema: dict[str, Any], serializer: Any, direction: str
    ) -> dict[str, Any]:
        """Every field of a row is in the answer, save what is ``withheld`` from some readers."""
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        if direction == "response" and isinstance(serializer, serializers.ModelSerializer):
            withheld = getattr(serializer, "withheld", ())
            schema["required"] = sorted({*schema["properties"]} - {*withheld})
        return schema


def may_be_null(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Whether something on the way to the field's value can be missing, or is kept private."""
    if field.field_name in getattr(field.parent, "private", ()):
        return True
    return any(column.null for column in columns(field))


def may_be_blank(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Whether the field shows a column that can be empty."""
    *_way, column = [None, *columns(field)]
    return column is not None and column.blank


def columns(field: serializers.Field[Any, Any, Any, Any]) -> list[models.Field]:
    """The columns from the serializer's model to the field's value, as far as these are columns.

    ``assignment.unit`` of a reply are two; what a choice is called is of the choice's column.
    """
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    found: list[models.Field] = []
    for name in field.source_attrs if model else ():
        try:
            column = model._meta.get_field(name.removeprefix("get_").removesuffix("_display"))
        except FieldDoesNotExist:
            break
        if not isinstance(column, models.Field) or column.many_to_many:
            break
        found.append(column)
        model = column.related_model
        if model is None:
            break
    return found
