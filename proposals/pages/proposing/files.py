"""Files beside a proposal or a reply, for those who see what they lie beside."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from members import clock
from members.pages.views import reader
from proposals.api.views import as_download
from proposals.models import Attachment
from proposals.permissions import visible_row


@require_safe
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, always as a download."""
    found = visible_row(reader(request), Attachment.objects.all(), pk, clock.today())
    if found is None:
        raise Http404
    return as_download(found.file, found.name)
