"""The handbooks of docs/ as pages of the product, for everybody and without a network."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from markdown import Markdown
from markdown.extensions.toc import TocExtension, slugify_unicode

HANDBOOKS = {
    "first-day": _("上手"),
    "operations": _("部署手册"),
    "rulebook": _("规则手册"),
    "integration": _("对接手册"),
}
"""The name of each file in docs/, without its language and ending, to what links call it."""

LINK = re.compile(r'<a href="(?P<file>[^":]*?)(?:\.zh)?\.md(?P<anchor>#[^"]*)?">(?P<text>.*?)</a>')

EXAMPLE = re.compile(r'<a href="(?P<file>examples/[\w./-]+)">(?P<text>.*?)</a>')


@dataclass(frozen=True)
class Handbook:
    """A handbook in one language."""

    title: str
    html: SafeString
    contents: SafeString


@login_not_required
@require_safe
def handbook(request: HttpRequest, name: str) -> HttpResponse:
    """Show a handbook in the reader's language; 404 when there is none of that name."""
    if name not in HANDBOOKS:
        raise Http404
    book = read(name, ".zh" if str(get_language()).startswith("zh") else "")
    return TemplateResponse(request, "handbook.html", {"handbook": book})


@cache  # a file changes with the product's version only
def read(name: str, language: str) -> Handbook:
    """The file ``docs/NAME[.zh].md``, without its line of languages."""
    text = Path(settings.BASE_DIR, "docs", f"{name}{language}.md").read_text(encoding="utf-8")
    _languages, title, body = text.split("\n\n", 2)
    headings = TocExtension(slugify=slugify_unicode, toc_depth="2-2")
    markdown = Markdown(extensions=["fenced_code", "tables", headings])
    html = LINK.sub(_within_the_product, markdown.convert(body))
    html = EXAMPLE.sub(_opened, html)
    # What is wider than a phone scrolls by itself, with the keyboard too.
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace(
        "<table>", '<div class="table-responsive" tabindex="0"><table class="table">'
    )
    html = html.replace("</table>", "</table></div>")
    contents = markdown.toc
    return Handbook(title.removeprefix("# "), mark_safe(html), mark_safe(contents))  # noqa: S308


def _within_the_product(link: re.Match[str]) -> str:
    """A link to the page of a handbook; of a document that has no page, the words alone."""
    name = link["file"]
    if name not in HANDBOOKS:
        return link["text"]
    return f'<a href="{reverse("handbook", args=[name])}{link["anchor"] or ""}">{link["text"]}</a>'


def _opened(link: re.Match[str]) -> str:
    """An example in place of the link to its file, to be unfolded and copied."""
    text = Path(settings.BASE_DIR, "docs", link["file"]).read_text(encoding="utf-8")
    shown = f"<pre><code>{escape(text)}</code></pre>"
    return f"<details><summary>{link['text']}</summary>{shown}</details>"
