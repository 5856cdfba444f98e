"""The pages of a task, a reply, and a promise by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from members import clock
from members.models import User
from proposals.models import Assignment, Commitment, Reply
from proposals.pages.handling.replies import explained
from proposals.pages.handling.tasks import reach_of, with_contacts
from proposals.pages.inputs import FILLED
from proposals.pages.life import owed
from proposals.pages.subjects import SubjectPage, add
from proposals.permissions import visible


def of_task(task: Assignment, user: User, at: datetime) -> dict[str, Any]:
    """Its dates, contacts, replies and requests; what units tell each other only to those."""
    day, reach = clock.today(), reach_of(user, at)
    with_contacts([task])
    rows = visible(user, task.replies.select_related("assignment__unit"), day)
    return {
        "clock": owed("assignment", [task.pk], user, at).get(task.pk),
        "records": sorted(task.contact_records.all(), key=lambda row: row.held_at, reverse=True),
        "replies": list(rows.order_by("id")),
        "returns": list(visible(user, task.return_requests.order_by("id"), day)),
        "extensions": list(visible(user, task.extension_requests.order_by("id"), day)),
        "inside": bool(reach.units) or task.committee_id in reach.officials,
    }


def of_reply(reply: Reply, user: User, at: datetime) -> dict[str, Any]:
    """The reply as the tab of its proposal shows it, and its files."""
    prefetch_related_objects([reply.proposal], "assignments__unit")
    with_contacts([reply.assignment])
    (answer,) = explained([reply], reply.proposal, user, at, alone=True)
    files = visible(user, reply.attachments.filter(removed_at=None), clock.today())
    return {"answer": answer, "files": list(files.order_by("id"))}


def of_promise(promise: Commitment, user: User, at: datetime) -> dict[str, Any]:
    """Until when it is to be kept, by whom, and how far it has come."""
    return {"clock": owed("commitment", [promise.pk], user, at).get(promise.pk)}


def _evidence(promise: Commitment) -> dict[str, Any]:
    return {"evidence": promise.evidence}


add(
    SubjectPage(
        Assignment,
        "assignments",
        template="proposals/handling/assignment.html",
        related=("unit", "proposal__committee"),
        context=of_task,
        tab="handling",
    ),
    SubjectPage(
        Reply,
        "replies",
        template="proposals/handling/reply.html",
        related=("assignment__unit", "proposal__committee"),
        context=of_reply,
        tab="replies",
    ),
    SubjectPage(
        Commitment,
        "commitments",
        template="proposals/handling/commitment.html",
        related=("proposal__committee", "reply__assignment__unit"),
        context=of_promise,
        tab="replies",
    ),
)

FILLED[Commitment, "report_progress"] = FILLED[Commitment, "keep"] = _evidence
