"""The one error body of the API, with the details of a conflict."""

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


class FaultSerializer(serializers.Serializer[Any]):
    """One reason; ``attr`` names the field, ``items.3.units`` one inside a list."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class OtherProposalSerializer(serializers.Serializer[Any]):
    """The proposal that a refusal speaks of: the first of the same text, or the host."""

    id = serializers.IntegerField()
    receipt_no = serializers.CharField()
    case_no = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    link = serializers.CharField()


class RefusalSerializer(serializers.Serializer[Any]):
    """The one error body: what kind of refusal, and every reason for it."""

    type = serializers.CharField()
    errors = FaultSerializer(many=True)
    proposal = OtherProposalSerializer(required=False)


class ConflictSerializer(RefusalSerializer):
    """A step refused because the subject is not as the caller thought (409)."""

    state = serializers.CharField(required=False)
    version = serializers.IntegerField(required=False)
    changes = serializers.ListField(child=serializers.DictField(), required=False)
    actions = serializers.ListField(child=serializers.CharField(), required=False)
