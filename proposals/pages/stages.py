"""Where a proposal stands, as every page tells it: the bar of its life, and what comes next."""

from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.punctuation import listed
from members.reader import Reader
from proposals.due_dates import Clock
from proposals.enums import STOPPED, Tone
from proposals.enums import ProposalState as S
from proposals.models import Proposal
from proposals.permissions import give_rules


class Stage(TextChoices):
    """The stages of a life as its proposer sees it (起草 to 办结)."""

    DRAFTED = "drafted", _("起草")
    SUBMITTED = "submitted", _("提交")
    REVIEWED = "reviewed", _("审查")
    FILED = "filed", _("立案")
    ASSIGNED = "assigned", _("交办")
    HANDLED = "handled", _("办理")
    REPLIED = "replied", _("答复")
    RATED = "rated", _("评价")
    CONCLUDED = "concluded", _("办结")


STAGE_OF_STATE: dict[str, Stage] = {
    S.DRAFT: Stage.DRAFTED,
    S.DISCARDED: Stage.DRAFTED,
    S.RETURNED: Stage.SUBMITTED,
    S.SUBMITTED: Stage.REVIEWED,
    S.REVIEWING: Stage.REVIEWED,
    S.NOT_FILED: Stage.FILED,
    S.MERGED: Stage.FILED,
    S.WITHDRAWN: Stage.FILED,
    S.FILED: Stage.ASSIGNED,
    S.PRE_ASSIGNED: Stage.ASSIGNED,
    S.ASSIGNED: Stage.HANDLED,
    S.HANDLING: Stage.HANDLED,
    S.REPLIED: Stage.RATED,
    S.ESCALATED: Stage.RATED,
    S.CONCLUDED: Stage.CONCLUDED,
}
"""The stage that a state is in; those before it are done."""


def bar(proposal: Proposal) -> list[dict[str, Any]]:
    """The bar of a proposal's life: one mark a stage, in order, each with the day it was done.

    Its ``standing`` is done, now, ahead, or stopped where it ended early.
    """
    order = list(Stage)
    here = len(order)
    if proposal.state != S.CONCLUDED:
        here = order.index(STAGE_OF_STATE[proposal.state])
    dates: dict[Stage, datetime | None] = {
        Stage.DRAFTED: proposal.created_at,
        Stage.SUBMITTED: proposal.received_at,
        Stage.FILED: proposal.filed_at,
        Stage.ASSIGNED: proposal.assigned_at,
        Stage.REPLIED: proposal.replied_at,
        Stage.CONCLUDED: proposal.concluded_at,
    }
    marks = []
    for at, stage in enumerate(order):
        standing = "done" if at < here else "ahead"
        if at == here:
            standing = "stopped" if proposal.state in STOPPED else "now"
        moment = dates.get(stage)
        on = localdate(moment) if moment is not None and standing == "done" else None
        marks.append({"stage": stage, "standing": standing, "on": on})
    return marks


def coming(proposal: Proposal, reader: Reader) -> list[dict[str, str]]:
    """The main steps that lead on from the present state, with who takes them (``roles``).

    An empty list when its life is over.
    """
    rules = give_rules(proposal, reader)
    leading = [
        step
        for step in proposal.all_steps().values()
        if step.tone == Tone.PRIMARY and step.targets and proposal.state in step.source
    ]
    if len(leading) > 1:  # what they ask for tells which is next
        ready = [step for step in leading if all(met(proposal) for met in step.conditions)]
        leading = ready or leading
    return [
        {
            "label": str(step.label),
            "roles": listed(str(role.label) for role in step.who.roles_on(proposal, rules)),
        }
        for step in leading
    ]


def waiting_on(proposal: Proposal, clock: Clock | None, reader: Reader) -> str:
    """With whom the proposal is now, in a line."""
    if clock is not None and clock.words:
        return clock.words
    steps = coming(proposal, reader)
    state: Any = proposal.get_state_display()
    if not steps:
        return str(state)
    return _t("%(state)s，等待%(roles)s%(step)s") % {
        "state": state,
        "roles": steps[0]["roles"],
        "step": steps[0]["label"],
    }
