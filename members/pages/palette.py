"""The command palette: a page, an action, a person or a proposal in a few keys."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.pages.navigation import entries_for
from members.reader import Reader, reader_of

MOST_HITS = 6
"""Hits of each kind."""


@dataclass(frozen=True)
class Hit:
    """Something to go to: its kind in a word, its name, what tells it apart, its address."""

    kind: str
    name: str
    more: str
    url: str
    icon: str


Find = Callable[[Reader, str], list[Hit]]
"""Hits for a reader and what they typed, stripped; at most ``MOST_HITS``."""

FINDERS: list[Find] = []
"""The finders of hits; each application adds its own."""


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """The hits for what has been typed so far, as a part of the open palette."""
    typed = request.GET.get("q", "").strip()[:100]
    reader = reader_of(request)
    hits = [hit for find in FINDERS for hit in find(reader, typed)]
    return TemplateResponse(request, "members/_palette_hits.html", {"hits": hits, "typed": typed})


def pages(reader: Reader, typed: str) -> list[Hit]:
    """The lines of the reader's navigation."""
    found = [
        Hit(_("页面"), str(entry.label), str(entry.section.label), entry.url, entry.icon)
        for entry in entries_for(reader.posts)
        if typed.casefold() in str(entry.label).casefold()
    ]
    return found[: MOST_HITS if typed else 3 * MOST_HITS]
