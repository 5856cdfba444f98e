"""The one error body of the API, with the details of a conflict."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException

from members.outage import RETRY_AFTER, database_is_away


class Unavailable(APIException):
    """The database is away (503); ``wait`` is told in Retry-After."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = _("数据库暂时连不上，请稍后重试")
    wait = RETRY_AFTER


def error_body(kind: str, code: str, detail: str) -> dict[str, Any]:
    """The body of an error that no view of the API has met."""
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}


class Handler(ExceptionHandler):
    """Errors as the package answers them, but for a database that is away."""

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        """What the API answers to an error that is none of its own."""
        if database_is_away(exc):
            return Unavailable()
        return super().convert_unhandled_exceptions(exc)


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


class ChangeSerializer(serializers.Serializer[Any]):
    """An event since the version that the caller knows, with the fields of its input."""

    version = serializers.IntegerField()
    action = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    fields = serializers.ListField(child=serializers.CharField())


class ConflictSerializer(RefusalSerializer):
    """A step refused because the subject is not as the caller thought (409).

    ``item`` is the place in the input of the part that is meant, such as ``items.3``.
    """

    item = serializers.CharField(required=False)
    state = serializers.CharField(required=False)
    version = serializers.IntegerField(required=False)
    changes = ChangeSerializer(many=True, required=False)
    actions = serializers.ListField(child=serializers.CharField(), required=False)
