"""Describes the input of a step, field by field, in the detail of a subject."""

from typing import Any

from rest_framework import serializers
from rest_framework.metadata import SimpleMetadata

from members.rules import Rules
from proposals.inputs.fields import RulebookCode


class InputMetadata(SimpleMetadata):
    """Adds the choices that the rulebook gives."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def describe(self, step_input: type[serializers.Serializer[Any]]) -> Any:
        """Field name to ``{"type", "required", "label", ...}`` of a step's input."""
        return self.get_serializer_info(step_input())

    def get_field_info(self, field: Any) -> Any:
        """As the framework says it; a code of the rulebook with the table it is from."""
        info = super().get_field_info(field)
        if isinstance(field, RulebookCode):
            info["choices"] = [
                {"value": entry.code, "display_name": entry.name}
                for entry in field.table(self.rules)
            ]
        return info
