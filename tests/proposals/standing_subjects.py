"""A subject of every kind in every state, put there past the door, and what each step needs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from members.enums import AssignmentRole, Channel, DutyKind, Role
from members.selectors import rules_for
from proposals import models
from proposals.enums import (
    AssignmentState,
    ClueState,
    FeedbackState,
    ProposalState,
    PublicationScope,
    ReplyState,
)
from proposals.machine.step import Condition
from proposals.machine.subject import Subject
from proposals.models import MergeCandidate, Proposal
from proposals.models import assignment as assignments
from proposals.models.cosignature import awaiting_filing
from proposals.models.phases import assigning, concluding, drafting, reviewing
from proposals.models.reply import contacts_are_made
from proposals.models.return_request import higher_level
from proposals.models.series import RECEIPTS, Series
from supervision.enums import KeyTopicState
from supervision.models import Duty
from tests.factories import supervision as put
from tests.proposals.staffed_committee import StaffedCommittee

AT = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)


def standing_in(model: type[Subject], state: str, staffed: StaffedCommittee) -> Any:
    """A row of a machine in ``state``, with all that the database asks of it."""
    proposal = a_proposal(staffed, state if model is Proposal else ProposalState.HANDLING)
    if model is Proposal:
        proposal.suggestions.create(number=1, text="增设路灯")
        return proposal
    kind = str(model._meta.model_name)
    task = {"proposal": proposal, "unit": staffed.units[0], "role": "sole", "replied_at": AT}
    if kind == "assignment":
        return a_row(model, state, **task)
    day, addressee = date(2024, 9, 1), staffed.members[0]
    more: dict[str, dict[str, Any]] = {
        "cosignature": {"proposal": proposal, "member": staffed.members[1]},
        "preassignment": {"proposal": proposal, "unit": staffed.units[0], "role": "sole"},
        "assignmentbatch": {"committee": staffed.committee, "name": "批", "held_on": day},
        "clue": {
            "committee": staffed.committee,
            "published_at": AT,
            "closed_at": AT if state == ClueState.CLOSED else None,
        },
    }
    if kind in more:
        return a_row(model, state, **more[kind])
    if kind == "mergecandidate":
        session = {"committee": staffed.committee, "session": staffed.session}
        candidate: MergeCandidate = a_row(model, state, **session)
        extra = [a_proposal(staffed, ProposalState.SUBMITTED, str(at)) for at in (7, 8)]
        candidate.keep([{"proposal": one.pk, "score": 0.5} for one in (proposal, *extra)])
        return candidate
    if model.__module__.startswith("supervision"):
        return _of_supervision(kind, state, proposal, staffed)
    assignment = a_row(models.Assignment, AssignmentState.HANDLING, **task)
    if kind == "returnrequest":
        return a_row(model, state, assignment=assignment, suggested_unit=staffed.units[1])
    if kind == "extensionrequest":
        return a_row(model, state, assignment=assignment, new_due_on=day)
    answer = an_answer(assignment)
    if kind == "reply":
        return a_row(model, state, **answer)
    reply = a_row(models.Reply, ReplyState.DELIVERED, **answer)
    if kind == "commitment":
        return a_row(model, state, proposal=proposal, reply=reply, due_on=day)
    rated = {"rated_at": AT, "result": "satisfied"} if state == FeedbackState.RATED else {}
    form = {"proposal": proposal, "original": proposal, "reply": reply, "member": addressee}
    return a_row(model, state, **form, **rated)


def _of_supervision(kind: str, state: str, proposal: Proposal, staffed: StaffedCommittee) -> Any:
    where = {"committee": staffed.committee, "created_at": AT}
    if kind == "calendarchange":
        return put.CalendarChangeFactory(state=state, **where)
    topic = put.KeyTopicFactory(
        state=state if kind == "keytopic" else KeyTopicState.SUPERVISING,
        of=[proposal],
        led_by=[staffed.officer(Role.LEADING_SUPERVISOR)],
        supervising_body=staffed.body,
        **where,
    )
    if kind == "keytopic":
        return topic
    if kind == "milestone":
        past = date(2024, 1, 2)
        return put.MilestoneFactory(
            state=state, topic=topic, due_on=past, first_due_on=past, created_at=AT
        )
    return put.InstructionFactory(state=state, topic=topic, unit=staffed.units[0], created_at=AT)


def a_proposal(staffed: StaffedCommittee, state: str, number: str = "1") -> Proposal:
    s = ProposalState
    values: dict[str, Any] = {"committee": staffed.committee, "lead": staffed.members[0]}
    values |= {"situation": f"第 {number} 条街夜里很暗"}
    values |= {"channel": Channel.WEB, "proposer_kind": "individual", "title": "关于路灯的建议"}
    if state not in (s.DRAFT, s.DISCARDED):
        Series.objects.get_or_create(session=staffed.session, name=RECEIPTS, defaults={"last": 50})
        values |= {"session": staffed.session, "received_at": AT, "period_kind": "session"}
        values |= {"receipt_no": f"S{number}", "filed_at": AT}
        values |= {"case_no": number, "case_serial": int(number)}
    if state == s.NOT_FILED:
        values |= {"ground": "VAGUE", "disposition": "none", "notice": "不予立案"}
    if state == s.MERGED:
        host = a_proposal(staffed, s.FILED)
        Proposal.objects.filter(pk=host.pk).update(receipt_no="S2", case_no="2", case_serial=2)
        values |= {"merged_into": host, "state_before_merging": s.FILED}
    if state == s.CONCLUDED:
        values |= {"concluded_at": AT}
    return a_row(Proposal, state, **values)


def a_row(model: type[Subject], state: str, **values: Any) -> Any:
    """A row put there behind the door's back, as if it had lived."""
    row = model(created_at=AT, version=1, state=state, **values)
    model._default_manager.bulk_create([row])
    return model._default_manager.get(pk=row.pk)


