"""Middleware that demands signing in, and what must be done before anything else."""

from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth import middleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect

from members.authentication import Owed, came_by_password, owed_first
from members.models import User
from members.pages.signing_in.resume_post import keep, not_carried_out, page_before
from members.reader import reader_of

NEEDED: dict[Owed, tuple[str, frozenset[str]]] = {
    Owed.PASSWORD: (
        "account_change_password",
        frozenset({"account_change_password", "account_set_password", "account_logout"}),
    ),
    Owed.SECOND_FACTOR: (
        "account",
        frozenset(
            {
                "account",
                "account_change_password",
                "account_logout",
                "account_reauthenticate",
                "account_set_password",
                "mfa_activate_totp",
                "mfa_add_webauthn",
                "mfa_download_recovery_codes",
                "mfa_index",
                "mfa_reauthenticate",
                "mfa_reauthenticate_webauthn",
                "mfa_view_recovery_codes",
            }
        ),
    ),
}
"""The pages on which a demand can be met, and those needed for it."""

OWES = "_owes"
"""What a request carries on such a page: the navigation would lead nowhere."""

SCHEMES = frozenset({"bearer", "token"})
"""How tokens are sent to the API; with another header a session stays a session."""

FIRST_PAGE = "home"
"""Open to strangers; people who are signed in see their work there once nothing is owed."""


class LoginRequired(middleware.LoginRequiredMiddleware):
    """Asks for a login, and keeps what a stranger has posted."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = cast(HttpResponse, self.get_response(request))
        if request.method == "GET" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return not_carried_out(request) or response
        return response

    def handle_no_permission(  # type: ignore[override]  # a script is not redirected
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponse:
        """To the login, and from there back to the page or form."""
        if _is_script(request):
            return JsonResponse({}, status=HTTPStatus.UNAUTHORIZED)
        keep(request)
        in_part = "HX-Request" in request.headers
        there = page_before(request) if in_part and request.method == "GET" else None
        answer = redirect_to_login(there or request.get_full_path(), self.get_login_url(view_func))
        return HttpResponseClientRedirect(answer.url) if in_part else answer


class OwedFirst(MiddlewareMixin):
    """Sends people to what they must do before anything else.

    Programs are refused: those with a session here, those with a token where tokens are given.
    """

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The way to what is owed, unless this page is needed for it or open to everybody."""
        of_api = request.path.startswith("/api/v1/")
        scheme, _space, _token = request.headers.get("Authorization", "").partition(" ")
        by_token = of_api and scheme.lower() in SCHEMES
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        is_open = not getattr(view, "login_required", True) and not of_api and name != FIRST_PAGE
        if is_open or by_token or not isinstance(request.user, User):
            return None
        owed = owed_first(reader_of(request), by_password=came_by_password(request))
        if owed is None:
            return None
        place, needed = NEEDED[owed]
        if name in needed:
            request.__dict__[OWES] = owed
            return None
        if of_api or _is_script(request):
            fault = {"code": "permission_denied", "detail": str(owed.label), "attr": None}
            told = {"type": "client_error", "errors": [fault]}
            return JsonResponse(told, status=HTTPStatus.FORBIDDEN)
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(redirect(place).url)
        return redirect(place)


def _is_script(request: HttpRequest) -> bool:
    """Whether a script of ours asks for data."""
    return request.headers.get("Accept") == "application/json"
