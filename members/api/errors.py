"""What services refuse, as answers of the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from rest_framework import exceptions
from rest_framework.settings import api_settings

from members.rules import RulesInvalid


@contextmanager
def refusals(**renamed: str) -> Iterator[None]:
    """Turn a broken rule raised inside into a 400 that names the field.

    A wrong place in a rulebook is named by its path, as ``document.deadlines.0.amount``.
    ``renamed`` maps a field of the model to its name in the request.
    """
    try:
        yield
    except RulesInvalid as error:
        raise exceptions.ValidationError({"document": nested(error.errors)}) from error
    except ValidationError as error:
        raise exceptions.ValidationError(_by_field(error, renamed)) from error


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


def _by_field(error: ValidationError, renamed: dict[str, str]) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {api_settings.NON_FIELD_ERRORS_KEY: error.messages}
    return {_field(name, renamed): messages for name, messages in error.message_dict.items()}


def _field(name: str, renamed: dict[str, str]) -> str:
    return (
        api_settings.NON_FIELD_ERRORS_KEY if name == NON_FIELD_ERRORS else renamed.get(name, name)
    )
