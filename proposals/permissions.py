"""Who may see and do what: ``visible`` and ``may``, and nothing else decides it.

A person's posts give reach into committees, units, bodies and their own membership; for every
kind of row one function below says what that reach lets them see. Whether they may act is
declared on the step itself (``who``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from dateutil.relativedelta import relativedelta
from django.db.models import F, Model, Q, QuerySet
from django.utils.timezone import localdate, make_aware

from members.enums import OFFICE_ROLES, UNIT_ROLES, Role
from members.models import Post, Unit, User
from members.selectors import NoRulebook, posts_of, rules_for
from proposals.door import standing_of
from proposals.enums import (
    FILED_STATES,
    SENT_OUT,
    STANDING_SIGNATURES,
    CosignatureState,
    FeedbackState,
    ProposalState,
    Publicity,
)
from proposals.errors import NotYours
from proposals.machine.subject import Step, Subject
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

NOBODY = Q(pk__in=[])


@dataclass
class Reach:
    """The scopes of a person's posts, as sets of keys."""

    members: set[int] = field(default_factory=set)
    bodies: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    assemblies: set[int] = field(default_factory=set)  # committees where they may propose
    offices: set[int] = field(default_factory=set)  # committees whose office they belong to
    assigning: set[int] = field(default_factory=set)
    inspecting: set[int] = field(default_factory=set)
    supervising: set[int] = field(default_factory=set)
    platform: bool = False  # whether they administer the whole platform

    @classmethod
    def of(cls, posts: Iterable[Post]) -> Reach:
        """Sort the posts by what they reach."""
        reach = cls()
        for post in posts:
            reach._add(post)
        return reach

    def _add(self, post: Post) -> None:
        if post.unit_id is not None and post.role in UNIT_ROLES:
            self.units.add(post.unit_id)
            return
        if post.committee_id is None:
            self.platform = self.platform or post.role == Role.PLATFORM_ADMINISTRATOR
            return
        if post.member_id is not None:
            self.members.add(post.member_id)
            self.assemblies.add(post.committee_id)
        elif post.body_id is not None:
            self.bodies.add(post.body_id)
            self.assemblies.add(post.committee_id)
        elif post.role in OFFICE_ROLES:
            self.offices.add(post.committee_id)
        elif post.role == Role.ASSIGNING_OFFICER:
            self.assigning.add(post.committee_id)
        elif post.role == Role.INSPECTION_OFFICER:
            self.inspecting.add(post.committee_id)
        elif post.role == Role.LEADING_SUPERVISOR:
            self.supervising.add(post.committee_id)

    @property
    def officials(self) -> set[int]:
        """Committees in whose proposals they read everything between office and units."""
        return self.offices | self.assigning | self.inspecting

    def own(self) -> Q:
        """Proposals of their own: initiated, signed or asked to sign, or of their body."""
        mine = NOBODY
        if self.members:
            signing = Cosignature.objects.filter(
                member__in=self.members,
                state__in=STANDING_SIGNATURES,
            )
            mine |= Q(lead__in=self.members) | Q(pk__in=signing.values("proposal"))
        if self.bodies:
            mine |= Q(body__in=self.bodies)
        return mine

    def own_and_hosts(self) -> QuerySet[Proposal]:
        """Their own proposals and those that their own were merged into."""
        return Proposal.objects.filter(self.own() | Q(pk__in=self.hosts()))

    def hosts(self) -> QuerySet[Proposal, Any]:
        """Keys of the proposals that their own were merged into."""
        own = Proposal.objects.filter(self.own(), merged_into__isnull=False)
        return own.values("merged_into")

    def given(self) -> Q:
        """Proposals that their unit was asked about or given, with what was merged into them."""
        if not self.units:
            return NOBODY
        tasks = Assignment.objects.filter(unit__in=self.units).values("proposal")
        asked = PreAssignment.objects.filter(unit__in=self.units).values("proposal")
        here = Q(pk__in=tasks) | Q(pk__in=asked)
        return here | Q(merged_into__in=tasks) | Q(merged_into__in=asked)


