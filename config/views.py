"""The first page: about the product for visitors, pending work for signed-in users."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

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
