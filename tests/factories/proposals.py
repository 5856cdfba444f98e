"""One dull factory for each machine: a subject in the state that a test wants.

They write rows directly and so pass by the one door on purpose: what they make has no events.
``CommitteeWithUsers`` is a committee with somebody for every role.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from members.enums import (
    ANSWERING_ROLES,
    UNIT_ROLES,
    AssignmentRole,
    BodyKind,
    Channel,
    PeriodKind,
    ProposerKind,
    Role,
)
from members.models import Body, Committee, Member, Session, Unit, User
from proposals.enums import (
    ASSIGNED_STATES,
    FILED_STATES,
    HANDED_IN,
    AssignmentState,
    BatchState,
    ClueState,
    CommitmentState,
    CosignatureState,
    ExtensionState,
    FeedbackState,
    MergeCandidateState,
    PreAssignmentState,
    ProposalState,
    Publicity,
    ReplyState,
    ReturnState,
)
from proposals.models import (
    Assignment,
    AssignmentBatch,
    Clue,
    Commitment,
    Cosignature,
    ExtensionRequest,
    Feedback,
    MergeCandidate,
    PreAssignment,
    Proposal,
    Reply,
    ReturnRequest,
    Suggestion,
)
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    SessionFactory,
    TermFactory,
    UnitFactory,
    UserFactory,
)

RECEIVED_AT = datetime(2024, 1, 10, 2, 0, tzinfo=UTC)
FILED_AT = RECEIVED_AT + timedelta(days=5)
ASSIGNED_AT = RECEIVED_AT + timedelta(days=20)
REPLIED_AT = RECEIVED_AT + timedelta(days=60)
CONCLUDED_AT = RECEIVED_AT + timedelta(days=80)


def session_of(committee: Committee) -> Session:
    """The committee's first session, made if there is none."""
    return committee.sessions.first() or SessionFactory(term=TermFactory(committee=committee))


class SubjectFactory(DjangoModelFactory):
    """A subject after its first event, as far as the version tells."""

    class Meta:
        abstract = True

    version = 1
    created_at = RECEIVED_AT


class ProposalFactory(SubjectFactory):
    """A draft of one member; name a ``state`` or a ``body`` for another."""

    class Meta:
        model = Proposal
        skip_postgeneration_save = True

    class Params:
        handed_in = factory.LazyAttribute(lambda o: o.state in HANDED_IN)
        filed = factory.LazyAttribute(lambda o: o.state in FILED_STATES)
        not_filed = factory.LazyAttribute(lambda o: o.state == ProposalState.NOT_FILED)

    state = ProposalState.DRAFT
    committee = factory.SubFactory(CommitteeFactory)
    body: Body | None = None
    lead = factory.Maybe(
        "body",
        None,
        factory.SubFactory(MemberFactory, committee=factory.SelfAttribute("..committee")),
    )
    channel = Channel.WEB
    proposer_kind = factory.LazyAttribute(
        lambda o: ProposerKind.COLLECTIVE if o.body else ProposerKind.INDIVIDUAL
    )
    title = factory.Sequence(lambda n: f"关于缓解第{n}条街停车难的建议")
    situation = "老城区车位不足，居民停车难。"
    session = factory.LazyAttribute(lambda o: session_of(o.committee) if o.handed_in else None)
    period_kind = factory.LazyAttribute(lambda o: PeriodKind.SESSION if o.handed_in else "")
    received_at = factory.LazyAttribute(lambda o: RECEIVED_AT if o.handed_in else None)
    receipt_no = factory.LazyAttributeSequence(lambda o, n: f"S{n:05}" if o.handed_in else "")
    filed_at = factory.LazyAttribute(lambda o: FILED_AT if o.filed else None)
    case_series = factory.LazyAttribute(lambda o: "case:session" if o.filed else "")
    case_serial = factory.LazyAttributeSequence(lambda o, n: n + 1 if o.filed else None)
    case_no = factory.LazyAttribute(lambda o: f"{o.case_serial:04}" if o.filed else "")
    assigned_at = factory.LazyAttribute(
        lambda o: ASSIGNED_AT if o.state in ASSIGNED_STATES else None
    )
    concluded_at = factory.LazyAttribute(
        lambda o: CONCLUDED_AT if o.state == ProposalState.CONCLUDED else None
    )
    merged_into = factory.LazyAttribute(
        lambda o: (
            ProposalFactory(committee=o.committee, state=ProposalState.FILED)
            if o.state == ProposalState.MERGED
            else None
        )
    )
    state_before_merging = factory.LazyAttribute(
        lambda o: ProposalState.SUBMITTED if o.merged_into else ""
    )
    ground = factory.LazyAttribute(lambda o: "VAGUE" if o.not_filed else "")
    disposition = factory.LazyAttribute(lambda o: "opinion" if o.not_filed else "")
    notice = factory.LazyAttribute(lambda o: "没有具体建议，转为意见。" if o.not_filed else "")

    @factory.post_generation
    def suggestions(
        self: Proposal, create: bool, extracted: Sequence[str] | None, **kwargs: Any
    ) -> None:
        if create:
            texts = ["新建停车场"] if extracted is None else extracted
            Suggestion.objects.bulk_create(
                Suggestion(proposal=self, number=number, text=text)
                for number, text in enumerate(texts, start=1)
            )


