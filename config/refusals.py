"""Shows refusals of the API on pages: the same sentence, and a way to go on."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin
from rest_framework.exceptions import APIException

from members.punctuation import reasons


class Refusals(MiddlewareMixin):
    """Middleware: an exception of the API that reaches a page becomes a page."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Tell the reader why, with the status that the API would have given."""
        if not isinstance(error, APIException):
            return None
        spoken_of = getattr(error, "extra", {}).get("proposal")
        context = {"sentences": reasons(error.detail), "proposal": spoken_of}
        response = TemplateResponse(request, "refused.html", context, status=error.status_code)
        return response.render()
