"""Files beside a proposal or a reply, for those who see what they lie beside."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from members.reader import reader_of
from proposals.api.views import as_download
from proposals.models import Attachment
from proposals.pages.subjects import row_or_404


@require_safe
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, always as a download."""
    found = row_or_404(reader_of(request), Attachment.objects.all(), pk)
    return as_download(found.file, found.name)
