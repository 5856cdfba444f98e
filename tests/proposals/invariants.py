"""What must hold whatever anybody has done, in whatever order and however often."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db import connection
from django.db.models import Q, Sum

from members import clock
from members.enums import ANSWERING_ROLES, DutyKind
from members.selectors import rules_for
from proposals import enums, ledger
from proposals.enums import UNANSWERED
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Assignment, Event, Proposal, Series
from proposals.models.series import RECEIPTS
from supervision import deadlines
from supervision.deadline_facts import facts_of
from supervision.enums import SUPERVISED_STATES, UNMET, InstructionState, KeyTopicState
from supervision.models import Duty

MODELS = {str(model._meta.model_name): model for model in ALL_SUBJECTS}

OWING: dict[DutyKind, tuple[str, tuple[str, ...]]] = {
    DutyKind.COSIGN: ("cosignature", (enums.CosignatureState.INVITED,)),
    DutyKind.PRE_ASSIGNMENT: ("preassignment", (enums.PreAssignmentState.ASKED,)),
    DutyKind.ACKNOWLEDGE: ("assignment", (enums.AssignmentState.ISSUED,)),
    DutyKind.RETURN_WINDOW: ("assignment", UNANSWERED),
    DutyKind.RETURN_DECISION: ("returnrequest", enums.RETURN_OPEN),
    DutyKind.ASSIST_OPINION: ("assignment", UNANSWERED),
    DutyKind.REPLY: ("assignment", UNANSWERED),
    DutyKind.REHANDLE: ("assignment", UNANSWERED),
    DutyKind.INSPECTION: ("reply", (enums.ReplyState.INSPECTION,)),
    DutyKind.FEEDBACK: ("feedback", (enums.FeedbackState.SENT,)),
    DutyKind.EXTENSION_DECISION: ("extensionrequest", (enums.ExtensionState.REQUESTED,)),
    DutyKind.COMMITMENT: ("commitment", (enums.CommitmentState.OPEN,)),
    DutyKind.FOLLOW_UP: ("proposal", (enums.ProposalState.CONCLUDED,)),
    DutyKind.SUPERVISION_PLAN: ("keytopic", (KeyTopicState.ANNOUNCED,)),
    DutyKind.SUPERVISION: ("keytopic", SUPERVISED_STATES),
    DutyKind.SUPERVISION_REPORT: ("keytopic", (KeyTopicState.SUPERVISING,)),
    DutyKind.MILESTONE: ("milestone", UNMET),
    DutyKind.INSTRUCTION: ("instruction", (InstructionState.OPEN,)),
}
"""Each kind of duty with the subject and the states in which it can be owed."""

ALWAYS_OWED = set(OWING) - {
    DutyKind.RETURN_WINDOW,  # ends with the request
    DutyKind.ASSIST_OPINION,  # one of these three, see _work_without_a_date
    DutyKind.REPLY,
    DutyKind.REHANDLE,
    DutyKind.FOLLOW_UP,  # only for some results
    DutyKind.SUPERVISION,  # only once a reply date is known
    DutyKind.SUPERVISION_REPORT,  # only after the last milestone
}
"""Kinds that a subject in such a state owes without exception."""


def broken(at: datetime, since: int = 0) -> list[str]:
    """Everything that does not hold at ``at``, in words; events up to ``since`` are known good."""
    found = chain(
        _faults_of_the_ledger(),
        _undeclared_moves(since),
        _lost_events(),
        _gaps_in_numbers(),
        _wrong_roll_ups(at),
        _wrong_families(),
        _duties_nobody_owes(),
        _debts_without_a_duty(at),
        _questions_about_nothing(),
    )
    return list(found)


def _faults_of_the_ledger() -> Iterator[str]:
    """All but that factories make posts without an event; nobody here gives or ends one."""
    return (fault for fault in ledger.faults() if not fault.startswith("职务 "))


def fingerprint() -> tuple[int, ...]:
    """Changes with every row that is added, removed or moved."""
    sums = [("count(*)", table) for table in connection.introspection.django_table_names()]
    sums += [("sum(version)", model._meta.db_table) for model in ALL_SUBJECTS]
    sums += [("sum(last)", Series._meta.db_table), ("count(closed_at)", Duty._meta.db_table)]
    # Names of our own tables only.
    query = ", ".join(f"(SELECT {figure} FROM {table})" for figure, table in sums)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {query}")
        return tuple(cursor.fetchone())


def _undeclared_moves(since: int) -> Iterator[str]:
    for event in Event.objects.filter(pk__gt=since):
        model = MODELS[event.subject_kind]
        step = model.all_steps()[event.action]
        states = {state for state, _label in model._meta.get_field("state").choices}
        if event.source not in step.source or event.target not in (step.targets or [event.source]):
            yield f"{event}: {event.source} → {event.target} is not declared"
        if event.target not in states:
            yield f"{event}: there is no state {event.target}"


def _lost_events() -> Iterator[str]:
    versions = sum(
        model.objects.aggregate(all=Sum("version"))["all"] or 0 for model in ALL_SUBJECTS
    )
    if versions != Event.objects.count():
        yield f"{Event.objects.count()} events, but versions add up to {versions}"


def _gaps_in_numbers() -> Iterator[str]:
    given: dict[tuple[int, str], list[int]] = defaultdict(list)
    for proposal in Proposal.objects.exclude(session=None):
        digits = re.findall(r"\d+", proposal.receipt_no)
        given[proposal.session_id, RECEIPTS].append(int(digits[-1]))
        if proposal.case_no:
            given[proposal.session_id, proposal.case_series].append(proposal.case_serial)
    last = {(row.session_id, row.name): row.last for row in Series.objects.all()}
    if set(last) != set(given):
        yield f"series {sorted(last)}, but numbers in {sorted(given)}"
    for series, serials in given.items():
        if sorted(serials) != list(range(1, last.get(series, 0) + 1)):
            yield f"{series}: {sorted(serials)}, counted to {last.get(series)}"


def _wrong_roll_ups(at: datetime) -> Iterator[str]:
    state = enums.ProposalState
    for proposal in Proposal.objects.select_related("committee"):
        with clock.at(at):
            proposal.rules = rules_for(proposal.committee, clock.today())
        for step in proposal.all_steps().values():
            ready = step.rollup and proposal.state in step.source
            if ready and all(condition(proposal) for condition in step.conditions):
                yield f"{proposal.pk} is {proposal.state} and could {step.name}"
        answering = set(proposal.assignments.answering().values_list("state", flat=True))
        wanted = {
            state.REPLIED: {"replied"},
            state.ESCALATED: {"replied"},
            state.CONCLUDED: {"closed"},
        }.get(proposal.state, answering)
        if answering != wanted or (proposal.state in enums.IN_HANDS and not answering):
            yield f"{proposal.pk} is {proposal.state}, but its units' tasks are {answering}"
        if proposal.state == state.WITHDRAWN and answering & set(UNANSWERED):
            yield f"{proposal.pk} is withdrawn, but units still work on it"


def _wrong_families() -> Iterator[str]:
    for proposal in Proposal.objects.select_related("merged_into"):
        host = proposal.merged_into
        if (proposal.state == enums.ProposalState.MERGED) != (host is not None):
            yield f"{proposal.pk} is {proposal.state}, but its host is {host}"
        if host is not None and host.state not in enums.FILED_STATES:
            yield f"{proposal.pk} is merged into {host.pk}, which is {host.state}"


def _duties_nobody_owes() -> Iterator[str]:
    for duty in Duty.objects.open():
        kind, states = OWING[DutyKind(duty.kind)]
        subject = MODELS[kind].objects.filter(pk=duty.subject_id).first()
        if duty.subject_kind != kind or subject is None or subject.state not in states:
            yield f"{duty.kind} is owed on {duty.subject_kind} {subject} that is {subject.state}"
        if duty.kind in (DutyKind.REPLY, DutyKind.ASSIST_OPINION):
            answers = subject.role in ANSWERING_ROLES
            if answers != (duty.kind == DutyKind.REPLY):
                yield f"{duty.kind} is owed by a unit in the role of {subject.role}"


def _debts_without_a_duty(at: datetime) -> Iterator[str]:
    open_now = defaultdict(set)
    for duty in Duty.objects.open():
        open_now[duty.subject_kind, duty.subject_id].add(duty.kind)
    for kind in sorted(ALWAYS_OWED):
        name, states = OWING[kind]
        for subject in MODELS[name].objects.filter(state__in=states):
            if kind not in open_now[name, subject.pk] and _has_a_limit(subject, kind, at):
                yield f"{name} {subject.pk} is {subject.state}, but nobody owes {kind}"
    for task in Assignment.objects.filter(state__in=UNANSWERED):
        if not open_now["assignment", task.pk] & {"reply", "assist_opinion", "rehandle"}:
            yield f"unit {task.unit_id} works on {task.proposal_id} without a date"


def _has_a_limit(subject: object, kind: DutyKind, at: datetime) -> bool:
    with clock.at(at):
        rules = rules_for(subject.committee, clock.today())
    return deadlines.rule_for(rules.deadlines, kind, facts_of(subject, kind, at)) is not None


def _questions_about_nothing() -> Iterator[str]:
    """Requests, forms and drafts whose answer can no longer have any effect."""
    gone = ~Q(assignment__state__in=UNANSWERED)
    for name, states in (
        ("returnrequest", enums.RETURN_OPEN),
        ("extensionrequest", (enums.ExtensionState.REQUESTED,)),
    ):
        for request in MODELS[name].objects.filter(gone, state__in=states):
            yield f"{name} {request.pk} is open, but its task is {request.assignment.state}"
    forms = MODELS["feedback"].objects.filter(state=enums.FeedbackState.SENT)
    for form in forms.exclude(proposal__state__in=enums.RATEABLE):
        yield f"feedback {form.pk} is awaited, but its proposal is {form.proposal.state}"
    drafts = MODELS["reply"].objects.filter(state__in=enums.ON_ITS_WAY, corrects=None)
    for draft in drafts.filter(gone):
        yield f"reply {draft.pk} is {draft.state}, but its task is {draft.assignment.state}"
