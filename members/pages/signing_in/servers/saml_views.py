"""Views of SAML: allauth's, and what comes before its own reading of an answer."""

from __future__ import annotations

from http import HTTPStatus

from allauth.socialaccount.providers.saml.utils import get_app_or_404
from allauth.socialaccount.providers.saml.views import acs, finish_acs, login, metadata
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from onelogin.saml2.errors import OneLogin_Saml2_Error

__all__ = ["finish", "keep_answer", "login", "metadata"]

MOST = 256 * 1024
"""Bytes of an answer. Real ones have some ten thousand, and each is kept until it is read."""


@require_POST
def keep_answer(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Keep the answer until the browser has come back by itself, with the cookie of its session.

    It comes from a page of another site, so the browser sends no cookie along.
    """
    get_app_or_404(request, organization_slug)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    response: HttpResponse = acs(request, organization_slug)
    return response


def finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Read the answer that was kept; raises ValueError for what cannot be read."""
    try:
        response: HttpResponse = finish_acs(request, organization_slug)
    except (OneLogin_Saml2_Error, SyntaxError) as error:  # lxml's of what is no XML
        raise ValueError(f"an answer that is none: {error}") from error
    return response