def unborn(model: type[Subject], staffed: StaffedCommittee) -> Subject:
    """A subject that no step has brought into being yet, with all that one begins with."""
    row = standing_in(model, str(model._meta.get_field("state").choices[0][0]), staffed)
    machine = ("id", "state", "version", "ledger_hash", "created_at")
    fields = [field for field in model._meta.concrete_fields if field.name not in machine]
    values = {field.attname: getattr(row, field.attname) for field in fields}
    if isinstance(row, MergeCandidate):
        row.members.all().delete()
    elif isinstance(row, Proposal):
        row.suggestions.all().delete()
    type(row)._base_manager.filter(pk=row.pk).delete()
    return model(**values)


def read(subject: Subject) -> Any:
    """The row as it is now, with the rules that its conditions ask."""
    fresh = type(subject)._base_manager.get(pk=subject.pk)
    fresh.rules = rules_for(fresh.committee, timezone.localdate(AT))
    if fresh.root is not None and fresh.root is not fresh:
        fresh.root.rules = fresh.rules
    return fresh


# -- What a condition asks for ---------------------------------------------------------------


def change(row: Any, **values: Any) -> None:
    """Write columns past the door."""
    type(row)._base_manager.filter(pk=row.pk).update(**values)


def attach_file(proposal: Proposal) -> None:
    """A file is beside the proposal."""
    user = proposal.lead.user
    proposal.attachments.create(
        stage="proposal",
        name="附件.txt",
        extension="txt",
        size=3,
        sha256="0" * 64,
        uploaded_by=user,
        uploaded_at=AT,
    )


def review_in_every_round(proposal: Proposal) -> None:
    """All rounds of review are over."""
    change(proposal, rounds_done=len(read(proposal).rules.review.rounds))


