"""The page behind the link in a mail: sign for a task or return it, without a login."""

from http import HTTPStatus
from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django_stubs_ext import StrOrPromise

from members import clock
from members.pages.plain_form import shows_and_takes_form
from proposals.due_dates import due_dates
from proposals.mail_actions import STEPS, Fault, Opened, opened
from proposals.pages.steps import StepForm, try_step

DEAD: dict[Fault, tuple[HTTPStatus, StrOrPromise, StrOrPromise]] = {
    Fault.BROKEN: (
        HTTPStatus.NOT_FOUND,
        _("这个链接不完整"),
        _("可能在换行时缺了一段。请从原邮件再点一次，或登录后办理。"),
    ),
    Fault.EXPIRED: (
        HTTPStatus.GONE,
        _("这个链接已过期"),
        _("为了安全，链接过了期限就不再有效。请登录后办理。"),
    ),
    Fault.NOT_YOURS: (
        HTTPStatus.FORBIDDEN,
        _("这个链接不能再用"),
        _("您现在不担任该单位的联络员。如有疑问，请联系提案委办公室。"),
    ),
    Fault.MOVED_ON: (
        HTTPStatus.GONE,
        _("这件事已经有人办了"),
        _("链接只能用一次：这件提案已签收、已申请退办或已改交。请登录查看。"),
    ),
}
"""What is wrong with an address to what the page says of it: status, title, and what to do."""


@login_not_required
@never_cache
@shows_and_takes_form
def mailed(request: HttpRequest, sealed: str) -> HttpResponse:
    """Show what it is and ask; do it only once that is confirmed.

    Looking changes nothing: programs that check mails follow every address in them.
    """
    if not ratelimit.consume(request, action="mailed"):
        return _answer(request, "429.html", {}, HTTPStatus.TOO_MANY_REQUESTS)
    found = opened(sealed, clock.now())
    if not isinstance(found, Opened):
        status, title, text = DEAD[found]
        context: dict[str, Any] = {"title": title, "text": text}
        return _answer(request, "proposals/handling/mailed_dead.html", context, status)
    asked = request.POST.get("step", "") if request.method == "POST" else ""
    accepting, returning = (step.name for step in STEPS)
    forms = {step.name: StepForm(found.assignment, step, found.reader) for step in STEPS}
    if asked in forms:
        sent = request.POST.copy()
        sent["version"] = str(found.assignment.version)
        event = try_step(request, forms[asked], sent)
        if event is not None:
            context = {"found": found, "step": forms[asked].step}
            return _answer(request, "proposals/handling/mailed_done.html", context)
    context = {
        "found": found,
        "accepting": forms[accepting],
        "returning": forms[returning],
        "open": asked == returning,
        "until": due_dates().sign_by(found.assignment),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asked else HTTPStatus.OK
    return _answer(request, "proposals/handling/mailed.html", context, status)


def _answer(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    """A page that no search engine keeps, and whose address goes to no other site."""
    headers = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return TemplateResponse(request, template, context, status=status, headers=headers)
