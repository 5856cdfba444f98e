"""The tabs about handling on the page of a proposal: tasks, contacts, opinions, replies."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.enums import AssignmentRole, ProposerKind
from members.reader import Reader
from members.visibility import visible
from proposals.due_dates import due_dates
from proposals.enums import LIVE_ASSIGNMENTS, UNANSWERED
from proposals.machine.step import declared_step
from proposals.models import Assignment, ExtensionRequest, Proposal, ReturnRequest
from proposals.pages.handling.replies import answers_of
from proposals.pages.handling.tasks import own_tasks, tasks_of, with_contacts
from proposals.pages.proposal import Action, Tab, actions


def handling(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The tasks and their requests: five queries."""
    tasks = tasks_of(proposal, reader)
    due = due_dates().dates_on(Assignment, [task.pk for task in tasks], reader) if tasks else {}
    requests = _requests(tasks, reader)
    mine = {task.pk for task in own_tasks(proposal, reader)}
    lines: list[dict[str, Any]] = [
        {
            "task": task,
            "mine": task.pk in mine,
            "live": task.state in LIVE_ASSIGNMENTS,
            "due": due.get(task.pk),
            "actions": actions(task, reader),
            "requests": [
                (str(row._meta.verbose_name), row, actions(row, reader))
                for row in requests[task.pk]
            ],
        }
        for task in tasks
    ]
    lines.sort(key=lambda line: (not line["live"], not line["mine"]))
    return {"lines": lines}


def _requests(tasks: Sequence[Assignment], reader: Reader) -> dict[int, list[Any]]:
    """The return and extension requests of each task, the newest first."""
    known = {task.pk: task for task in tasks}
    found: dict[int, list[Any]] = defaultdict(list)
    for model, related in ((ReturnRequest, ["suggested_unit"]), (ExtensionRequest, [])):
        rows: Any = model.objects.filter(assignment__in=list(known)).select_related(*related)
        for row in visible(reader, rows).order_by("-id") if known else ():
            row.assignment = known[row.assignment_id]
            found[row.assignment_id].append(row)
    return found


def contacts(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The talks with the proposer, the latest first, and the form of those who add to them."""
    tasks = with_contacts(tasks_of(proposal, reader))
    records = [(record, task) for task in tasks for record in task.contact_records.all()]
    records.sort(key=lambda pair: pair[0].held_at, reverse=True)
    return {
        "records": records,
        "adding": _buttons(own_tasks(proposal, reader), Assignment.record_contact, reader),
    }


def opinions(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The opinions of the assisting units, and the units that still owe one."""
    tasks = tasks_of(proposal, reader)
    assisting = [
        task
        for task in tasks
        if task.role == AssignmentRole.ASSIST and task.state in LIVE_ASSIGNMENTS
    ]
    keys = [task.pk for task in assisting]
    due = due_dates().dates_on(Assignment, keys, reader) if keys else {}
    return {
        "given": [task for task in assisting if task.opinion],
        "waived": [task for task in assisting if task.waiver_reason and not task.opinion],
        "missing": [(t, due.get(t.pk)) for t in assisting if t.state in UNANSWERED],
        "giving": _buttons(own_tasks(proposal, reader), Assignment.give_opinion, reader),
        "leads": [task for task in tasks if task.role == AssignmentRole.LEAD],
    }


def _buttons(tasks: Iterable[Assignment], step: Callable[..., Any], reader: Reader) -> list[Action]:
    """The buttons of one step on the tasks, where the reader takes it."""
    found = [action for task in tasks for action in actions(task, reader)]
    return [action for action in found if action.step is declared_step(step)]


def replies(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The replies, and the buttons that begin one."""
    return {
        "answers": answers_of(proposal, reader),
        "beginning": _buttons(own_tasks(proposal, reader), Assignment.draft_reply, reader),
    }


def _works(proposal: Proposal, reader: Reader) -> bool:
    """Units and officials, once there are tasks."""
    reach = reader.reach
    inside = bool(reach.units) or proposal.committee_id in reach.officials
    return proposal.assigned_at is not None and inside


def _concerned(proposal: Proposal, reader: Reader) -> bool:
    """Those, and who proposes it: of a joint proposal it may be any member."""
    reach = reader.reach
    own = proposal.lead_id in reach.members or proposal.body_id in reach.bodies
    joint = bool(reach.members) and proposal.proposer_kind == ProposerKind.JOINT
    return _works(proposal, reader) or (proposal.assigned_at is not None and (own or joint))


def _is_answered(proposal: Proposal, reader: Reader) -> bool:
    """Everybody who sees it, once it is with units."""
    return proposal.assigned_at is not None


TABS = (
    Tab(
        "handling",
        _("办理"),
        "clipboard-list",
        "proposals/tabs/_handling.html",
        handling,
        _concerned,
        order=40,
    ),
    Tab(
        "contacts",
        _("沟通记录"),
        "phone",
        "proposals/tabs/_contacts.html",
        contacts,
        _concerned,
        order=42,
    ),
    Tab(
        "opinions",
        _("会办"),
        "users-group",
        "proposals/tabs/_opinions.html",
        opinions,
        _works,
        order=44,
    ),
    Tab(
        "replies",
        _("答复"),
        "mail",
        "proposals/tabs/_replies.html",
        replies,
        _is_answered,
        order=46,
    ),
)
