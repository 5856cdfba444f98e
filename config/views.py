"""The first page, and the answer to addresses that lead nowhere."""

from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from config.demo_logins import logins
from members.pages.home import sections_for
from members.pages.start.progress import is_waiting
from members.reader import reader_of
from members.services import first_account


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is and where its doors are; or what waits on the reader.

    An empty installation leads to its setting up.
    """
    if request.user.is_authenticated:
        if is_waiting(reader_of(request)):
            return redirect("start")
        return TemplateResponse(request, "work.html", {"parts": sections_for(reader_of(request))})
    if first_account.is_empty():
        return redirect("start")
    return TemplateResponse(request, "home.html", {"demo_logins": logins()})


class UnknownAddress(APIView):
    """Refuses a request to an address that the API does not have, as the API refuses others."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say so before the method is looked at."""
        raise NotFound(_("没有这个接口地址，全部地址见 /api/docs/"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 404 of an address without a view: in JSON for programs, as a page for people."""
    if request.path.startswith("/api/v1/"):
        return cast(HttpResponse, UnknownAddress.as_view()(request))
    return page_not_found(request, exception)
