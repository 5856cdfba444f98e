"""The page that a stranger sees first."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from config import demo


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is and where its doors are."""
    return TemplateResponse(request, "home.html", {"demo_logins": demo.logins()})
