"""The subjects of the permission matrix: every machine in every state and relation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from members.enums import AssignmentRole, Channel, DutyKind, Role
from proposals.enums import (
    ASSIGNED_STATES,
    AWAITING_FILING,
    AssignmentState,
    CosignatureState,
    PreAssignmentState,
    ProposalState,
    Publicity,
    ReplyState,
)
from proposals.machine.subject import Subject
from proposals.models import (
    Assignment,
    AssignmentBatch,
    Attachment,
    Clue,
    Commitment,
    Cosignature,
    Event,
    ExtensionRequest,
    Feedback,
    MergeCandidate,
    PreAssignment,
    Proposal,
    Reply,
    ReturnRequest,
    Scan,
    Theme,
)
from supervision.enums import KEY_STATES, KeyTopicState
from supervision.models import (
    CalendarChange,
    ChaseNotice,
    Duty,
    Instruction,
    KeyTopic,
    Milestone,
    Reminder,
    TopicFile,
)
from tests.factories import proposals as make
from tests.factories import supervision as put
from tests.factories.proposals import CommitteeWithUsers

NOW = make.CONCLUDED_AT

PEOPLE = {
    Role.MEMBER: "lead",
    Role.COLLECTIVE_CONTACT: "contact",
    Role.COMMITTEE_CLERK: "clerk",
    Role.COMMITTEE_REVIEWER: "reviewer",
    Role.COMMITTEE_DIRECTOR: "director",
    Role.ASSIGNING_OFFICER: "assigner",
    Role.INSPECTION_OFFICER: "inspector",
    Role.UNIT_LIAISON: "A liaison",
    Role.UNIT_HANDLER: "A handler",
    Role.UNIT_SIGNATORY: "A signatory",
    Role.LEADING_SUPERVISOR: "supervisor",
    Role.COMMITTEE_ADMINISTRATOR: "administrator",
    Role.AUDITOR: "auditor",
}
"""Somebody of each role of a committee."""


@dataclass
class SubjectCase:
    """A subject in a state, under a title that tells which of several it is.

    ``taken_by`` narrows the steps to those of a role, where another case asks about the rest.
    """

    model: type[Subject]
    title: str
    make: Callable[[str], Subject]
    states: list[str] = field(default_factory=list)
    taken_by: Role | None = None

    def __post_init__(self) -> None:
        self.states = self.states or [str(s) for s, _label in self._choices()]

    def _choices(self) -> Any:
        return self.model._meta.get_field("state").choices


OF_A_BODY = (
    ProposalState.DRAFT,
    ProposalState.RETURNED,
    ProposalState.SUBMITTED,
    ProposalState.FILED,
    ProposalState.HANDLING,
)


class SubjectsInEveryState(CommitteeWithUsers):
    """A place whose people stand in every relation to a proposal."""

    def cases(self) -> list[SubjectCase]:
        """Every machine, in the states and relations that tell people apart."""
        undecided = [CosignatureState.INVITED, CosignatureState.DECLINED]
        return [
            SubjectCase(Proposal, "of members", self.proposal),
            SubjectCase(
                Proposal,
                "of a body",
                partial(self.proposal, body=self.body),
                [*OF_A_BODY],
                taken_by=Role.COLLECTIVE_CONTACT,
            ),
            SubjectCase(Cosignature, "on a draft", partial(self.cosignature, ProposalState.DRAFT)),
            SubjectCase(
                Cosignature,
                "on a submitted proposal",
                partial(self.cosignature, ProposalState.SUBMITTED),
                [*undecided],
            ),
            SubjectCase(PreAssignment, "asked of unit A", self.pre_assignment),
            SubjectCase(MergeCandidate, "", self.merge_candidate),
            SubjectCase(Clue, "", self.clue),
            SubjectCase(AssignmentBatch, "", self.batch),
            SubjectCase(Assignment, "of unit A, which leads", partial(self.task, "A")),
            SubjectCase(
                Assignment,
                "of unit B, which assists",
                partial(self.task, "B"),
                [AssignmentState.ISSUED, AssignmentState.HANDLING, AssignmentState.REPLIED],
            ),
            SubjectCase(ReturnRequest, "of unit A", self.return_request),
            SubjectCase(ExtensionRequest, "of unit A", self.extension_request),
            SubjectCase(Reply, "open, of unit A", self.reply),
            SubjectCase(
                Reply,
                "kept closed, of unit A",
                partial(self.reply, publicity=Publicity.CLOSED),
                [ReplyState.DRAFTING, ReplyState.DELIVERED],
                taken_by=Role.COLLECTIVE_CONTACT,
            ),
            SubjectCase(Feedback, "of the lead on unit A's reply", self.feedback),
            SubjectCase(
                Feedback,
                "of a body",
                partial(self.feedback, body=self.body),
                taken_by=Role.COLLECTIVE_CONTACT,
            ),
            SubjectCase(Commitment, "of unit A", self.commitment),
            SubjectCase(CalendarChange, "", self.calendar_change),
            SubjectCase(KeyTopic, "nominated by contact 2, supervised by contact", self.key_topic),
            SubjectCase(
                KeyTopic,
                "nominated by unit C",
                partial(self.key_topic, nominating_unit="C"),
                [KeyTopicState.NOMINATED, KeyTopicState.NOT_CHOSEN],
            ),
            SubjectCase(Milestone, "supervised by contact", self.milestone),
            SubjectCase(Instruction, "to unit A", partial(self.instruction, "A")),
            SubjectCase(Instruction, "to the office", partial(self.instruction, "")),
        ]

    def proposal(self, state: str, **more: Any) -> Proposal:
        lead = {} if "body" in more else {"lead": self.members["lead"]}
        proposal: Proposal = make.ProposalFactory(
            committee=self.committee, state=state, **lead, **more
        )
        if lead:
            self.signatures(proposal)
        if state == ProposalState.PRE_ASSIGNED:
            make.PreAssignmentFactory(proposal=proposal, unit=self.units["A"])
        if state in ASSIGNED_STATES:
            self.tasks(proposal)
        return proposal

    def signatures(self, proposal: Proposal) -> None:
        """One has signed; one has been asked, which lapses with the decision."""
        open_still = proposal.state in (
            ProposalState.DRAFT,
            ProposalState.RETURNED,
            *AWAITING_FILING,
        )
        states = {
            "cosigner": CosignatureState.AGREED,
            "invitee": CosignatureState.INVITED if open_still else CosignatureState.LAPSED,
        }
        for name, state in states.items():
            make.CosignatureFactory(proposal=proposal, member=self.members[name], state=state)

    def tasks(self, proposal: Proposal) -> dict[str, Assignment]:
        """Unit A leads, unit B assists, and unit D had unit A's task before."""
        state = AssignmentState.HANDLING
        if proposal.state == ProposalState.ASSIGNED:
            state = AssignmentState.ISSUED
        if proposal.state in (ProposalState.REPLIED, ProposalState.ESCALATED):
            state = AssignmentState.REPLIED
        if proposal.state == ProposalState.CONCLUDED:
            state = AssignmentState.CLOSED
        rows = {
            "D": (AssignmentRole.LEAD, AssignmentState.REASSIGNED),
            "A": (AssignmentRole.LEAD, state),
            "B": (AssignmentRole.ASSIST, state),
        }
        return {
            unit: make.AssignmentFactory(
                proposal=proposal, unit=self.units[unit], role=role, state=state
            )
            for unit, (role, state) in rows.items()
        }

    def cosignature(self, of: str, state: str) -> Cosignature:
        proposal = make.ProposalFactory(
            committee=self.committee, state=of, lead=self.members["lead"]
        )
        make.CosignatureFactory(
            proposal=proposal, member=self.members["cosigner"], state=CosignatureState.AGREED
        )
        return make.CosignatureFactory(
            proposal=proposal, member=self.members["invitee"], state=state
        )

    def pre_assignment(self, state: str) -> PreAssignment:
        proposal = make.ProposalFactory(
            committee=self.committee,
            state=ProposalState.PRE_ASSIGNED,
            lead=self.members["lead"],
        )
        make.PreAssignmentFactory(
            proposal=proposal, unit=self.units["B"], state=PreAssignmentState.ASKED
        )
        return make.PreAssignmentFactory(proposal=proposal, unit=self.units["A"], state=state)

    def clue(self, state: str) -> Clue:
        clue: Clue = make.ClueFactory(committee=self.committee, state=state)
        return clue

    def batch(self, state: str) -> AssignmentBatch:
        return make.AssignmentBatchFactory(committee=self.committee, state=state)

    def merge_candidate(self, state: str) -> MergeCandidate:
        of = partial(self.proposal, ProposalState.SUBMITTED)
        return make.MergeCandidateFactory(
            committee=self.committee, state=state, members=[of(), of()]
        )

    def task(self, unit: str, state: str) -> Assignment:
        """In a state of its own; a task that was taken away went to another unit."""
        at_end = {
            AssignmentState.REPLIED: ProposalState.REPLIED,
            AssignmentState.CLOSED: ProposalState.CONCLUDED,
        }
        proposal = self.proposal(at_end.get(AssignmentState(state), ProposalState.HANDLING))
        task = proposal.assignments.get(unit=self.units[unit])
        done = make.REPLIED_AT if state in at_end else None
        Assignment.objects.filter(pk=task.pk).update(state=state, replied_at=done, opinion="同意。")
        return Assignment.objects.get(pk=task.pk)

    def return_request(self, state: str) -> ReturnRequest:
        task = self.task("A", AssignmentState.ACKNOWLEDGED)
        return make.ReturnRequestFactory(
            assignment=task, state=state, suggested_unit=self.units["C"]
        )

    def extension_request(self, state: str) -> ExtensionRequest:
        return make.ExtensionRequestFactory(
            assignment=self.task("A", AssignmentState.HANDLING), state=state
        )

    def reply(self, state: str, body: Any = None, **more: Any) -> Reply:
        out = state in (ReplyState.DELIVERED, ReplyState.SUPERSEDED)
        of = ProposalState.REPLIED if out else ProposalState.HANDLING
        proposal = self.proposal(of, **({"body": body} if body else {}))
        task = proposal.assignments.get(unit=self.units["A"])
        return make.ReplyFactory(
            assignment=task, proposal=proposal, state=state, inspection_note="可以发出。", **more
        )

    def feedback(self, state: str, body: Any = None) -> Feedback:
        return make.FeedbackFactory(reply=self.reply(ReplyState.DELIVERED, body=body), state=state)

    def commitment(self, state: str) -> Commitment:
        return make.CommitmentFactory(reply=self.reply(ReplyState.DELIVERED), state=state)

    def calendar_change(self, state: str) -> CalendarChange:
        change: CalendarChange = put.CalendarChangeFactory(committee=self.committee, state=state)
        return change

    def key_topic(self, state: str, nominating_unit: str = "") -> KeyTopic:
        """Of a proposal that units A and B have in hand; who supervises it is decided."""
        decided = {"supervising_body": self.body, "led_by": [self.users["supervisor"]]}
        nominated = {"nominating_body": self.other_body}
        if nominating_unit:
            nominated = {"nominating_unit": self.units[nominating_unit]}
        topic: KeyTopic = put.KeyTopicFactory(
            committee=self.committee,
            state=state,
            of=[self.proposal(ProposalState.HANDLING)],
            **nominated,
            **(decided if state in (*KEY_STATES, KeyTopicState.CANCELLED) else {}),
        )
        return topic

    def milestone(self, state: str) -> Milestone:
        topic = self.key_topic(KeyTopicState.SUPERVISING)
        milestone: Milestone = put.MilestoneFactory(topic=topic, state=state)
        return milestone

    def instruction(self, unit: str, state: str) -> Instruction:
        instruction: Instruction = put.InstructionFactory(
            topic=self.key_topic(KeyTopicState.SUPERVISING),
            unit=self.units[unit] if unit else None,
            state=state,
        )
        return instruction


