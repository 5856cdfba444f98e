"""Our own views for signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import requests
from allauth.account.utils import get_request_param
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from members.pages.signing_in.outside_accounts import is_own_link

View = Callable[..., HttpResponseBase]

FAILURES = (PermissionDenied, requests.RequestException, KeyError, ValueError)
"""A state that is not ours; a server that is away; an answer that lacks what it must have."""


def only_with_mail(view: View) -> View:
    """A page that exists only where the product sends mail."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SENDS_EMAIL:
            raise Http404
        return view(request, *args, **kwargs)

    return page


def way_in(view: View) -> View:
    """A view of allauth by which people go to another server, or come from it.

    It exists only where the settings name the server. A server that is away, or that answers what
    nobody understands, is told as such.
    """

    @login_not_required
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        process = get_request_param(request, "process", AuthProcess.LOGIN)
        if process != AuthProcess.LOGIN and not is_own_link(request):
            return redirect("account")
        try:
            return view(request, *args, **kwargs)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except FAILURES as error:
            answer: HttpResponseBase = render_authentication_error(request, None, exception=error)
            return answer

    return page


def saml(name: str) -> View:
    """A view of SAML; its library takes 12 MB, so only those who need it load it."""

    @way_in
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "saml" not in settings.SOCIALACCOUNT_PROVIDERS:
            raise Http404
        view: View = import_string(f"members.pages.signing_in.servers.saml_views.{name}")
        return view(request, *args, **kwargs)

    return page
