"""The tasks of a proposal as a page reads them: once, whoever of its parts asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members import clock
from members.enums import ANSWERING_ROLES, Role
from members.models import User
from members.rules import Rules
from members.selectors import posts_of, rules_for
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
from proposals.pages.proposal import HIDDEN, PANELS, Action, Panel, actions
from proposals.pages.subjects import page_of
from proposals.permissions import Reach, visible


def reach_of(user: User, at: datetime) -> Reach:
    """The scopes of the reader's posts."""
    return Reach.of(posts_of(user, localdate(at)))


def rules_of(proposal: Proposal) -> Rules:
    """The rules that the proposal is handled by today; read once for the whole page."""
    if not hasattr(proposal, "rules"):
        proposal.rules = rules_for(proposal.committee_id, clock.today())
    return proposal.rules


def _moot(task: Assignment) -> set[str]:
    """What can never be for a unit of that role, and beginning what has been begun."""
    answers = task.role in ANSWERING_ROLES
    moot = {"give_opinion", "waive_opinion"} if answers else {"draft_reply", "request_extension"}
    return moot | ({"draft_reply"} if answers and task.has_begun_reply() else set())


HIDDEN[Assignment] = _moot


def buttons_of(subject: Subject, user: User) -> list[Action]:
    """The buttons of what hangs on a proposal that has been read with its rules."""
    subject.rules = rules_of(subject.root)
    return actions(subject, user)


def tasks_of(proposal: Proposal, user: User, at: datetime) -> list[Assignment]:
    """The tasks of the proposal that the reader sees, in order; one query for the whole page."""
    remembered: dict[str, list[Assignment]] = proposal.__dict__.setdefault("_seen", {})
    if "tasks" not in remembered:
        rows = Assignment.objects.with_standing().filter(proposal=proposal)
        seen = visible(user, rows, localdate(at)).select_related("unit", "proposal__committee")
        found = list(seen.order_by("id"))
        for task in found:
            task.proposal = proposal
        remembered["tasks"] = found
    return remembered["tasks"]


def own_tasks(proposal: Proposal, user: User, at: datetime) -> list[Assignment]:
    """Those that the reader's units have now."""
    units = reach_of(user, at).units
    if not units:
        return []
    tasks = tasks_of(proposal, user, at)
    return [task for task in tasks if task.unit_id in units and task.state in LIVE_ASSIGNMENTS]


def replies_of(proposal: Proposal, user: User, at: datetime) -> list[Reply]:
    """The replies that the reader sees, the newest first; one query for the whole page."""
    remembered: dict[str, list[Reply]] = proposal.__dict__.setdefault("_seen", {})
    if "replies" not in remembered:
        rows = visible(user, Reply.objects.filter(proposal=proposal), localdate(at))
        found = list(rows.select_related("assignment__unit").order_by("-id"))
        known = {task.pk: task for task in tasks_of(proposal, user, at)}
        for reply in found:
            reply.proposal = proposal
            if reply.assignment_id in known:
                reply.assignment = known[reply.assignment_id]
        remembered["replies"] = found
    return remembered["replies"]


def with_contacts(tasks: Sequence[Assignment]) -> Sequence[Assignment]:
    """The tasks with their contact records, in one query."""
    records = ContactRecord.objects.select_related("recorded_by").order_by("held_at", "id")
    prefetch_related_objects(list(tasks), Prefetch("contact_records", records))
    return tasks


# -- What the reader's own part is ---------------------------------------------------------------


@dataclass(frozen=True)
class Own:
    """Something of the reader's to act on, with its buttons.

    ``label`` says what it is; until when it is owed stands in the line above the tabs.
    """

    subject: Subject
    label: str
    url: str
    actions: list[Action]


