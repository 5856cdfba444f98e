"""The tasks of a proposal, read once for all parts of a page."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext as _

from members.enums import ANSWERING_ROLES, UNIT_ROLES
from members.reader import Reader, read_once, reader_of
from members.visibility import visible
from proposals.enums import (
    LIVE_ASSIGNMENTS,
    REPLY_STAGES,
    CommitmentState,
    ProposalState,
    ReplyState,
)
from proposals.machine.subject import Subject
from proposals.models import (
    Assignment,
    Commitment,
    ContactRecord,
    PreAssignment,
    Proposal,
    Reply,
)
from proposals.pages.proposal import Action, Panel, actions
from proposals.pages.step_pages import StepPage
from proposals.pages.subjects import page_of


def answers(task: Assignment) -> bool:
    """Whether the unit replies to the proposer itself, rather than giving an opinion."""
    return task.role in ANSWERING_ROLES


def only_assists(task: Assignment) -> bool:
    """Whether the unit gives an opinion to another that answers."""
    return not answers(task)


@read_once
def tasks_of(proposal: Proposal, reader: Reader) -> list[Assignment]:
    """The tasks of the proposal that the reader sees, in order; one query for the whole page."""
    seen = visible(reader, Assignment.objects.with_standing()).select_related("unit")
    prefetch_related_objects([proposal], Prefetch("assignments", seen.order_by("id")))
    return list(proposal.assignments.all())


def own_tasks(proposal: Proposal, reader: Reader) -> list[Assignment]:
    """Those that the reader's units have now."""
    units = reader.reach.units
    if not units:
        return []
    tasks = tasks_of(proposal, reader)
    return [task for task in tasks if task.unit_id in units and task.state in LIVE_ASSIGNMENTS]


@read_once
def replies_of(proposal: Proposal, reader: Reader) -> list[Reply]:
    """The replies that the reader sees, the newest first; one query for the whole page."""
    rows = visible(reader, Reply.objects.with_standing().filter(proposal=proposal))
    found = list(rows.select_related("assignment__unit").order_by("-id"))
    known = {task.pk: task for task in tasks_of(proposal, reader)}
    for reply in found:
        reply.proposal = proposal
        if reply.assignment_id in known:
            reply.assignment = known[reply.assignment_id]
    return found


def with_contacts(tasks: Sequence[Assignment]) -> Sequence[Assignment]:
    """The tasks with their contact records, in one query."""
    records = ContactRecord.objects.select_related("recorded_by").order_by("held_at", "id")
    prefetch_related_objects(list(tasks), Prefetch("contact_records", records))
    return tasks


# -- What the reader's own part is ---------------------------------------------------------------


Own = dict[str, Any]
"""Something on which the reader can take steps, with its buttons."""


def own_of(proposal: Proposal, reader: Reader) -> list[Own]:
    """Everything on the proposal that the reader's unit has to act on; a few queries at most.

    The ``label`` says what it is; until when it is owed stands in the line above the tabs.
    """
    mine = own_tasks(proposal, reader)
    found = _asked(proposal, reader)
    if not mine:
        return found
    for task in mine:
        label = f"{task.unit} {task.get_role_display()}"
        found.append(_own(task, label, reader))
    if any(task.begun_reply for task in mine):  # type: ignore[attr-defined]  # annotated
        found += _drafts(proposal, mine, reader)
    return found + _promises(proposal, mine, reader)


def _own(subject: Subject, label: str, reader: Reader) -> Own:
    return {
        "subject": subject,
        "label": label,
        "url": page_of(subject).url(subject),
        "actions": actions(subject, reader),
    }


def _asked(proposal: Proposal, reader: Reader) -> list[Own]:
    """Whether the unit takes it, where units are asked before the assignment."""
    units = reader.reach.units
    if proposal.state != ProposalState.PRE_ASSIGNED or not units:
        return []
    rows = PreAssignment.objects.open().filter(proposal=proposal, unit__in=units)
    found = []
    for row in visible(reader, rows.select_related("unit")):
        row.proposal = proposal
        found.append(_own(row, _("%(unit)s 预交办") % {"unit": row.unit}, reader))
    return found


def _drafts(proposal: Proposal, mine: Sequence[Assignment], reader: Reader) -> list[Own]:
    """The replies that go on; of its own tasks a unit sees all of them."""
    keys = {task.pk for task in mine}
    drafts = [
        reply
        for reply in replies_of(proposal, reader)
        if reply.assignment_id in keys and reply.state in REPLY_STAGES
    ]
    if any(reply.state == ReplyState.DRAFTING for reply in drafts):
        with_contacts(mine)
    found = []
    for reply in drafts:
        state: Any = reply.get_state_display()
        words = _("更正稿") if reply.corrects_id else _("答复稿")
        own = _own(reply, f"{words} · {state}", reader)
        if own["actions"] and (reply.state != ReplyState.DELIVERED or _is_last(reply, drafts)):
            found.append(own)
    return found


def _is_last(reply: Reply, replies: Sequence[Reply]) -> bool:
    return all(other.pk <= reply.pk for other in replies if other.assignment == reply.assignment)


def _promises(proposal: Proposal, mine: Sequence[Assignment], reader: Reader) -> list[Own]:
    if proposal.replied_at is None:
        return []
    rows = Commitment.objects.filter(
        proposal=proposal, state=CommitmentState.OPEN, reply__assignment__in=mine
    )
    found = []
    seen = visible(reader, rows.select_related("reply"))
    for row in seen.order_by(F("due_on").asc(nulls_last=True), "id"):
        row.proposal = proposal
        row.reply.assignment = next(t for t in mine if t.pk == row.reply.assignment_id)
        found.append(_own(row, _("承诺：%(text)s") % {"text": row.text[:40]}, reader))
    return found


def panel(request: HttpRequest, proposal: Proposal, buttons: list[Action]) -> dict[str, Any] | None:
    """The panel beside a proposal for staff of a unit: the next steps of their own task."""
    reader = reader_of(request)
    if reader.roles.isdisjoint(UNIT_ROLES):
        return None
    own = own_of(proposal, reader)
    return {"own": own} if own else None


PANEL = Panel("proposals/handling/_panel.html", panel)
STEP_PAGES = (
    StepPage(Assignment.give_opinion, hidden=answers),
    StepPage(Assignment.waive_opinion, hidden=answers),
    StepPage(Assignment.request_extension, hidden=only_assists),
)