def reply_to(proposal: Proposal) -> models.Reply:
    """The unit has answered."""
    unit = proposal.committee.units.order_by("pk").first()
    task = {"proposal": proposal, "unit": unit, "role": AssignmentRole.SOLE, "replied_at": AT}
    assignment = a_row(models.Assignment, AssignmentState.REPLIED, **task)
    return a_row(models.Reply, ReplyState.DELIVERED, **an_answer(assignment))


def an_answer(assignment: models.Assignment) -> dict[str, Any]:
    """What a reply that has been delivered consists of."""
    signed = {"signed_by": "王", "document_number": "1", "delivered_at": AT}
    return {"proposal": assignment.proposal, "assignment": assignment, "round": 1, **signed}


def rate_poorly(proposal: Proposal) -> None:
    """The proposer is not satisfied with the answer."""
    form = {"proposal": proposal, "original": proposal, "member": proposal.lead}
    rated = {"rated_at": AT, "result": "dissatisfied", "poor": True}
    a_row(models.Feedback, FeedbackState.RATED, reply=reply_to(proposal), **form, **rated)


def record_contact(reply: models.Reply) -> None:
    """The unit has talked with the proposer, before it began and while it worked."""
    user = reply.proposal.lead.user
    for stage in ("before", "during"):
        reply.assignment.contact_records.create(
            held_at=AT,
            recorded_at=AT,
            way="visit",
            stage=stage,
            persons="提案人",
            outcome="好",
            recorded_by=user,
        )


def know_every_level(request: models.ReturnRequest) -> None:
    """The rulebook knows all levels that decide on returned tasks."""
    rulebook = request.committee.rulebooks.get()
    rulebook.document["handling"]["returns"]["levels"] = ["office", "coordination", "leader"]
    rulebook.save()


def owe_a_reply(subject: models.Assignment | models.ExtensionRequest) -> None:
    """The unit owes its reply by a day in August."""
    assignment = getattr(subject, "assignment", subject)
    due = datetime(2024, 8, 20, 15, 59, 59, tzinfo=UTC)
    opened = models.Event.objects.create(
        subject_kind=assignment.kind,
        subject_id=assignment.pk,
        sequence=1,
        proposal=assignment.proposal,
        committee=assignment.committee,
        action="issue",
        target=AssignmentState.ISSUED,
        channel=Channel.SYSTEM,
        at=AT - timedelta(days=1),
        hash="0" * 64,
    )
    Duty.objects.create(
        kind=DutyKind.REPLY,
        subject_kind=assignment.kind,
        subject_id=assignment.pk,
        proposal=assignment.proposal,
        committee=assignment.committee,
        role=Role.UNIT_LIAISON,
        unit=assignment.unit,
        opened_by=opened,
        opened_at=opened.at,
        due_at=due,
        first_due_at=due,
        basis="规则",
        terms={"anchor_at": AT.isoformat(), "set_at": AT.isoformat(), "set_to": due.isoformat()},
        dated_at=AT,
    )


ARRANGED: dict[Condition, Any] = {
    assignments.assists: lambda task: change(task, role=AssignmentRole.ASSIST),
    assignments.clock_stands: lambda task: change(task, clock_stopped_at=AT),
    assigning.is_muted: lambda proposal: change(proposal, quiet_until=AT + timedelta(days=9)),
    awaiting_filing: lambda invited: change(invited.proposal, state=ProposalState.SUBMITTED),
    concluding.all_replied: reply_to,
    concluding.is_published: lambda proposal: change(
        proposal, publication_scope=PublicationScope.FULL
    ),
    concluding.no_more_rounds: lambda proposal: change(
        proposal, round=read(proposal).rules.feedback.max_rounds
    ),
    concluding.rated_poor: rate_poorly,
    contacts_are_made: record_contact,
    drafting.has_attachments: attach_file,
    higher_level: know_every_level,
    reviewing.rounds_are_done: review_in_every_round,
    reviewing.withdrawal_is_asked: lambda proposal: change(proposal, withdrawal_requested_at=AT),
}
"""How a condition comes to hold that does not hold of a subject that just stands there."""
