"""Who may see and do what with proposals and what belongs to them.

A person's posts give reach into committees, units, bodies and their own membership; for every
kind of row one function below says what that reach lets them see, and ``VISIBLE`` declares it.
Whether they may act is declared on the step itself (``who``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, cast

from dateutil.relativedelta import relativedelta
from django.db.models import F, Q, QuerySet
from django.utils.timezone import localdate, make_aware

from members.models import Unit
from members.reader import Reader
from members.rules import Rules
from members.selectors import NoRulebook
from members.visibility import NOBODY, Visibility, pruned, visible_condition
from proposals.enums import (
    FILED_STATES,
    SENT_OUT,
    STANDING_SIGNATURES,
    AttachmentStage,
    CosignatureState,
    FeedbackState,
    ProposalState,
    Publicity,
)
from proposals.machine.step import Step
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
    Phrase,
    PreAssignment,
    Proposal,
    Reply,
    ReturnRequest,
    Scan,
    Theme,
)
from proposals.records import RECORDED


def own(reader: Reader) -> Q:
    """Proposals of their own: initiated, signed or asked to sign, or of their body."""
    mine = NOBODY
    if reader.reach.members:
        signing = Cosignature.objects.filter(
            member__in=reader.reach.members,
            state__in=STANDING_SIGNATURES,
        )
        mine |= Q(lead__in=reader.reach.members) | Q(pk__in=signing.values("proposal"))
    if reader.reach.bodies:
        mine |= Q(body__in=reader.reach.bodies)
    return mine


def own_and_hosts(reader: Reader) -> QuerySet[Proposal]:
    """Their own proposals and those that their own were merged into."""
    return Proposal.objects.filter(own(reader) | Q(pk__in=hosts(reader)))


def hosts(reader: Reader) -> QuerySet[Proposal, Any]:
    """Keys of the proposals that their own were merged into."""
    mine = Proposal.objects.filter(own(reader), merged_into__isnull=False)
    return mine.values("merged_into")


def given(reader: Reader) -> Q:
    """Proposals that their unit was asked about or given, with what was merged into them."""
    if not reader.reach.units:
        return NOBODY
    tasks = Assignment.objects.filter(unit__in=reader.reach.units).values("proposal")
    asked = PreAssignment.objects.filter(unit__in=reader.reach.units).values("proposal")
    here = Q(pk__in=tasks) | Q(pk__in=asked)
    return here | Q(merged_into__in=tasks) | Q(merged_into__in=asked)


def on_record(reader: Reader, path: str = "") -> Q:
    """Proposals whose record they read as officials; ``path`` leads to the proposal.

    The office from the receipt on, never a draft; the assigning officers once it is filed, the
    inspection once it is assigned. What was merged goes with its host.
    """

    def at(committees: frozenset[int], since: str) -> Q:
        reached = Q(**{f"{path}{since}__isnull": False})
        return Q(**{f"{path}committee__in": committees}) & reached

    seen = NOBODY
    if reader.reach.offices:
        seen |= at(reader.reach.offices, "received_at")
    if reader.reach.assigning:
        seen |= at(reader.reach.assigning, "filed_at") | at(reader.reach.assigning, "merged_into")
    if reader.reach.inspecting:
        seen |= at(reader.reach.inspecting, "assigned_at")
        seen |= at(reader.reach.inspecting, "merged_into__assigned_at")
    return seen


def _proposals(reader: Reader) -> Q:
    seen = given(reader) | on_record(reader)
    if reader.reach.members or reader.reach.bodies:
        seen |= own(reader) | Q(pk__in=hosts(reader))
        seen |= Q(committee__in=reader.reach.assemblies, state__in=FILED_STATES)
    if reader.reach.supervising:
        seen |= Q(committee__in=reader.reach.supervising, filed_at__isnull=False)
    return seen


def _official(reader: Reader, path: str = "proposal") -> Q:
    """Rows below a proposal whose record they read."""
    return on_record(reader, f"{path}__")


def _own(reader: Reader) -> Q:
    """Rows below the reader's own proposals."""
    if not (reader.reach.members or reader.reach.bodies):
        return NOBODY
    return Q(proposal__in=own_and_hosts(reader).values("pk"))


def _cosignatures(reader: Reader) -> Q:
    """Who signed is told with the proposal; who was asked or declined, to the initiator."""
    signed = Q(state=CosignatureState.AGREED)
    return (
        _official(reader)
        | Q(proposal__lead__in=reader.reach.members)
        | Q(member__in=reader.reach.members)
        | (signed & Q(proposal__in=Proposal.objects.filter(_proposals(reader))))
    )


def _pre_assignments(reader: Reader) -> Q:
    return _official(reader) | Q(unit__in=reader.reach.units)


