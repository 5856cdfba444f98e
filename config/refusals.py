"""What the engine refuses, on a page: the same sentence as in the API, and the way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from rest_framework.exceptions import APIException


class Refusals:
    """Middleware: an exception of the API that reaches a page becomes a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Tell the reader why, with the status that the API would have given."""
        if not isinstance(error, APIException):
            return None
        context = {"sentences": _sentences(error.detail), "proposal": _spoken_of(error)}
        response = TemplateResponse(request, "refused.html", context, status=error.status_code)
        return response.render()


def _sentences(detail: Any) -> list[str]:
    if isinstance(detail, dict):
        return [text for part in detail.values() for text in _sentences(part)]
    if isinstance(detail, list):
        return [text for part in detail for text in _sentences(part)]
    return [str(detail)]


def _spoken_of(error: APIException) -> Any:
    return getattr(error, "extra", {}).get("proposal")
