"""Files beside a proposal or a reply, for those who see what they lie beside."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from members.reader import reader_of
from members.visibility import visible_row
from proposals.api.views import as_download
from proposals.models import Attachment


@require_safe
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, always as a download."""
    found = visible_row(reader_of(request), Attachment.objects.all(), pk)
    if found is None:
        raise Http404
    return as_download(found.file, found.name)