def _batches(reader: Reader) -> Q:
    return Q(committee__in=reader.reach.officials)


def _merge_work(reader: Reader) -> Q:
    """Scans and groups of candidates are the committee office's."""
    return Q(committee__in=reader.reach.offices)


def _clues(reader: Reader) -> Q:
    """Whoever may write on them, and the office that publishes them."""
    return Q(committee__in=reader.reach.offices | reader.reach.assemblies)


def _themes(reader: Reader) -> Q:
    return Q(committee__in=reader.reach.officials | reader.reach.supervising)


def _together(reader: Reader) -> Q:
    """Rows below proposals that their unit handles, its own and the other units'."""
    if not reader.reach.units:
        return NOBODY
    tasks = Assignment.objects.live().filter(unit__in=reader.reach.units)
    return Q(proposal__in=tasks.values("proposal"))


def _assignments(reader: Reader) -> Q:
    return _official(reader) | _own(reader) | Q(unit__in=reader.reach.units) | _together(reader)


def _requests(reader: Reader) -> Q:
    return _official(reader, "assignment__proposal") | Q(assignment__unit__in=reader.reach.units)


def _replies(reader: Reader) -> Q:
    out = Q(state__in=SENT_OUT)
    return (
        _official(reader)
        | (out & _own(reader))
        | (out & Q(publicity=Publicity.OPEN, proposal__committee__in=reader.reach.assemblies))
        | (out & Q(publicity=Publicity.OPEN, proposal__committee__in=reader.reach.supervising))
        | Q(assignment__unit__in=reader.reach.units)
        | (out & _together(reader))
    )


def _feedback(reader: Reader) -> Q:
    return (
        Q(proposal__committee__in=reader.reach.offices | reader.reach.inspecting)
        | Q(member__in=reader.reach.members)
        | Q(body__in=reader.reach.bodies)
        | Q(reply__assignment__unit__in=reader.reach.units, state=FeedbackState.RATED)
    )


def _commitments(reader: Reader) -> Q:
    """Promises of the replies that they read, once delivered."""
    return Q(state__gt="", reply__in=Reply.objects.filter(_replies(reader)))


def _attachments(reader: Reader) -> Q:
    beside = Q(
        stage=AttachmentStage.PROPOSAL,
        removed_at=None,
        proposal__in=Proposal.objects.filter(_proposals(reader)),
    )
    replies = Reply.objects.filter(_replies(reader))
    office = Q(proposal__committee__in=reader.reach.offices)
    # What the office once received stays on record; what a draft lost was never its business.
    kept = Q(stage=AttachmentStage.FEEDBACK) | Q(removed_at__gt=F("proposal__received_at"))
    return beside | Q(stage=AttachmentStage.REPLY, reply__in=replies) | (office & kept)


def _events(reader: Reader) -> Q:
    without_ratings = reader.reach.assigning - reader.reach.offices
    rated = Q(subject_kind=Feedback.kind, committee__in=without_ratings)
    drafts = Q(subject_kind=Proposal.kind, target=ProposalState.DRAFT)
    # Merge candidates and rows on record are the committee office's matter, no other officials'.
    internal = Q(
        subject_kind__in=[MergeCandidate.kind, *RECORDED],
        committee__in=reader.reach.officials - reader.reach.offices,
    )
    seen = (_official(reader) & ~rated & ~drafts) | (
        Q(committee__in=reader.reach.officials, proposal=None) & ~internal
    )
    if reader.reach.platform:
        seen |= Q(subject_kind__in=[*RECORDED])
    if reader.reach.members or reader.reach.bodies:
        mine = Proposal.objects.filter(own(reader))
        seen |= Q(subject_kind=Proposal.kind, proposal__in=mine)
        signing = Cosignature.objects.filter(
            Q(member__in=reader.reach.members) | Q(proposal__lead__in=reader.reach.members)
        )
        seen |= Q(subject_kind=Cosignature.kind, subject_id__in=signing.values("pk"))
    if reader.reach.units:
        tasks = Assignment.objects.filter(unit__in=reader.reach.units)
        seen |= Q(subject_kind=Assignment.kind, subject_id__in=tasks.values("pk"))
        replies = Reply.objects.filter(assignment__in=tasks)
        seen |= Q(subject_kind=Reply.kind, subject_id__in=replies.values("pk"))
    return seen


def _phrases(reader: Reader) -> Q:
    """A unit's for its people, the committee's for the people of all its units; both to keep."""
    theirs = Unit.objects.filter(pk__in=reader.reach.units).order_by().values("committee")
    return (
        Q(unit__in=reader.reach.units)
        | (Q(unit=None, committee__in=theirs) if reader.reach.units else NOBODY)
        | Q(unit=None, committee__in=reader.reach.offices)
    )