def on_record(reach: Reach, path: str = "") -> Q:
    """Proposals whose record they read as officials; ``path`` leads to the proposal.

    The office from the receipt on, never a draft; the assigning officers once it is filed, the
    inspection once it is assigned. What was merged goes with its host.
    """

    def at(committees: set[int], since: str) -> Q:
        reached = Q(**{f"{path}{since}__isnull": False})
        return Q(**{f"{path}committee__in": committees}) & reached

    seen = NOBODY
    if reach.offices:
        seen |= at(reach.offices, "received_at")
    if reach.assigning:
        seen |= at(reach.assigning, "filed_at") | at(reach.assigning, "merged_into")
    if reach.inspecting:
        seen |= at(reach.inspecting, "assigned_at")
        seen |= at(reach.inspecting, "merged_into__assigned_at")
    return seen


def _proposals(reach: Reach) -> Q:
    seen = reach.given() | on_record(reach)
    if reach.members or reach.bodies:
        seen |= reach.own() | Q(pk__in=reach.hosts())
        seen |= Q(committee__in=reach.assemblies, state__in=FILED_STATES)
    if reach.supervising:
        seen |= Q(committee__in=reach.supervising, filed_at__isnull=False)
    return seen


def _official(reach: Reach, path: str = "proposal") -> Q:
    """Rows below a proposal whose record they read."""
    return on_record(reach, f"{path}__")


def _own(reach: Reach) -> Q:
    """Rows below the reader's own proposals."""
    if not (reach.members or reach.bodies):
        return NOBODY
    return Q(proposal__in=reach.own_and_hosts().values("pk"))


def _cosignatures(reach: Reach) -> Q:
    """Who signed is told with the proposal; who was asked or declined, to the initiator."""
    signed = Q(state=CosignatureState.AGREED)
    return (
        _official(reach)
        | Q(proposal__lead__in=reach.members)
        | Q(member__in=reach.members)
        | (signed & Q(proposal__in=Proposal.objects.filter(_proposals(reach))))
    )


def _pre_assignments(reach: Reach) -> Q:
    return _official(reach) | Q(unit__in=reach.units)


def _batches(reach: Reach) -> Q:
    return Q(committee__in=reach.officials)


def _merge_work(reach: Reach) -> Q:
    """Scans and groups of candidates are the committee office's."""
    return Q(committee__in=reach.offices)


def _clues(reach: Reach) -> Q:
    """Whoever may write on them, and the office that publishes them."""
    return Q(committee__in=reach.offices | reach.assemblies)


def _themes(reach: Reach) -> Q:
    return Q(committee__in=reach.officials | reach.supervising)


def _together(reach: Reach) -> Q:
    """Rows below proposals that their unit has in hand, its own and the other units'."""
    if not reach.units:
        return NOBODY
    tasks = Assignment.objects.live().filter(unit__in=reach.units)
    return Q(proposal__in=tasks.values("proposal"))


def _assignments(reach: Reach) -> Q:
    return _official(reach) | _own(reach) | Q(unit__in=reach.units) | _together(reach)


def _requests(reach: Reach) -> Q:
    return _official(reach, "assignment__proposal") | Q(assignment__unit__in=reach.units)


def _replies(reach: Reach) -> Q:
    out = Q(state__in=SENT_OUT)
    return (
        _official(reach)
        | (out & _own(reach))
        | (out & Q(publicity=Publicity.OPEN, proposal__committee__in=reach.assemblies))
        | (out & Q(publicity=Publicity.OPEN, proposal__committee__in=reach.supervising))
        | Q(assignment__unit__in=reach.units)
        | (out & _together(reach))
    )


def _feedback(reach: Reach) -> Q:
    return (
        Q(proposal__committee__in=reach.offices | reach.inspecting)
        | Q(member__in=reach.members)
        | Q(body__in=reach.bodies)
        | Q(reply__assignment__unit__in=reach.units, state=FeedbackState.RATED)
    )


def _commitments(reach: Reach) -> Q:
    """Promises of the replies that they read, once delivered."""
    return Q(state__gt="", reply__in=Reply.objects.filter(_replies(reach)))


def _attachments(reach: Reach) -> Q:
    beside = Q(
        stage="proposal", removed_at=None, proposal__in=Proposal.objects.filter(_proposals(reach))
    )
    replies = Reply.objects.filter(_replies(reach))
    office = Q(proposal__committee__in=reach.offices)
    # What the office once received stays on record; what a draft lost was never its business.
    kept = Q(stage="feedback") | Q(removed_at__gt=F("proposal__received_at"))
    return beside | Q(stage="reply", reply__in=replies) | (office & kept)