def attachments(subjects: SubjectsInEveryState) -> dict[str, Attachment]:
    """A file of each stage, beside a subject in each state that matters."""
    of = subjects.proposal
    draft, submitted, handling = (
        of(state)
        for state in (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.HANDLING)
    )
    written, out = subjects.reply(ReplyState.DRAFTING), subjects.reply(ReplyState.DELIVERED)
    closed = subjects.reply(ReplyState.DELIVERED, publicity=Publicity.CLOSED)

    def file(proposal: Proposal, stage: str = "proposal", **more: Any) -> Attachment:
        attachment = Attachment(
            proposal=proposal,
            stage=stage,
            name="附件.txt",
            extension="txt",
            size=2,
            sha256="0" * 64,
            uploaded_by=subjects.users["lead"],
            uploaded_at=NOW,
            **more,
        )
        attachment.file.save("附件.txt", ContentFile("文".encode()))
        return attachment

    before, after = make.RECEIVED_AT.replace(year=2023), make.RECEIVED_AT.replace(year=2025)
    return {
        "of a draft": file(draft),
        "of a submitted proposal": file(submitted),
        "of a proposal in hand": file(handling),
        "removed before it was handed in": file(handling, removed_at=before),
        "removed when it had been sent back": file(handling, removed_at=after),
        "of a drafted reply": file(written.proposal, "reply", reply=written),
        "of a delivered open reply": file(out.proposal, "reply", reply=out),
        "of a delivered closed reply": file(closed.proposal, "reply", reply=closed),
        "scan of a paper rating": file(out.proposal, "feedback"),
    }


