"""The editor of a reply: each suggestion with its answer, phrases at hand, what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from members.pages.forms import Choice, Field
from members.reader import Reader, reader_of
from proposals.enums import LIVE_ASSIGNMENTS, ReplyState
from proposals.machine.subject import Step
from proposals.models import Assignment, Proposal, Reply, ReplyPoint, Suggestion
from proposals.pages.handling.phrases import phrases_for
from proposals.pages.handling.replies import Check, checks, numbered, suggestions_of
from proposals.pages.handling.tasks import tasks_of, with_contacts
from proposals.pages.inputs import CHOICES, FILLED
from proposals.pages.steps import StepForm, taken
from proposals.pages.subjects import ALONE, FORMS

LETTER = ("body", "points", "commitments", "cc", "contact_name", "contact_phone", "leader")
"""What stands in the letter to the proposer, or beside its fields; all else stays inside."""


@dataclass(frozen=True)
class PointRow:
    """A suggestion with the fields of its answer; ``name`` is the field that tells which it is."""

    suggestion: Suggestion
    number: str
    name: str
    answer: Field
    adoption: Field
    reason: Field

    @property
    def is_told(self) -> bool:
        """Whether anything has been answered."""
        return bool(str(self.answer.value).strip())


def write(request: HttpRequest, subject: Assignment | Reply, step: Step) -> HttpResponse:
    """The form that begins a reply, changes its draft, or corrects one that went out."""
    if request.method == "POST":
        request.POST = without_empty_points(request.POST)
    elif isinstance(subject, Assignment) and subject.has_begun_reply():
        return redirect(_begun(subject))
    return taken(
        request,
        subject,
        step,
        template="proposals/handling/editor.html",
        extra=lambda form: _beside(form, subject, reader_of(request)),
    )


def _begun(task: Assignment) -> str:
    """Where the reply of this round is that has been begun already."""
    draft = task.replies.filter(round=task.round, state=ReplyState.DRAFTING).first()
    if draft is not None:
        return reverse("reply-step", args=[draft.pk, "edit"])
    return reverse("proposal", args=[task.proposal_id]) + "?tab=replies"


def without_empty_points(sent: QueryDict) -> QueryDict:
    """What was sent without the suggestions that nothing was said to: they stay unanswered."""
    pattern = re.compile(r"^points\[(\d{1,4})\](\w+)$")
    told = {
        found[1]
        for name in sent
        if (found := pattern.match(name)) and found[2] != "suggestion" and sent[name].strip()
    }
    kept = sent.copy()
    for name in sent:
        found = pattern.match(name)
        if found and found[1] not in told:
            del kept[name]
    return kept


def _beside(form: StepForm, subject: Assignment | Reply, reader: Reader) -> dict[str, Any]:
    """The form in its parts, the phrases, and what the reply still wants."""
    proposal = subject.proposal
    parts = {field.name: field for field in form.fields}
    rows = point_rows(parts["points"], suggestions_of(proposal, reader), proposal)
    inward = ("publicity_reason", "reason")
    return {
        "proposal": proposal,
        "parts": parts,
        "rows": rows,
        "unanswered": [row.number for row in rows if not row.is_told],
        "inward": [parts[name] for name in inward if name in parts],
        "phrases": phrases_for(subject, reader, reader.rules(proposal.committee_id)),
        "tasks": tasks_of(proposal, reader),
    }


def point_rows(
    points: Field, suggestions: Sequence[Suggestion], proposal: Proposal
) -> list[PointRow]:
    """A row for every suggestion: with what was answered to it, or empty."""
    drawn = {_part(row, "suggestion").value: row for row in points.rows}
    free = len(points.rows)
    found = []
    for suggestion in suggestions:
        row = drawn.get(str(suggestion.pk))
        if row is None:
            row = [_numbered(part, free) for part in points.blank]
            free += 1
        found.append(
            PointRow(
                suggestion,
                numbered(suggestion, proposal.pk),
                _part(row, "suggestion").name,
                _part(row, "answer"),
                _part(row, "adoption"),
                _part(row, "reason"),
            )
        )
    return found


def _part(row: Sequence[Field], name: str) -> Field:
    return next(part for part in row if part.name.endswith(f"]{name}"))


def _numbered(part: Field, number: int) -> Field:
    """A field of the blank row in the place of that number."""
    own = copy(part)
    own.name = part.name.replace("[#]", f"[{number}]")
    return own


# -- Sending it on -------------------------------------------------------------------------------


def send(request: HttpRequest, reply: Reply, step: Step) -> HttpResponse:
    """Ask before a draft goes to be checked: what has been answered, and what is missing."""
    found = check_of(reply, reader_of(request))
    extra = {"checks": found, "missing": [check for check in found if check.weight == "missing"]}
    return taken(request, reply, step, template="proposals/handling/send.html", extra=extra)


def check_of(reply: Reply, reader: Reader) -> list[Check]:
    """The check of one draft."""
    proposal = reply.proposal
    reply.rules = reader.rules(proposal.committee_id)
    prefetch_related_objects([reply], "points", "commitments")
    prefetch_related_objects([proposal], "assignments__unit")
    with_contacts([reply.assignment])
    return checks(reply, suggestions_of(proposal, reader), reply.rules)


# -- What forms begin with -----------------------------------------------------------------------


def _as_it_is(reply: Reply) -> dict[str, Any]:
    """The text of a reply as it stands."""
    points = ReplyPoint.objects.filter(reply=reply).order_by("id")
    return {
        "body": reply.body,
        "result_class": reply.result_class,
        "publicity": reply.publicity,
        "publicity_reason": reply.publicity_reason,
        "points": [
            {
                "suggestion": str(point.suggestion_id),
                "answer": point.answer,
                "adoption": point.adoption,
                "reason": point.reason,
            }
            for point in points
        ],
        "commitments": [
            {"text": row.text, "due_on": row.due_on} for row in reply.commitments.order_by("id")
        ],
        "cc": reply.cc,
        "contact_name": reply.contact_name,
        "contact_phone": reply.contact_phone,
        "leader": reply.leader,
    }


def _as_usual(task: Assignment) -> dict[str, Any]:
    """What a unit's replies have in common: who is asked, and who gets copies."""
    last = Reply.objects.filter(assignment__unit=task.unit_id).order_by("-id").first()
    others = task.proposal.assignments.filter(state__in=LIVE_ASSIGNMENTS).exclude(pk=task.pk)
    copies = [_("%(committee)s提案委员会") % {"committee": task.committee}]
    copies += [str(other.unit) for other in others.select_related("unit").order_by("id")]
    contact = {
        "contact_name": last.contact_name if last else "",
        "contact_phone": last.contact_phone if last else "",
        "leader": last.leader if last else "",
    }
    return {"cc": copies, **contact}


def _suggestions(subject: Assignment | Reply, reader: Reader) -> list[Choice]:
    """The suggestions to answer, in words instead of keys."""
    proposal = subject.proposal
    return [
        Choice(str(row.pk), f"{numbered(row, proposal.pk)}. {row.text[:60]}")
        for row in suggestions_of(proposal, reader)
    ]


WRITING = ((Assignment, "draft_reply"), (Reply, "edit"), (Reply, "correct"))
for model, name in WRITING:
    ALONE.add((model, name))
    FORMS[model, name] = write
    CHOICES[model, name, "points.suggestion"] = _suggestions
FILLED[Assignment, "draft_reply"] = _as_usual
FILLED[Reply, "edit"] = FILLED[Reply, "correct"] = _as_it_is
FORMS[Reply, "send_to_check"] = send