class CosignatureFactory(SubjectFactory):
    """An invitation to co-sign a draft."""

    class Meta:
        model = Cosignature

    state = CosignatureState.INVITED
    proposal = factory.SubFactory(ProposalFactory)
    member = factory.SubFactory(
        MemberFactory, committee=factory.SelfAttribute("..proposal.committee")
    )


class PreAssignmentFactory(SubjectFactory):
    """A unit is asked about a filed proposal."""

    class Meta:
        model = PreAssignment

    state = PreAssignmentState.ASKED
    proposal = factory.SubFactory(ProposalFactory, state=ProposalState.PRE_ASSIGNED)
    unit = factory.SubFactory(UnitFactory, committee=factory.SelfAttribute("..proposal.committee"))
    role = AssignmentRole.SOLE


class AssignmentBatchFactory(SubjectFactory):
    class Meta:
        model = AssignmentBatch

    state = BatchState.ISSUED
    committee = factory.SubFactory(CommitteeFactory)
    name = "交办会"
    held_on = date(2024, 1, 30)


class ClueFactory(SubjectFactory):
    """A clue that members may write on."""

    class Meta:
        model = Clue

    state = ClueState.PUBLISHED
    committee = factory.SubFactory(CommitteeFactory)
    topic = "老城区停车"
    text = "居民反映晚间无处停车。"
    source = "市民来信"
    published_at = RECEIVED_AT
    closed_at = factory.LazyAttribute(
        lambda o: RECEIVED_AT if o.state == ClueState.CLOSED else None
    )


class MergeCandidateFactory(SubjectFactory):
    """Two submitted proposals that somebody found alike."""

    class Meta:
        model = MergeCandidate
        skip_postgeneration_save = True

    state = MergeCandidateState.OPEN
    committee = factory.SubFactory(CommitteeFactory)
    session = factory.LazyAttribute(lambda o: session_of(o.committee))

    @factory.post_generation
    def members(self, create: bool, proposals: Sequence[Proposal] | None, **more: Any) -> None:
        chosen = proposals or [
            ProposalFactory(committee=self.committee, state=ProposalState.SUBMITTED)
            for _number in range(2)
        ]
        self.keep([{"proposal": proposal.pk, "score": 0.5} for proposal in chosen])


class AssignmentFactory(SubjectFactory):
    """A sole unit's task on a proposal in hand."""

    class Meta:
        model = Assignment

    state = AssignmentState.ISSUED
    proposal = factory.SubFactory(ProposalFactory, state=ProposalState.HANDLING)
    unit = factory.SubFactory(UnitFactory, committee=factory.SelfAttribute("..proposal.committee"))
    role = AssignmentRole.SOLE
    issued_at = ASSIGNED_AT
    replied_at = factory.LazyAttribute(
        lambda o: (
            REPLIED_AT if o.state in (AssignmentState.REPLIED, AssignmentState.CLOSED) else None
        )
    )
    opinion = factory.LazyAttribute(
        lambda o: "同意办理。" if o.replied_at and o.role not in ANSWERING_ROLES else ""
    )


class ReturnRequestFactory(SubjectFactory):
    class Meta:
        model = ReturnRequest

    state = ReturnState.OFFICE
    assignment = factory.SubFactory(AssignmentFactory)
    reason = "不属于本单位职责"
    suggested_unit = factory.SubFactory(
        UnitFactory, committee=factory.SelfAttribute("..assignment.proposal.committee")
    )


class ExtensionRequestFactory(SubjectFactory):
    class Meta:
        model = ExtensionRequest

    state = ExtensionState.REQUESTED
    assignment = factory.SubFactory(AssignmentFactory, state=AssignmentState.HANDLING)
    reason = "须现场勘察"
    new_due_on = date(2024, 4, 20)