def _events(reach: Reach) -> Q:
    rated = Q(subject_kind="feedback", committee__in=reach.assigning - reach.offices)
    drafts = Q(subject_kind="proposal", target=ProposalState.DRAFT)
    merging = Q(subject_kind="mergecandidate", committee__in=reach.officials - reach.offices)
    seen = (_official(reach) & ~rated & ~drafts) | (
        Q(committee__in=reach.officials, proposal=None) & ~merging
    )
    if reach.members or reach.bodies:
        own = Proposal.objects.filter(reach.own())
        seen |= Q(subject_kind="proposal", proposal__in=own)
        signing = Cosignature.objects.filter(
            Q(member__in=reach.members) | Q(proposal__lead__in=reach.members)
        )
        seen |= Q(subject_kind="cosignature", subject_id__in=signing.values("pk"))
    if reach.units:
        tasks = Assignment.objects.filter(unit__in=reach.units)
        seen |= Q(subject_kind="assignment", subject_id__in=tasks.values("pk"))
        replies = Reply.objects.filter(assignment__in=tasks)
        seen |= Q(subject_kind="reply", subject_id__in=replies.values("pk"))
    return seen


def _phrases(reach: Reach) -> Q:
    """A unit's for its people, the committee's for the people of all its units; both to keep."""
    theirs = Unit.objects.filter(pk__in=reach.units).order_by().values("committee")
    return (
        Q(unit__in=reach.units)
        | (Q(unit=None, committee__in=theirs) if reach.units else NOBODY)
        | Q(unit=None, committee__in=reach.offices)
    )


VISIBLE: dict[type[Model], Callable[[Reach], Q]] = {
    Assignment: _assignments,
    AssignmentBatch: _batches,
    Attachment: _attachments,
    Clue: _clues,
    Commitment: _commitments,
    Cosignature: _cosignatures,
    Event: _events,
    ExtensionRequest: _requests,
    Feedback: _feedback,
    MergeCandidate: _merge_work,
    Phrase: _phrases,
    PreAssignment: _pre_assignments,
    Proposal: _proposals,
    Reply: _replies,
    ReturnRequest: _requests,
    Scan: _merge_work,
    Theme: _themes,
}
"""Kind of row to what a reach lets a person see of it."""

Row = TypeVar("Row", bound=Model)


def visible(user: User, queryset: QuerySet[Row], on: date) -> QuerySet[Row]:
    """The rows of ``queryset`` that ``user`` may see on ``on``; everything else is a 404."""
    if not user.is_active:
        return queryset.none()
    seen = _pruned(VISIBLE[queryset.model](Reach.of(posts_of(user, on))))
    return queryset.none() if seen is None else queryset.filter(seen)


def visible_row(user: User, queryset: QuerySet[Row], key: int, on: date) -> Row | None:
    """The row with that key, if ``user`` may see it: what ``visible`` says, for one row.

    The reasons to see a row are tried one after the other, the plain ones first: most people
    act on what is their own, and need not have the database weigh all the rest.
    """
    if not user.is_active:
        return None
    seen = _pruned(VISIBLE[queryset.model](Reach.of(posts_of(user, on))))
    if seen is None:
        return None
    apart = seen.connector == Q.OR and not seen.negated
    for reason in seen.children if apart else [seen]:
        reason = reason if isinstance(reason, Q) else Q(reason)
        for row in queryset.filter(reason, pk=key).order_by()[:1]:
            return row
    return None


def _pruned(condition: Q) -> Q | None:
    """The condition without the parts that a reader's empty reach makes false; None: nothing.

    Most people reach into one scope only. Leaving the others out here spares the database
    layer, which would find out the same much more slowly, for every request.
    """
    kept: list[Any] = []
    for part in condition.children:
        left = _pruned(part) if isinstance(part, Q) else part
        false = left is None or (isinstance(left, tuple) and left[1] in (set(), []))
        if false and condition.connector == Q.AND:
            return Q(pk__isnull=False) if condition.negated else None
        if not false:
            kept.append(left)
    if not kept:
        return None
    return Q(*kept, _connector=condition.connector, _negated=condition.negated)


def is_official(user: User, committee_id: int, on: date) -> bool:
    """Whether the user reads the whole record of a committee: inputs, addresses, drafts."""
    return committee_id in Reach.of(posts_of(user, on)).officials


