"""The first page: for a stranger what the product is, for who is signed in what waits."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from config import demo
from members.pages.home import parts_for


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is and where its doors are; or what waits on the reader."""
    if request.user.is_authenticated:
        return TemplateResponse(request, "work.html", {"parts": parts_for(request.user)})
    return TemplateResponse(request, "home.html", {"demo_logins": demo.logins()})