class ReplyFactory(SubjectFactory):
    """A draft of the unit's reply, open to the public once delivered."""

    class Meta:
        model = Reply

    class Params:
        out = factory.LazyAttribute(
            lambda o: o.state in (ReplyState.DELIVERED, ReplyState.SUPERSEDED)
        )

    state = ReplyState.DRAFTING
    assignment = factory.SubFactory(AssignmentFactory, state=AssignmentState.HANDLING)
    proposal = factory.SelfAttribute("assignment.proposal")
    round = 1
    body = "您的建议已采纳。"
    result_class = "A"
    publicity = Publicity.OPEN
    contact_name = "王某"
    contact_phone = "0951-0000000"
    signed_by = factory.LazyAttribute(lambda o: "局长" if o.out else "")
    document_number = factory.LazyAttributeSequence(
        lambda o, n: f"局函〔2024〕{n + 1}号" if o.out else ""
    )
    delivered_at = factory.LazyAttribute(lambda o: REPLIED_AT if o.out else None)


class FeedbackFactory(SubjectFactory):
    """A form that went to the first proposer with the reply."""

    class Meta:
        model = Feedback

    state = FeedbackState.SENT
    reply = factory.SubFactory(
        ReplyFactory,
        state=ReplyState.DELIVERED,
        assignment__state=AssignmentState.REPLIED,
        assignment__proposal__state=ProposalState.REPLIED,
    )
    proposal = factory.SelfAttribute("reply.proposal")
    original = factory.SelfAttribute("proposal")
    member = factory.SelfAttribute("proposal.lead")
    body = factory.SelfAttribute("proposal.body")
    attitude = factory.LazyAttribute(lambda o: "satisfied" if o.rated_at else "")
    result = factory.LazyAttribute(lambda o: "satisfied" if o.rated_at else "")
    rated_at = factory.LazyAttribute(
        lambda o: CONCLUDED_AT if o.state == FeedbackState.RATED else None
    )


class CommitmentFactory(SubjectFactory):
    """A promise made in a delivered reply."""

    class Meta:
        model = Commitment

    state = CommitmentState.OPEN
    reply = factory.SubFactory(
        ReplyFactory,
        state=ReplyState.DELIVERED,
        assignment__state=AssignmentState.CLOSED,
        assignment__proposal__state=ProposalState.CONCLUDED,
    )
    proposal = factory.SelfAttribute("reply.proposal")
    text = "年底前建成"
    due_on = date(2024, 12, 31)


OFFICERS = {
    "clerk": Role.COMMITTEE_CLERK,
    "reviewer": Role.COMMITTEE_REVIEWER,
    "director": Role.COMMITTEE_DIRECTOR,
    "assigner": Role.ASSIGNING_OFFICER,
    "inspector": Role.INSPECTION_OFFICER,
    "supervisor": Role.LEADING_SUPERVISOR,
    "administrator": Role.COMMITTEE_ADMINISTRATOR,
    "auditor": Role.AUDITOR,
}
"""Whom a committee has beside members, contacts and units."""


class CommitteeWithUsers:
    """A committee in its session of January 2024, with somebody for every role.

    ``users`` tells the account of each person by name: ``lead``, ``cosigner``, ``invitee`` and
    ``member`` sit in the assembly; ``contact`` speaks for ``body``, ``other contact`` for
    another; the officers follow; ``A liaison``, ``A handler`` and ``A signatory`` work in unit
    A, and so for units B, C and D.
    """

    def __init__(self, rulebook: Any = None) -> None:
        self.committee: Committee = CommitteeFactory(rulebook=rulebook)
        self.session = session_of(self.committee)
        self.users: dict[str, User] = {}
        self.members: dict[str, Member] = {
            name: self._member(name) for name in ("lead", "cosigner", "invitee", "member")
        }
        self.body: Body = BodyFactory(committee=self.committee, kind=BodyKind.PARTY)
        self.other_body: Body = BodyFactory(committee=self.committee, kind=BodyKind.PARTY)
        self._post("contact", Role.COLLECTIVE_CONTACT, body=self.body)
        self._post("other contact", Role.COLLECTIVE_CONTACT, body=self.other_body)
        for name, role in OFFICERS.items():
            self._post(name, role)
        self.units: dict[str, Unit] = {
            name: UnitFactory(committee=self.committee) for name in "ABCD"
        }
        for name, unit in self.units.items():
            for role in sorted(UNIT_ROLES):
                self._post(f"{name} {role.removeprefix('unit_')}", role, unit=unit)

    def _member(self, name: str) -> Member:
        member: Member = MemberFactory(committee=self.committee)
        member.terms.add(self.session.term)
        assert member.user is not None
        self.users[name] = member.user
        return member

    def _post(self, name: str, role: str, **scope: Any) -> None:
        user = UserFactory()
        PostFactory(user=user, role=role, committee=self.committee, **scope)
        self.users[name] = user


def platform_administrator() -> User:
    """Somebody who runs the platform and belongs to no committee."""
    user: User = UserFactory()
    PostFactory(user=user, role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    return user
