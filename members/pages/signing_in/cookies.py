"""Cookies: secure where TLS is seen, and a page that says why none comes back."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import REASON_NO_CSRF_COOKIE, get_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from members.pages.signing_in.resume_post import is_own, keep, may_be_kept, own_path


class SecureOverTls(MiddlewareMixin):
    """Marks cookies as secure in an answer over TLS, where the settings did not know of TLS."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Whoever comes by TLS never sends them without it."""
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the form again when its page is older than the last sign-in; refuse other servers.

    Only what comes from a page of ours, as the browser says, is kept: another site must not fill
    in our forms. Where no cookie came along, it is first seen whether one ever does.
    """
    if not is_own(request) or request.path.startswith("/api/"):
        return _refused(request)
    keep(request)
    there = request.get_full_path()
    if not may_be_kept(request.path):
        messages.warning(request, _("页面已过期，请重试"))
    if reason == REASON_NO_CSRF_COOKIE:
        get_token(request)  # sets the cookie
        there = f"{reverse('cookies')}?{urlencode({'next': there})}"
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(there)
    return HttpResponseRedirect(there)


@never_cache
@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """On to ``next`` when the browser has sent a cookie back; else why it may not have."""
    there = own_path(request, request.GET.get("next", ""))
    if settings.CSRF_COOKIE_NAME in request.COOKIES:
        return HttpResponseRedirect(there)
    context = {
        "host": request.get_host(),
        "needs_tls": settings.CSRF_COOKIE_SECURE and not request.is_secure(),
        "site": settings.SITE_URL,
        "there": there,
    }
    return TemplateResponse(request, "account/no_cookies.html", context, status=403)


def _refused(request: HttpRequest) -> HttpResponse:
    """What another site sent; or what a proxy changed on the way, which its operator can mend."""
    origin = request.headers.get("Origin", "")
    seen = f"{request.scheme}://{request.get_host()}"
    context = {"origin": origin, "seen": seen}
    return TemplateResponse(request, "account/other_origin.html", context, status=403)
