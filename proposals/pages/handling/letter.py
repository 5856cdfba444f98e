"""The letter of a reply (答复函) in its official layout, as it goes out."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.enums import AssignmentRole
from members.reader import Reader, reader_of
from proposals.enums import SENT_OUT
from proposals.models import Proposal, Reply
from proposals.pages.handling.replies import answered, suggestions_of
from proposals.pages.subjects import row_or_404
from proposals.rules import entry_name

NUMERALS = "一二三四五六七八九十"


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter; before it has gone out, marked as a draft."""
    reader = reader_of(request)
    beside = ("committee", "session__term__committee", "lead", "body")
    rows = Reply.objects.select_related(
        "assignment__unit", *(f"proposal__{name}" for name in beside)
    ).prefetch_related("points__suggestion__proposal", "commitments")
    reply = row_or_404(reader, rows, pk)
    proposal = reply.proposal
    names = addressees(proposal)
    rules = reader.rules(proposal.committee_id)
    context = {
        "reply": reply,
        "proposal": proposal,
        "unit": reply.assignment.unit,
        "names": names,
        "plural": len(names) > 1,
        "assisting": _assisting(reply),
        "opening": proposal.title not in reply.body.partition("\n")[0],  # else it has its own
        "paragraphs": _paragraphs(reply.body),
        "sections": _sections(reply, proposal, reader),
        "promises": list(reply.commitments.all()),
        "result": entry_name(rules.handling.result_classes, reply.result_class),
        "is_out": reply.state in SENT_OUT,
        "dated": reply.delivered_at or reply.signed_at,
    }
    return TemplateResponse(request, "proposals/handling/letter.html", context)


def addressees(proposal: Proposal) -> list[str]:
    """To whom it is written, each once, in the order of the signatures."""
    found = [
        _("%(name)s委员") % {"name": member.name} if member is not None else str(body)
        for _original, member, body in proposal.addressees()
    ]
    return list(dict.fromkeys(found))


def _assisting(reply: Reply) -> list[str]:
    """The units whose opinions went into it."""
    if reply.assignment.role != AssignmentRole.LEAD:
        return []
    tasks = reply.proposal.assignments.live().filter(role=AssignmentRole.ASSIST)
    return [str(task.unit) for task in tasks.exclude(opinion="").select_related("unit")]


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _sections(reply: Reply, proposal: Proposal, reader: Reader) -> list[dict[str, Any]]:
    """A heading and its text for each answered suggestion."""
    points = answered(reply, suggestions_of(proposal, reader), unanswered=False)
    return [
        {
            "numeral": NUMERALS[at] if at < len(NUMERALS) else str(at + 1),
            "asked": re.split(r"[。；;！？\n]", one["suggestion"].text.strip())[0][:40],
            "point": one["point"],
            "paragraphs": _paragraphs(one["point"].answer),
        }
        for at, one in enumerate(points)
    ]