VISIBLE = (
    Visibility(Assignment, _assignments),
    Visibility(AssignmentBatch, _batches),
    Visibility(Attachment, _attachments),
    Visibility(Clue, _clues),
    Visibility(Commitment, _commitments),
    Visibility(Cosignature, _cosignatures),
    Visibility(Event, _events),
    Visibility(ExtensionRequest, _requests),
    Visibility(Feedback, _feedback),
    Visibility(MergeCandidate, _merge_work),
    Visibility(Phrase, _phrases),
    Visibility(PreAssignment, _pre_assignments),
    Visibility(Proposal, _proposals),
    Visibility(Reply, _replies),
    Visibility(ReturnRequest, _requests),
    Visibility(Scan, _merge_work),
    Visibility(Theme, _themes),
)


def is_official(reader: Reader, committee_id: int) -> bool:
    """Whether the reader reads the whole record of a committee: inputs, addresses, drafts."""
    return committee_id in reader.reach.officials


def works_in_office(reader: Reader, committee_id: int) -> bool:
    """Whether the reader belongs to the office of that committee."""
    return committee_id in reader.reach.offices


def units_are_open(proposal: Proposal, reader: Reader) -> bool:
    """Whether members who have no part in a proposal may see which units handle it.

    After the months for which the rulebook hides them (rules.md section 12.1): they could lean
    on the units.
    """
    months = reader.rules(proposal.committee_id).publication.units_hidden_months
    received = proposal.received_at
    return received is not None and localdate(received) + relativedelta(months=months) <= reader.day


def told_units(reader: Reader) -> Q | None:
    """The proposals whose units the reader may see; None: none."""
    told = inside(reader) or NOBODY
    for committee in reader.reach.assemblies | reader.reach.supervising:
        try:
            months = reader.rules(committee).publication.units_hidden_months
        except NoRulebook:  # so it has no proposals either
            continue
        first = reader.day - relativedelta(months=months) + timedelta(days=1)
        opened = datetime.combine(first, time())
        told |= Q(committee=committee, received_at__lt=make_aware(opened))
    return pruned(told)


def inside(reader: Reader) -> Q | None:
    """The proposals on which the reader works, or which they propose; None: none.

    Only in these does a search read their units, and replies that are not open.
    """
    proposed = NOBODY
    if reader.reach.members or reader.reach.bodies:
        proposed = own(reader) | Q(pk__in=hosts(reader))
    return pruned(_worked_on(reader) | proposed)


def _worked_on(reader: Reader) -> Q:
    """Proposals whose record they read as officials, or that their unit handles now."""
    if not reader.reach.units:
        return on_record(reader)
    tasks = Assignment.objects.live().filter(unit__in=reader.reach.units)
    return on_record(reader) | Q(pk__in=tasks.values("proposal"))


def is_all_inside(reader: Reader) -> bool:
    """Whether the reader is inside of every proposal that they see, as officials are."""
    return inside(reader) == visible_condition(Proposal, reader)


def is_inside(reader: Reader, proposal: int) -> bool:
    """Whether the reader proposes it, or works on it."""
    return works_on(reader, proposal) or own_and_hosts(reader).filter(pk=proposal).exists()


def works_on(reader: Reader, proposal: int) -> bool:
    """Whether what units and offices tell each other about a proposal is for the reader.

    Officials who read its record, and the units that have it now; never a proposer.
    """
    return Proposal.objects.filter(_worked_on(reader), pk=proposal).exists()


def give_rules(subject: Any, reader: Reader) -> Rules:
    """Let the conditions of the subject's steps ask the rules that are in force for the reader."""
    subject.rules = reader.rules(subject.committee_id)
    if subject.root is not None:
        subject.root.rules = subject.rules
    return cast(Rules, subject.rules)


def may(reader: Reader, step: Step, subject: Subject) -> bool:
    """Whether the step is one that ``reader`` takes on ``subject``, whatever its state."""
    give_rules(subject, reader)
    return step.who(subject, reader)


def require(reader: Reader, step: Step, subject: Subject) -> None:
    """Raise NotYours, as the step itself would, unless it is one that ``reader`` takes."""
    if not may(reader, step, subject):
        raise step.not_yours(subject, reader.rules(subject.committee_id))


@dataclass(frozen=True)
class Offer:
    """A step that a reader may take now, or the reason why they cannot yet."""

    step: Step
    refusal: str


def offers(reader: Reader, subject: Subject) -> list[Offer]:
    """The steps that lead away from the subject's state and are this reader's to take."""
    give_rules(subject, reader)
    found = []
    for step in subject.all_steps().values():
        if subject.state in step.source and step.who(subject, reader):
            unmet = (c.message for c in step.conditions if not c(subject))
            found.append(Offer(step, str(next(unmet, ""))))
    return found
