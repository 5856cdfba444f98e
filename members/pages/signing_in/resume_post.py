"""Restores a form that was posted after the session had ended.

The fields wait in the browser's session until the form is shown again; nothing is ever carried
out by itself. A form view asks ``resumed_post`` for them and shows them as its initial values.
"""

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views import csrf
from django_htmx.http import HttpResponseClientRedirect

SESSION_KEY = "resumed_post"

MOST = 200 * 1024
"""Bytes of text that are kept."""

LONGEST = 24 * 3600
"""How long they are kept, in seconds."""

NOT_OURS = ("/accounts/", "/admin/", "/api/")
"""Below these nothing is kept: passwords pass here, or programs speak."""


def keep(request: HttpRequest) -> None:
    """Keep the fields of a POST, but for its files, until its page is shown again.

    A browser has one such POST, the last one. Its text comes back on the address that it was sent
    to, or on the page that it was sent from.
    """
    if request.method != "POST" or request.path.startswith(NOT_OURS):
        return
    fields = {name: texts for name, texts in request.POST.lists() if name != "csrfmiddlewaretoken"}
    size = sum(len(text.encode()) for name, texts in fields.items() for text in (name, *texts))
    if size > MOST or not ratelimit.consume(request, action="keep_post"):
        fields = {}
    request.session[SESSION_KEY] = {
        "at": time.time(),
        "fields": fields,
        "files": bool(request.FILES),
        "page": page_before(request),
        "path": request.path,
        "told": False,
    }


def resumed_post(request: HttpRequest) -> QueryDict | None:
    """What was typed into the form of this page and not carried out, if anything; only once.

    Tells the reader that it is back. The form shows it as initial values.
    """
    kept = _kept(request)
    if request.method != "GET" or kept is None or not kept["fields"]:
        return None
    if request.path not in (kept["path"], urlsplit(kept["page"]).path):
        return None
    del request.session[SESSION_KEY]
    text = _("登录已过期。您填写的内容还在，尚未提交，请核对后重新提交")
    messages.warning(request, f"{text}{_('；附件须重新选择') if kept['files'] else ''}")
    return QueryDict(urlencode(kept["fields"], doseq=True))


def not_carried_out(request: HttpRequest) -> HttpResponse | None:
    """The page that a kept POST came from, for an address that only takes POSTs; else None."""
    kept = _kept(request)
    if kept is None or request.path != kept["path"]:
        return None
    if kept["fields"]:
        request.session[SESSION_KEY] = kept | {"path": ""}
    else:
        del request.session[SESSION_KEY]
    messages.warning(request, _("登录已过期，刚才的操作没有执行，请重新操作"))
    return HttpResponseRedirect(kept["page"])


def page_before(request: HttpRequest) -> str:
    """The page of ours that the browser says it comes from; else the first one."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(told, {request.get_host()}):
        return "/"
    parts = urlsplit(told)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the form again when its page is older than the last sign-in; refuse other servers.

    Only what comes from a page of ours, as the browser says, is kept: another site must not fill
    in our forms.
    """
    own = f"{request.scheme}://{request.get_host()}"
    if request.headers.get("Origin") != own or request.path.startswith("/api/"):
        return csrf.csrf_failure(request, reason)
    keep(request)
    if request.path.startswith(NOT_OURS):
        messages.warning(request, _("页面已过期，请重试"))
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(request.get_full_path())
    return HttpResponseRedirect(request.get_full_path())


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    return kept if kept and time.time() - kept["at"] < LONGEST else None