def event_of(subject: Subject, subjects: SubjectsInEveryState) -> Event:
    """A line of the ledger about the subject; its hash is not looked at here."""
    root = subject.root
    return Event.objects.create(
        subject_kind=subject.kind,
        subject_id=subject.pk,
        sequence=1,
        proposal=root,
        committee=subjects.committee,
        action="x",
        target=subject.state,
        channel=Channel.SYSTEM,
        at=NOW,
        hash="0" * 64,
    )


def merge_work(subjects: SubjectsInEveryState) -> dict[str, Scan | Theme]:
    """A scan of the session, and a theme made of a group that it found."""
    session = make.session_of(subjects.committee)
    scan = Scan.objects.create(committee=subjects.committee, session=session, asked_at=NOW)
    theme = Theme.objects.create(
        committee=subjects.committee,
        session=session,
        name="停车",
        created_by=subjects.users["clerk"],
        created_at=NOW,
    )
    return {"scan": scan, "theme": theme}


def chasing(subjects: SubjectsInEveryState) -> dict[str, Reminder | ChaseNotice | TopicFile]:
    """The record of a reminder, a document that chases, and a paper of a supervision."""
    duty = duties(subjects)["of unit A"]
    reminder = Reminder.objects.create(
        duty=duty, date_version=1, step="-3d", state="nobody", moment=NOW, at=NOW
    )
    notice = ChaseNotice.objects.create(
        committee=subjects.committee,
        kind="chase",
        year=2024,
        serial=1,
        number="1",
        unit=subjects.units["A"],
        addressee="甲局",
        title="催办单",
        text="请办理",
        issued_at=NOW,
    )
    file = TopicFile.objects.create(
        topic=subjects.key_topic(KeyTopicState.SUPERVISING),
        name="现场.png",
        extension="png",
        size=1,
        sha256="0" * 64,
        uploaded_by=subjects.users["clerk"],
        uploaded_at=NOW,
    )
    return {"reminder of unit A": reminder, "chase notice to unit A": notice, "topic file": file}


