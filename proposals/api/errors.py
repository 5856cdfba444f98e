"""The one error body of the API, with what a conflict tells beside it."""

from typing import Any

from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.types import ErrorResponse
from rest_framework import serializers


class Formatter(ExceptionFormatter):
    """``{"type", "errors"}``; a conflict adds state, version, changes and allowed actions."""

    def format_error_response(self, error_response: ErrorResponse) -> Any:
        """The body; ``extra`` of the exception joins it."""
        return {
            **super().format_error_response(error_response),
            **getattr(self.exc, "extra", {}),
        }


class ConflictErrorSerializer(serializers.Serializer[Any]):
    """One reason."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ConflictSerializer(serializers.Serializer[Any]):
    """A refused act on a subject that is not as the caller thought (409)."""

    type = serializers.CharField()
    errors = ConflictErrorSerializer(many=True)
    state = serializers.CharField(required=False)
    version = serializers.IntegerField(required=False)
    changes = serializers.ListField(child=serializers.DictField(), required=False)
    actions = serializers.ListField(child=serializers.CharField(), required=False)
