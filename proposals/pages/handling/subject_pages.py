"""The pages of a task, of a reply, and of a promise."""

from typing import Any

from django.db.models import prefetch_related_objects

from members.reader import Reader
from members.visibility import visible
from proposals.due_dates import due_on
from proposals.models import Assignment, Commitment, Reply
from proposals.pages.handling.replies import explained
from proposals.pages.handling.tasks import with_contacts
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.subjects import SubjectPage


def of_task(task: Assignment, reader: Reader) -> dict[str, Any]:
    """Its dates, contacts, replies and requests; what units tell each other only to those."""
    reach = reader.reach
    with_contacts([task])
    rows = visible(reader, task.replies.select_related("assignment__unit"))
    return {
        "clock": due_on(task, reader),
        "records": sorted(task.contact_records.all(), key=lambda row: row.held_at, reverse=True),
        "replies": list(rows.order_by("id")),
        "returns": list(visible(reader, task.return_requests.order_by("id"))),
        "extensions": list(visible(reader, task.extension_requests.order_by("id"))),
        "inside": bool(reach.units) or task.committee_id in reach.officials,
    }


def of_reply(reply: Reply, reader: Reader) -> dict[str, Any]:
    """The reply as the tab of its proposal shows it, and its files."""
    prefetch_related_objects([reply.proposal], "assignments__unit")
    with_contacts([reply.assignment])
    (answer,) = explained([reply], reply.proposal, reader, alone=True)
    files = visible(reader, reply.attachments.filter(removed_at=None))
    return {"answer": answer, "files": list(files.order_by("id"))}


def of_promise(promise: Commitment, reader: Reader) -> dict[str, Any]:
    """The promise with its date, its unit and its progress."""
    return {"clock": due_on(promise, reader)}


SUBJECT_PAGES = (
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
STEP_PAGES = tuple(
    StepPage(step, initial={"evidence": attribute("evidence")})
    for step in (Commitment.report_progress, Commitment.keep)
)
