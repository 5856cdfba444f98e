"""Turns refusals of services into responses of the API."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from members.rule_errors import RulesInvalid


class RefusalsMixin:
    """Mixin: refusals reach the caller with their reason, not as a bare 403 or a 500."""

    def handle_exception(self, exc: Exception) -> Response:
        """Translate exceptions of services and permissions into those of the API."""
        return super().handle_exception(as_api_error(exc))  # the view beside this mixin


def as_api_error(error: Exception) -> Exception:
    """The error of the API that says what ``error`` says; others are given back.

    A wrong place in a rulebook is named by its path, as ``document.deadlines.0.amount``.
    """
    if isinstance(error, RulesInvalid):
        return exceptions.ValidationError({"document": nested(error.errors)})
    if isinstance(error, ValidationError):
        return exceptions.ValidationError(_by_field(error))
    if isinstance(error, PermissionDenied) and error.args:
        return exceptions.PermissionDenied(str(error))
    return error


def nested(errors: list[tuple[str, str]]) -> dict[str, Any]:
    """``[("a.0.b", text)]`` as ``{"a": {"0": {"b": [text]}}}``."""
    tree: dict[str, Any] = {}
    for path, message in errors:
        *parents, leaf = path.split(".") if path else [api_settings.NON_FIELD_ERRORS_KEY]
        branch = tree
        for part in parents:
            # A place that is itself wrong keeps its text; what lies under it adds nothing.
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                break
        else:
            branch.setdefault(leaf, [message])
    return tree


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {api_settings.NON_FIELD_ERRORS_KEY: error.messages}
    key = api_settings.NON_FIELD_ERRORS_KEY
    return {
        key if name == NON_FIELD_ERRORS else name: messages
        for name, messages in error.message_dict.items()
    }
