"""The editor of a reply: each suggestion with its answer, phrases at hand, what is missing."""

import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, cast

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.pages.forms import Choice, Field
from members.reader import Reader
from proposals.enums import LIVE_ASSIGNMENTS, ReplyState
from proposals.machine.step import Step, declared_step
from proposals.models import Assignment, Proposal, Reply, ReplyPoint, Suggestion
from proposals.pages.handling.phrases import phrases_for
from proposals.pages.handling.replies import Row, checks, suggestions_of
from proposals.pages.handling.tasks import only_assists, tasks_of, with_contacts
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.steps import StepForm, taken
from proposals.permissions import give_rules

LETTER = ("body", "points", "commitments", "cc", "contact_name", "contact_phone", "leader")
"""What stands in the letter to the proposer, or beside its fields; all else stays inside."""


def write(request: HttpRequest, subject: Assignment | Reply, step: Step) -> HttpResponse:
    """The form that begins a reply, changes its draft, or corrects one that went out."""
    if request.method == "POST":
        request.POST = without_empty_points(request.POST)
    elif isinstance(subject, Assignment) and subject.has_begun_reply():
        return redirect(_begun(subject))
    return taken(request, subject, step)


def _begun(task: Assignment) -> str:
    """Where the reply of this round is that has been begun already."""
    draft = task.replies.filter(round=task.round, state=ReplyState.DRAFTING).first()
    if draft is not None:
        return reverse("reply-step", args=[draft.pk, declared_step(Reply.edit).slug])
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


def _beside(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """The form in its parts, the phrases, and what the reply still wants."""
    subject = cast(Assignment | Reply, form.subject)
    proposal = subject.proposal
    parts = {field.name: field for field in form.fields}
    rows = point_rows(parts["points"], suggestions_of(proposal, form.reader), proposal)
    inward = ("publicity_reason", "reason")
    return {
        "proposal": proposal,
        "parts": parts,
        "rows": rows,
        "unanswered": [row["number"] for row in rows if not row["is_told"]],
        "inward": [parts[name] for name in inward if name in parts],
        "phrases": phrases_for(subject, form.reader, form.reader.rules(proposal.committee_id)),
        "tasks": tasks_of(proposal, form.reader),
    }


def point_rows(points: Field, suggestions: Sequence[Suggestion], proposal: Proposal) -> list[Row]:
    """A row for every suggestion with the fields of its answer: what was answered, or empty.

    ``name`` is the field that tells which suggestion it is.
    """
    drawn = {_part(row, "suggestion").value: row for row in points.rows}
    free = len(points.rows)
    found = []
    for suggestion in suggestions:
        row = drawn.get(str(suggestion.pk))
        if row is None:
            row = [_numbered(part, free) for part in points.blank]
            free += 1
        found.append(
            {
                "suggestion": suggestion,
                "number": suggestion.number_in(proposal.pk),
                "name": _part(row, "suggestion").name,
                **{name: _part(row, name) for name in ("answer", "adoption", "reason")},
                "is_told": bool(str(_part(row, "answer").value).strip()),
            }
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


def _asked_before(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """Ask before a draft goes to be checked: what has been answered, and what is missing."""
    reply, reader = cast(Reply, form.subject), form.reader
    proposal = reply.proposal
    rules = give_rules(reply, reader)
    prefetch_related_objects([reply], "points", "commitments")
    prefetch_related_objects([proposal], "assignments__unit")
    with_contacts([reply.assignment])
    found = checks(reply, suggestions_of(proposal, reader), rules)
    return {"checks": found, "missing": [check for check in found if check["weight"] == "missing"]}


# -- What forms begin with -----------------------------------------------------------------------


CONTACT = ("contact_name", "contact_phone", "leader")
"""Who is asked about a reply, and who answers for it."""


def _points(reply: Reply, reader: Reader) -> list[dict[str, Any]]:
    return [
        {
            "suggestion": str(point.suggestion_id),
            "answer": point.answer,
            "adoption": point.adoption,
            "reason": point.reason,
        }
        for point in ReplyPoint.objects.filter(reply=reply).order_by("id")
    ]


def _promises(reply: Reply, reader: Reader) -> list[dict[str, Any]]:
    return [{"text": row.text, "due_on": row.due_on} for row in reply.commitments.order_by("id")]


def _copies(task: Assignment, reader: Reader) -> list[str]:
    """Who gets copies of a reply: the committee, and the other units."""
    others = task.proposal.assignments.filter(state__in=LIVE_ASSIGNMENTS).exclude(pk=task.pk)
    copies = [_("%(committee)s提案委员会") % {"committee": task.committee}]
    return copies + [str(other.unit) for other in others.select_related("unit").order_by("id")]


def _contact(task: Assignment, reader: Reader) -> tuple[str, ...]:
    """The contact of the last reply of the unit."""
    replies = Reply.objects.filter(assignment__unit=task.unit_id).order_by("-id")
    return replies.values_list(*CONTACT).first() or ("", "", "")


def _suggestions(subject: Assignment | Reply, reader: Reader) -> list[Choice]:
    """The suggestions to answer, in words instead of keys."""
    proposal = subject.proposal
    return [
        Choice(str(row.pk), f"{row.number_in(proposal.pk)}. {row.text[:60]}")
        for row in suggestions_of(proposal, reader)
    ]


def _is_not_to_begin(task: Assignment) -> bool:
    return only_assists(task) or task.has_begun_reply()


EDITOR = StepPage(
    Assignment.draft_reply,
    template="proposals/handling/editor.html",
    context=_beside,
    view=write,
    initial={"cc": _copies, CONTACT: _contact},
    choices={"points.suggestion": _suggestions},
    full_page=True,
    hidden=_is_not_to_begin,
)
TEXT: dict[str, Callable[[Reply, Reader], Any]] = {
    **{
        name: attribute(name)
        for name in ("body", "result_class", "publicity", "publicity_reason", "cc", *CONTACT)
    },
    "points": _points,
    "commitments": _promises,
}
"""The text of a reply: the field to how it is read from the reply as it stands."""

STEP_PAGES = (
    EDITOR,
    replace(EDITOR, step=Reply.edit, initial=TEXT, hidden=None, heading=gettext_lazy("修改答复稿")),
    replace(
        EDITOR, step=Reply.correct, initial=TEXT, hidden=None, heading=gettext_lazy("更正答复")
    ),
    StepPage(Reply.send_to_check, template="proposals/handling/send.html", context=_asked_before),
)