def events(subjects: SubjectsInEveryState) -> dict[str, Event]:
    """A line about every kind of subject, and about a proposal in each state that matters."""
    states = (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.HANDLING)
    found = {f"of a proposal: {s}": event_of(subjects.proposal(s), subjects) for s in states}
    for case in subjects.cases():
        if case.model is not Proposal:
            state = case.states[0]
            subject = case.make(state)
            name = f"of a {case.model._meta.model_name} {case.title}".strip()
            found[f"{name}: {state}"] = event_of(subject, subjects)
    return found


def duties(subjects: SubjectsInEveryState) -> dict[str, Duty]:
    """What everybody can owe, each on a proposal of which it can be owed."""
    proposal, draft = (
        subjects.proposal(ProposalState.HANDLING),
        subjects.proposal(ProposalState.DRAFT),
    )
    unit, members = subjects.units["A"], subjects.members
    liaison = Role.UNIT_LIAISON

    topic = subjects.key_topic(KeyTopicState.SUPERVISING)

    def duty(kind: DutyKind, role: Role, of: Proposal | KeyTopic = proposal, **holder: Any) -> Duty:
        return Duty.objects.create(
            kind=kind,
            subject_kind="keytopic" if isinstance(of, KeyTopic) else "any",
            subject_id=of.pk,
            proposal=None if isinstance(of, KeyTopic) else of,
            committee=subjects.committee,
            role=role,
            opened_by=event_of(subjects.batch("issued"), subjects),
            opened_at=NOW,
            due_at=NOW,
            first_due_at=NOW,
            basis="规则",
            terms={
                "anchor_at": NOW.isoformat(),
                "set_at": NOW.isoformat(),
                "set_to": NOW.isoformat(),
            },
            dated_at=NOW,
            **holder,
        )

    return {
        "of the invitee: draft": duty(
            DutyKind.COSIGN, Role.MEMBER, draft, member=members["invitee"]
        ),
        "of the lead": duty(DutyKind.FEEDBACK, Role.MEMBER, member=members["lead"]),
        "of a body": duty(DutyKind.REHANDLE, Role.COLLECTIVE_CONTACT, body=subjects.body),
        "of unit A": duty(DutyKind.REPLY, liaison, unit=unit),
        "of the assigner": duty(DutyKind.RETURN_DECISION, Role.ASSIGNING_OFFICER),
        "of the director": duty(DutyKind.EXTENSION_DECISION, Role.COMMITTEE_DIRECTOR),
        "of a supervising body: key topic": duty(
            DutyKind.SUPERVISION, Role.COLLECTIVE_CONTACT, topic, body=subjects.body
        ),
        "of unit A: proposal of a key topic": duty(
            DutyKind.REPLY, liaison, topic.proposals.get(), unit=unit
        ),
    }
