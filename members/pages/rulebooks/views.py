"""Reading the rules in force, and preparing those of a later day part by part."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from members import services
from members.models import Committee, Rulebook
from members.pages.forms import ADD
from members.pages.plain_form import REFUSED, shows_and_takes_form
from members.pages.rulebooks.fields import drawn_part, part_of
from members.permissions import refusal_to_administer, require
from members.punctuation import clauses
from members.reader import Reader, reader_of
from members.rule_changes import changes, said, said_in
from members.rule_errors import RulesInvalid
from members.rules import Rules
from members.visibility import visible

LABEL = gettext_lazy("规则")
"""The line of the navigation."""

Tell = Callable[[Rules, Rules, Committee, date], list[str]]
"""What rules of a later day will change, in sentences: before, after, whose, from when."""

CONSEQUENCES: list[Tell] = []
"""The functions that tell it; each application above adds what it knows."""


AS_WRITTEN = frozenset({"paper_pattern", "pattern", "receipt_pattern", "types"})
"""Rules whose values are patterns, to be shown as code and never translated."""


@dataclass(frozen=True)
class RulebookSection:
    """A part of a rulebook: its name in the document, its title, and what it says.

    Each line is (label, text, whether the text is no language).
    """

    name: str
    label: str
    lines: list[tuple[str, str, bool]]


@require_safe
def rulebooks(request: HttpRequest) -> HttpResponse:
    """The rulebooks of the reader's committees: in force, to come, and past."""
    reader = reader_of(request)
    rows = visible(reader, Rulebook.objects.select_related("committee", "author"))
    by_committee: dict[Committee, list[Rulebook]] = {}
    for row in rows.order_by("committee", "-effective_from")[:200]:
        by_committee.setdefault(row.committee, []).append(row)
    context = {
        "committees": [
            {
                "committee": committee,
                "books": found,
                "in_force": next((row for row in found if not row.is_future(reader.day)), None),
                "edits": refusal_to_administer(reader, committee) is None,
            }
            for committee, found in by_committee.items()
        ],
        "today": reader.day,
    }
    return TemplateResponse(request, "members/rulebooks/list.html", context)


@require_safe
def rulebook(request: HttpRequest, pk: int) -> HttpResponse:
    """A rulebook in words; of one to come also what it changes, and what follows from that."""
    row, reader = _row(request, pk), reader_of(request)
    rules, is_future = Rules.read(row.document), row.is_future(reader.day)
    before = _before(row)
    earlier = Rules.read(before.document) if before is not None else None
    found = changes(earlier, rules) if earlier is not None else []
    consequences = [
        sentence
        for tell in CONSEQUENCES
        if earlier is not None and is_future
        for sentence in tell(earlier, rules, row.committee, row.effective_from)
    ]
    context = {
        "book": row,
        "before": before,
        "parts": _parts(rules),
        "changes": found,
        "changed": {change.section for change in found},
        "consequences": consequences,
        "edits": is_future and refusal_to_administer(reader, row.committee) is None,
        "is_future": is_future,
    }
    return TemplateResponse(request, "members/rulebooks/book.html", context)


@require_POST
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare rules for a later day as a copy of these, to be changed part by part."""
    row = _row(request, pk)
    day = _day_to_come(request)
    if day is None:
        return redirect("rulebooks")
    made = _tried(
        request,
        services.adopt_rulebook,
        committee=row.committee,
        document=row.document,
        effective_from=day,
        note=request.POST.get("note", "")[:200],
    )
    return redirect("rulebook", made.pk) if made is not None else redirect("rulebooks")


@require_POST
def change_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Let rules that are to come begin on another day, or give them up."""
    row = _row(request, pk)
    if "drop" in request.POST:
        dropped = _tried(request, services.drop_rulebook, rulebook=row)
        return redirect("rulebooks") if dropped else redirect("rulebook", pk)
    day = _day_to_come(request)
    if day and _tried(request, services.edit_rulebook, rulebook=row, effective_from=day):
        messages.success(request, _("已改为自 %(day)s 起生效") % {"day": day})
    return redirect("rulebook", pk)


@shows_and_takes_form
def part(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The form of one part of rules that are to come."""
    row, reader = _row(request, pk), reader_of(request)
    info = Rules.model_fields.get(name)
    if info is None or not row.is_future(reader.day):
        raise Http404
    require(refusal_to_administer(reader, row.committee))
    value, errors, more = row.document.get(name), {}, ""
    if request.method == "POST":
        value = part_of(name, request.POST)
        more = request.POST.get(ADD, "")
        if not more:
            errors = _saved(row, {**row.document, name: value}, reader)
            if not errors:
                label = _(info.title or name)
                messages.success(request, _("已保存：%(part)s") % {"part": label})
                return redirect("rulebook", pk)
    own = {path: text for path, text in errors.items() if path.startswith(f"{name}.")}
    field = drawn_part(name, value, own, more)
    context = {
        "book": row,
        "label": field.label,
        "fields": field.blank if field.kind == "group" else [field],
        "faults": [faulty for one in (field.blank or [field]) for faulty in one.faulty()],
        "refusals": [text for path, text in errors.items() if path not in own],
    }
    status = REFUSED if errors else 200
    return TemplateResponse(request, "members/rulebooks/part.html", context, status=status)


def _saved(row: Rulebook, document: dict[str, Any], reader: Reader) -> dict[str, str]:
    """Save the rules; or each wrong place with what is wrong there."""
    try:
        services.edit_rulebook(rulebook=row, document=document, by=reader)
    except RulesInvalid as error:
        return dict(error.errors)
    except ValidationError as error:
        return {"": clauses(error.messages)}
    return {}


def _tried(request: HttpRequest, service: Callable[..., Any], **given: Any) -> Any:
    """What the service gives, True for nothing; None when it refused, which is told."""
    try:
        return service(**given, by=reader_of(request)) or True
    except (ValidationError, RulesInvalid) as error:
        messages.error(request, clauses(error.messages))
        return None


def _day_to_come(request: HttpRequest) -> date | None:
    """The day that was sent; None when it is none to come, which is told."""
    day = parse_date(request.POST.get("effective_from", ""))
    if day is not None and day > reader_of(request).day:
        return day
    messages.error(request, _("生效日期须晚于今天，以便在生效前修改和核对"))
    return None


def _row(request: HttpRequest, pk: int) -> Rulebook:
    rows = visible(reader_of(request), Rulebook.objects.select_related("committee"))
    return get_object_or_404(rows, pk=pk)


def _before(row: Rulebook) -> Rulebook | None:
    earlier = row.committee.rulebooks.filter(effective_from__lt=row.effective_from)
    return earlier.order_by("-effective_from").first()


def _parts(rules: Rules) -> list[RulebookSection]:
    found = []
    for name, info in Rules.model_fields.items():
        value = getattr(rules, name)
        label = _(info.title) if info.title else name
        fields = getattr(type(value), "model_fields", None)
        if fields is not None:
            lines = [
                (_(one.title) if one.title else key, said_in(value, key), key in AS_WRITTEN)
                for key, one in fields.items()
            ]
        elif isinstance(value, tuple):
            lines = [(str(at), said(row), False) for at, row in enumerate(value, start=1)]
        else:
            lines = [("", said(value), False)]
        found.append(RulebookSection(name, label, lines))
    return found
