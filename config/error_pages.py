"""Answers where no view could: a host that is not ours, a database that is away.

Nothing here asks the database: neither the session nor the person is known.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views import defaults

from members.outage import RETRY_AFTER, database_is_away
from members.pages.page_context import theme_of
from members.pages.signing_in.resume_post import is_own, may_be_kept, page_before
from proposals.api.errors import Unavailable, error_body


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say to which name of a host there is no answer; the others are not told."""
    is_host = isinstance(exception, DisallowedHost)
    host = request.META.get("HTTP_HOST", "")[:255] if is_host else ""
    if _asks_for_data(request):
        said = _("本系统不在 %(host)s 这个名称下提供服务") % {"host": host} if host else ""
        body = error_body("client_error", "bad_request", said or _("服务器看不懂这个请求"))
        return JsonResponse(body, status=400)
    return HttpResponse(_page(request, "400.html", host=host), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the database is away, where that is the reason; else that something went wrong."""
    if database_is_away(sys.exc_info()[1]):
        return _unavailable(request)
    return defaults.server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if _asks_for_data(request):
        told = Unavailable()
        body = error_body("server_error", told.default_code, str(told.detail))
        response: HttpResponse = JsonResponse(body)
    elif "HX-Request" in request.headers:
        response = HttpResponse()  # the page stays as it is, and site.js tells
    else:
        response = HttpResponse(
            _page(request, "503.html", wait=RETRY_AFTER, **_sent_again(request))
        )
    response.status_code = Unavailable.status_code
    response["Cache-Control"] = "no-store"
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _sent_again(request: HttpRequest) -> dict[str, Any]:
    """What a POST has brought, where it is sent again, and whether it can be by itself.

    A form with a key is carried out once, however often it is sent. One with files goes back to
    its page: without them it would be another one. The token of the form is sent again as it came.
    """
    if request.method != "POST":
        return {}
    back = page_before(request)
    if not is_own(request) or not may_be_kept(request.path):
        return {"back": back}
    address = request.get_full_path()
    if request.FILES:
        address = f"{reverse('resume_post')}?{urlencode({'path': request.path, 'page': back})}"
    return {
        "address": address,
        "fields": list(request.POST.lists()),
        "files": bool(request.FILES),
        "once": "key" in request.POST and not request.FILES,
    }


def _asks_for_data(request: HttpRequest) -> bool:
    """Whether a program asks, or a script of ours."""
    of_api = request.path.startswith("/api/v1/")
    return of_api or request.headers.get("Accept") == "application/json"


def _page(request: HttpRequest, template: str, **context: Any) -> str:
    """A page that is drawn without asking who reads it."""
    return render_to_string(template, {"theme": theme_of(request), **context})
