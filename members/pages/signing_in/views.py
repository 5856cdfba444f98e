"""Our own views for signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import requests
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def only_with_mail(view: View) -> View:
    """A page that exists only where the product sends mail."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SENDS_EMAIL:
            raise Http404
        return view(request, *args, **kwargs)

    return page


@login_not_required
def office_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send somebody to the office's server to sign in."""
    return _unless_away(openid_connect.login, request, provider_id)


@login_not_required
def office_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Let in whom the office's server vouches for."""
    return _unless_away(openid_connect.callback, request, provider_id)


def _unless_away(view: View, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        return view(request, provider_id)
    except requests.RequestException as error:
        answer: HttpResponseBase = render_authentication_error(
            request, provider_id, exception=error
        )
        return answer