def own_of(proposal: Proposal, user: User, at: datetime) -> list[Own]:
    """Everything on the proposal that the reader's unit has to act on; a few queries at most."""
    mine = own_tasks(proposal, user, at)
    found = [*_asked(proposal, user, at)]
    if not mine:
        return found
    proposal.__dict__.setdefault("_prefetched_objects_cache", {})["assignments"] = tasks_of(
        proposal, user, at
    )
    for task in mine:
        label = f"{task.unit} {task.get_role_display()}"
        found.append(_own(task, label, user))
    if any(task.begun_reply for task in mine):  # type: ignore[attr-defined]  # annotated
        found += _drafts(proposal, mine, user, at)
    return found + _promises(proposal, mine, user, at)


def _own(subject: Subject, label: str, user: User) -> Own:
    return Own(subject, label, page_of(subject).url(subject), buttons_of(subject, user))


def _asked(proposal: Proposal, user: User, at: datetime) -> list[Own]:
    """Whether the unit takes it, where units are asked before the assignment."""
    units = reach_of(user, at).units
    if proposal.state != ProposalState.PRE_ASSIGNED or not units:
        return []
    rows = PreAssignment.objects.open().filter(proposal=proposal, unit__in=units)
    found = []
    for row in visible(user, rows.select_related("unit"), localdate(at)):
        row.proposal = proposal
        found.append(_own(row, _("%(unit)s 预交办") % {"unit": row.unit}, user))
    return found


def _drafts(proposal: Proposal, mine: Sequence[Assignment], user: User, at: datetime) -> list[Own]:
    keys = {task.pk for task in mine}
    _read_ahead(mine, replies_of(proposal, user, at))
    drafts = [
        reply
        for reply in replies_of(proposal, user, at)
        if reply.assignment_id in keys and reply.state in REPLY_STAGES
    ]
    if any(reply.state == ReplyState.DRAFTING for reply in drafts):
        with_contacts(mine)
    found = []
    for reply in drafts:
        state: Any = reply.get_state_display()
        words = _("更正稿") if reply.corrects_id else _("答复稿")
        own = _own(reply, f"{words} · {state}", user)
        if own.actions and (reply.state != ReplyState.DELIVERED or _is_last(reply, drafts)):
            found.append(own)
    return found


def _read_ahead(tasks: Sequence[Assignment], replies: Sequence[Reply]) -> None:
    """Let the steps find what they ask about replies; of its own tasks a unit sees all of them."""
    for task in tasks:
        own = [reply for reply in replies if reply.assignment_id == task.pk]
        task.__dict__.setdefault("_prefetched_objects_cache", {})["replies"] = own
        for reply in own:
            newer = [row for row in own if row.corrects_id == reply.pk]
            reply.__dict__.setdefault("_prefetched_objects_cache", {})["corrections"] = newer


def _is_last(reply: Reply, replies: Sequence[Reply]) -> bool:
    return all(other.pk <= reply.pk for other in replies if other.assignment == reply.assignment)


def _promises(
    proposal: Proposal, mine: Sequence[Assignment], user: User, at: datetime
) -> list[Own]:
    if proposal.replied_at is None:
        return []
    rows = Commitment.objects.filter(
        proposal=proposal, state=CommitmentState.OPEN, reply__assignment__in=mine
    )
    found = []
    seen = visible(user, rows.select_related("reply"), localdate(at))
    for row in seen.order_by(F("due_on").asc(nulls_last=True), "id"):
        row.proposal = proposal
        row.reply.assignment = next(t for t in mine if t.pk == row.reply.assignment_id)
        found.append(_own(row, _("承诺：%(text)s") % {"text": row.text[:40]}, user))
    return found


def panel(request: HttpRequest, proposal: Proposal, buttons: list[Action]) -> dict[str, Any] | None:
    """What stands beside a proposal for somebody of a unit: the next steps of its own part."""
    user: Any = request.user
    roles = {post.role for post in posts_of(user, clock.today())}
    if not roles & {Role.UNIT_LIAISON, Role.UNIT_HANDLER, Role.UNIT_SIGNATORY}:
        return None
    own = own_of(proposal, user, clock.now())
    return {"own": own} if own else None


PANELS.append(Panel("proposals/handling/_panel.html", panel))