def works_in_office(user: User, committee_id: int, on: date) -> bool:
    """Whether the user belongs to the office of that committee."""
    return user.is_active and committee_id in Reach.of(posts_of(user, on)).offices


def units_are_open(proposal: Proposal, on: date) -> bool:
    """Whether members who have no part in a proposal are told which units handle it.

    After the months for which the rulebook hides them (rules.md section 12.1): they could lean
    on the units.
    """
    months = rules_for(proposal.committee_id, on).publication.units_hidden_months
    received = proposal.received_at
    return received is not None and localdate(received) + relativedelta(months=months) <= on


LATE: list[Callable[[User, datetime], Q]] = []
"""Which proposals are late, as far as a reader is told; supervision, with the dates, adds it."""


def overdue(user: User, at: datetime) -> Q:
    """The proposals on which something is late at ``at``, as far as the user is told."""
    late = NOBODY
    for condition in LATE:
        late |= condition(user, at)
    return late


def told_units(user: User, on: date) -> Q | None:
    """The proposals of which the user is told who handles them; None: of none."""
    reach = Reach.of(posts_of(user, on))
    told = inside(user, on) or NOBODY
    for committee in reach.assemblies | reach.supervising:
        try:
            months = rules_for(committee, on).publication.units_hidden_months
        except NoRulebook:  # so it has no proposals either
            continue
        opened = datetime.combine(on - relativedelta(months=months) + timedelta(days=1), time())
        told |= Q(committee=committee, received_at__lt=make_aware(opened))
    return _pruned(told)


def inside(user: User, on: date) -> Q | None:
    """The proposals on which the user works, or which they propose; None: none.

    Only in these does a search read their units, and replies that are not open.
    """
    reach = Reach.of(posts_of(user, on))
    tasks = Assignment.objects.live().filter(unit__in=reach.units)
    working = on_record(reach) | (Q(pk__in=tasks.values("proposal")) if reach.units else NOBODY)
    if reach.members or reach.bodies:
        working |= reach.own() | Q(pk__in=reach.hosts())
    return _pruned(working)


def is_all_inside(user: User, on: date) -> bool:
    """Whether the user is inside of every proposal that they see, as officials are."""
    reach = Reach.of(posts_of(user, on))
    return inside(user, on) == _pruned(VISIBLE[Proposal](reach))


def is_inside(user: User, proposal: int, on: date) -> bool:
    """Whether the user proposes it, or works on it."""
    own = Reach.of(posts_of(user, on)).own_and_hosts()
    return works_on(user, proposal, on) or own.filter(pk=proposal).exists()


def works_on(user: User, proposal: int, on: date) -> bool:
    """Whether what units and offices tell each other about a proposal is for the user.

    Officials who read its record, and the units that have it now; never a proposer.
    """
    reach = Reach.of(posts_of(user, on))
    tasks = Assignment.objects.live().filter(unit__in=reach.units, proposal=proposal)
    return Proposal.objects.filter(on_record(reach), pk=proposal).exists() or (
        bool(reach.units) and tasks.exists()
    )


def may(user: User, action: str, subject: Subject, on: date) -> bool:
    """Whether the step is one that ``user`` takes on ``subject``, whatever its state."""
    _know_rules(subject, on)
    return subject.all_steps()[action].who(subject, standing_of(user, on))


def require(user: User, action: str, subject: Subject, on: date) -> None:
    """Raise NotYours, as the step itself would, unless it is one that ``user`` takes."""
    if not may(user, action, subject, on):
        step = subject.all_steps()[action]
        raise NotYours(str(step.label), [str(role.label) for role in step.who.roles(subject)])


@dataclass(frozen=True)
class Offer:
    """A step that a reader may take now, or the reason why they cannot yet."""

    step: Step
    refusal: str


def offers(user: User, subject: Subject, on: date) -> list[Offer]:
    """The steps that lead away from the subject's state and are this user's to take."""
    _know_rules(subject, on)
    standing = standing_of(user, on)
    found = []
    for step in subject.all_steps().values():
        if subject.state in step.source and step.who(subject, standing):
            unmet = (c.message for c in step.conditions if not c(subject))
            found.append(Offer(step, str(next(unmet, ""))))
    return found


def _know_rules(subject: Any, on: date) -> None:
    if not hasattr(subject, "rules"):
        subject.rules = rules_for(subject.committee, on)
        if subject.root is not None:
            subject.root.rules = subject.rules
