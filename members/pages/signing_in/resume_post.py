"""Restores a form that was posted after the session had ended, or while the database was away.

The fields wait in the browser's session until the form is shown again; nothing is ever carried
out by itself. A form view asks ``resumed_post`` for them and shows them as its initial values.
"""

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from members.punctuation import clauses

SESSION_KEY = "resumed_post"

LARGEST_FORM = 200 * 1024
"""Bytes of text that are kept."""

LONGEST = 24 * 3600
"""How long they are kept, in seconds."""

NOT_OURS = ("/accounts/", "/admin/", "/api/")
"""Below these nothing is kept: passwords pass here, or programs speak."""

FIRST_ACCOUNT = "/start/"
"""Its form has a password too; the steps below it have none."""


class Why(StrEnum):
    """Why a form comes back."""

    DATABASE = "database"
    LOGIN = "login"


IS_BACK = {
    Why.DATABASE: gettext_lazy("数据库刚才连不上。您填写的内容还在，尚未提交，请核对后重新提交"),
    Why.LOGIN: gettext_lazy("登录已过期。您填写的内容还在，尚未提交，请核对后重新提交"),
}
NOT_DONE = {
    Why.DATABASE: gettext_lazy("数据库刚才连不上，操作没有执行，请重新操作"),
    Why.LOGIN: gettext_lazy("登录已过期，刚才的操作没有执行，请重新操作"),
}


def may_be_kept(path: str) -> bool:
    """Whether what is posted there is a form of ours without a password."""
    return not path.startswith(NOT_OURS) and path != FIRST_ACCOUNT


def typed_into(request: HttpRequest) -> dict[str, list[str]]:
    """The fields of a POST as they were sent, but for its files."""
    posted = request.POST.lists()
    return {name: texts for name, texts in posted if name != "csrfmiddlewaretoken"}


def keep(request: HttpRequest) -> None:
    """Keep the fields of a POST, but for its files, until its page is shown again.

    A browser has one such POST, the last one. Its text comes back on the address that it was sent
    to, or on the page that it was sent from.
    """
    if request.method == "POST" and may_be_kept(request.path):
        _keep(
            request,
            typed_into(request),
            files=bool(request.FILES),
            page=page_before(request),
            path=request.path,
            why=Why.LOGIN,
        )


def _keep(request: HttpRequest, fields: Mapping[str, list[str]], **about: Any) -> None:
    size = sum(len(text.encode()) for name, texts in fields.items() for text in (name, *texts))
    if size > LARGEST_FORM or not ratelimit.consume(request, action="keep_post"):
        fields = {}
    request.session[SESSION_KEY] = {"at": time.time(), "fields": fields, "told": False, **about}


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Back to the form with what the page of an outage has kept of it.

    ``path`` and ``page`` in the address are where it was sent to and from.
    """
    path, page = (own_path(request, request.GET.get(name, "")) for name in ("path", "page"))
    if may_be_kept(path):
        fields = typed_into(request)
        _keep(request, fields, files=True, page=page, path=path, why=Why.DATABASE)
    return HttpResponseRedirect(path)


def own_path(request: HttpRequest, address: str) -> str:
    """The path with its query of an address of ours; else that of the first page."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return "/"
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


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
    sentences = [str(IS_BACK[Why(kept["why"])])]
    if kept["files"]:
        sentences.append(_("附件须重新选择"))
    messages.warning(request, clauses(sentences))
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
    messages.warning(request, NOT_DONE[Why(kept["why"])])
    return HttpResponseRedirect(kept["page"])


def page_before(request: HttpRequest) -> str:
    """The page of ours that the browser says it comes from; else the first one."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return own_path(request, told)


def is_own(request: HttpRequest) -> bool:
    """Whether a POST comes from a page of ours, as the browser says."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") in (own, *settings.CSRF_TRUSTED_ORIGINS)


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    return kept if kept and time.time() - kept["at"] < LONGEST else None
