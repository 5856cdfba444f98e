"""Saves form input automatically: a copy on the server, beside that in the browser."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import FormDraft, User
from members.pages.signing_in.resume_post import LARGEST_FORM
from members.pages.views import back
from members.reader import Reader, reader_of

FORMS = 50
"""Forms that are kept of a person; the oldest go first."""

KEPT_FOR = timedelta(days=60)
"""How long a form that was never sent is kept."""

LEFT_OUT = {"csrfmiddlewaretoken", "key", "path", "next", "after", "list", "in", "at"}
"""Fields that a form sends and nobody typed."""


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the fields of the form named by ``path`` and say when that was."""
    path = request.POST.get("path", "")[:200]
    fields = {name: values for name, values in request.POST.lists() if name not in LEFT_OUT}
    size = sum(len(value.encode()) for values in fields.values() for value in values)
    if not path.startswith("/") or size > LARGEST_FORM:
        return JsonResponse({"saved": _("内容过长，没有自动保存")}, status=400)
    reader = reader_of(request)
    FormDraft.objects.update_or_create(
        user=reader.user, path=path, defaults={"fields": fields, "saved_at": reader.at}
    )
    _tidy(reader.user)
    saved = _("已保存 %(time)s") % {"time": localtime(reader.at).strftime("%H:%M:%S")}
    return JsonResponse({"saved": saved, "at": reader.at.isoformat()})


@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """Throw away what was typed into a form and not sent."""
    forget(reader_of(request).user, request.POST.get("path", ""))
    return back(request)


def draft_of(reader: Reader, path: str) -> FormDraft | None:
    """What the person typed into the form at ``path`` and has not sent."""
    kept = FormDraft.objects.filter(user=reader.user, path=path)
    return kept.filter(saved_at__gte=reader.at - KEPT_FOR).first()


def fields_of(draft: FormDraft) -> QueryDict:
    """The kept fields as the browser sent them."""
    return QueryDict(urlencode(draft.fields, doseq=True), mutable=True)


def forget(user: User, path: str) -> None:
    """The form at ``path`` was sent, or given up."""
    FormDraft.objects.filter(user=user, path=path).delete()


def _tidy(user: User) -> None:
    """Keep no more than ``FORMS`` of a person."""
    surplus = FormDraft.objects.filter(user=user).order_by("-saved_at")[FORMS:]
    FormDraft.objects.filter(pk__in=[row.pk for row in surplus.only("pk")]).delete()
