"""Phrases for replies: offered in the editor, and the page on which they are edited."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from members.enums import Role
from members.pages import navigation, plain_form
from members.pages.navigation import Section
from members.pages.plain_form import shows_and_takes_form
from members.reader import Reader, reader_of
from members.rules import Rules
from proposals import phrases
from proposals.inputs.phrases import PhraseInput
from proposals.models import Assignment, Phrase, Reply
from proposals.rules import entry_name

MOST = 200
"""Phrases that a page lists."""

KEEPERS = {Role.UNIT_LIAISON, Role.COMMITTEE_CLERK}
"""The roles that edit phrases; handlers only use them."""


def phrases_for(subject: Assignment | Reply, reader: Reader, rules: Rules) -> list[dict[str, Any]]:
    """The phrases for a reply of the subject's unit, its own first."""
    seen = phrases.phrases_seen(reader)
    found = [
        row
        for row in seen.filter(committee=subject.committee_id)[:MOST]
        if row.unit_id in (None, subject.unit_id)
    ]
    found.sort(key=lambda row: row.unit_id is None)
    classes = rules.handling.result_classes
    return [{"phrase": row, "result": entry_name(classes, row.result_class)} for row in found]


@shows_and_takes_form
def kept(request: HttpRequest) -> HttpResponse:
    """The phrases that the reader keeps or uses, and the form for one more."""
    reader = reader_of(request)
    own = phrases.keepers(reader)
    rows = list(phrases.phrases_seen(reader).order_by("unit__name", "topic", "title")[:MOST])
    if not own and not rows:
        raise Http404
    context: dict[str, Any] = {
        "rows": [
            {
                "phrase": row,
                "result": entry_name(
                    reader.rules(row.committee_id).handling.result_classes, row.result_class
                ),
                "kept": phrases.keeps(reader, row),
            }
            for row in rows
        ]
    }
    template = "proposals/handling/phrases.html"
    if not own:
        return TemplateResponse(request, template, context)
    # A new phrase is for the post named in the form, else for the reader's first.
    wanted = request.POST.get("of", "")
    post = next((post for post in own if str(post.pk) == wanted), own[0])
    phrase = Phrase(committee_id=post.committee_id, unit_id=post.unit_id)
    return _form(request, phrase, template, posts=own, chosen=post, **context)


@shows_and_takes_form
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one phrase."""
    phrase = _of_reader(request, pk)
    return _form(request, phrase, "proposals/handling/phrase.html", phrase=phrase)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a phrase."""
    phrase = _of_reader(request, pk)
    phrases.discard(phrase, reader=reader_of(request))
    messages.success(request, _t("已删除常用语“%(title)s”") % {"title": phrase.title})
    return redirect("phrases")


def _of_reader(request: HttpRequest, pk: int) -> Phrase:
    """A phrase that the reader keeps; any other is a 404."""
    reader = reader_of(request)
    phrase = get_object_or_404(phrases.phrases_seen(reader), pk=pk)
    if not phrases.keeps(reader, phrase):
        raise Http404
    return phrase


def _form(request: HttpRequest, phrase: Phrase, template: str, /, **context: Any) -> HttpResponse:
    """The page with the form of a phrase; kept, it leads back to the list."""
    reader = reader_of(request)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        phrases.keep(phrase, reader=reader, text=data)
        messages.success(request, _t("已保存常用语“%(title)s”") % {"title": phrase.title})
        return redirect("phrases")

    return plain_form.page(
        request,
        partial(PhraseInput, context={"rules": reader.rules(phrase.committee_id)}),
        on_valid,
        template=template,
        initial={name: getattr(phrase, name) for name in phrases.FIELDS},
        **context,
    )


NAVIGATION = (
    navigation.NavigationEntry(
        section=Section.HANDLING,
        label=_("答复常用语"),
        icon="quote",
        address=("phrases",),
        roles=KEEPERS,
    ),
)
