"""The leaders' board: every key topic of a session at a glance."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Prefetch, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.enums import ANSWERING_ROLES, DutyKind
from members.models import Session, Unit, User
from members.reader import Reader
from proposals.ledger import label_of
from proposals.models import Assignment, Event, Proposal
from supervision.enums import KEY_STATES, KEY_UNDER_WAY, InstructionState
from supervision.models import Duty, Instruction, KeyTopic, Milestone, TopicProposal
from supervision.models.duty import Closing, is_overdue
from supervision.models.topic_subject import topic_subjects
from supervision.selectors import calendar_for, with_due


@dataclass(frozen=True)
class Replies:
    """How the replies to some proposals stand; ``days`` are working days, negative when late."""

    state: str  # none, open, overdue or replied
    due_at: datetime | None = None
    days: int | None = None

    @property
    def tone(self) -> str:
        """How the date is drawn."""
        return "late" if self.state == "overdue" else "near"


@dataclass(frozen=True)
class DatedMilestone:
    """A milestone, and how its day stands.

    ``days`` are the working days that are left, negative when it is ``late`` and None where it
    is not owed any more; it ``contradicts`` one of the limits of its topic when it lies after it.
    """

    milestone: Milestone
    days: int | None
    late: bool
    contradicts: bool


@dataclass(frozen=True)
class BoardProposal:
    """A proposal of a topic, with the units that answer for it."""

    proposal: Proposal
    units: Sequence[Unit]
    replies: Replies


@dataclass(frozen=True)
class LastEvent:
    """The last that happened to a topic, or to what belongs to it; nobody's when the system's."""

    label: str
    subject_kind: str
    at: datetime
    by: User | None


@dataclass(frozen=True)
class BoardRow:
    """A key topic on the board."""

    topic: KeyTopic
    proposals: Sequence[BoardProposal]
    units: Sequence[Unit]
    milestones: Sequence[DatedMilestone]
    next_milestone: DatedMilestone | None
    replies: Replies
    supervised_until: datetime | None
    open_instructions: int
    last_event: LastEvent | None
    warnings: Sequence[str]


def current(committees: Collection[int]) -> Q:
    """The topics of the latest session of each committee that has any, and all that go on.

    So the board is not empty while a new session is still choosing, and forgets nothing old.
    """
    chosen = Session.objects.filter(
        committee__in=committees, key_topics__state__in=KEY_STATES
    ).order_by("collection_opens_at")
    latest = {session.committee_id: session.pk for session in chosen}
    return Q(session__in=latest.values()) | Q(state__in=KEY_UNDER_WAY)


def board(which: Q, committees: Collection[int], reader: Reader) -> list[BoardRow]:
    """Those of the key topics of these committees; as many queries for one as for all."""
    chosen = KeyTopic.objects.filter(which, committee__in=committees, state__in=KEY_STATES)
    topics = list(
        with_due(chosen, DutyKind.SUPERVISION)
        .select_related("supervising_body")
        .prefetch_related(
            "supervisors",
            MILESTONES,
            Prefetch("instructions", Instruction.objects.only("topic", "number", "state")),
            Prefetch("links", TopicProposal.objects.select_related("proposal")),
        )
        .order_by("id")
    )
    return Board(topics, reader).rows()


MILESTONES = Prefetch("milestones", with_due(Milestone.objects.all()))
"""Read ahead with a topic: its milestones, each with its date as long as it is owed."""


def dated_milestones(
    topic: KeyTopic, reader: Reader, limits: Sequence[tuple[str, date]] = ()
) -> list[DatedMilestone]:
    """The milestones of a topic in their order, read ahead as ``MILESTONES`` says.

    ``limits`` are names of limits with their days. No query but for the calendar.
    """
    return [_dated(milestone, reader, limits) for milestone in topic.milestones.all()]


def _dated(milestone: Any, reader: Reader, limits: Sequence[tuple[str, date]]) -> DatedMilestone:
    if milestone.due_at is None:
        return DatedMilestone(milestone, None, late=False, contradicts=False)
    day = localdate(milestone.due_at)
    return DatedMilestone(
        milestone,
        calendar_for(reader).left(reader.day, day),
        late=is_overdue(milestone.due_kind, milestone.due_at, milestone.due_paused_at, reader.at),
        contradicts=any(day > limit for _words, limit in limits),
    )


def next_of(milestones: Sequence[DatedMilestone]) -> DatedMilestone | None:
    """The next of them that is owed; None if there is none."""
    ahead = (row for row in milestones if row.days is not None)
    return min(ahead, key=lambda row: row.milestone.due_on, default=None)


class Board:
    """Everything that the rows need, read at once."""

    def __init__(self, topics: list[KeyTopic], reader: Reader) -> None:
        self.topics = topics
        self.reader = reader
        handled = {key for topic in topics for key in _handled(topic)}
        self.units: dict[int, list[Unit]] = defaultdict(list)
        tasks = Assignment.objects.live().filter(
            proposal__in=handled, role__in=sorted(ANSWERING_ROLES)
        )
        for task in tasks.select_related("unit").order_by("id"):
            self.units[task.proposal_id].append(task.unit)
        self.duties: dict[int, list[Duty]] = defaultdict(list)
        replies = Duty.objects.filter(kind=DutyKind.REPLY, proposal__in=handled)
        for duty in replies.exclude(closing=Closing.CANCELLED).order_by("due_at"):
            self.duties[duty.proposal_id or 0].append(duty)
        self.last_events = self._last_events()

    def rows(self) -> list[BoardRow]:
        """A row for each topic."""
        return [self._row(topic) for topic in self.topics]

    def _row(self, topic: Any) -> BoardRow:
        units = {unit.pk: unit for key in _handled(topic) for unit in self.units[key]}
        duties = [duty for key in _handled(topic) for duty in self.duties[key]]
        replies = self._replies(sorted(duties, key=lambda duty: duty.due_at))
        limits = [
            (words, localdate(due))
            for words, due in ((_("督办期限"), topic.due_at), (_("答复期限"), replies.due_at))
            if due is not None
        ]
        milestones = dated_milestones(topic, self.reader, limits)
        asked = topic.instructions.all()
        return BoardRow(
            topic=topic,
            proposals=[self._proposal(link.proposal) for link in topic.links.all()],
            units=list(units.values()),
            milestones=milestones,
            next_milestone=next_of(milestones),
            replies=replies,
            supervised_until=topic.due_at,
            open_instructions=len({o.number for o in asked if o.state == InstructionState.OPEN}),
            last_event=self.last_events.get(topic.pk),
            warnings=self._warnings(topic, milestones, limits),
        )

    def _proposal(self, proposal: Proposal) -> BoardProposal:
        key = proposal.merged_into_id or proposal.pk
        return BoardProposal(proposal, self.units[key], self._replies(self.duties[key]))

    def _replies(self, duties: list[Duty]) -> Replies:
        """Of duties in the order of their dates."""
        awaited = [duty for duty in duties if duty.closed_at is None]
        if not awaited:
            return Replies("replied" if duties else "none")
        due_at = awaited[0].due_at
        late = any(duty.is_overdue(self.reader.at) for duty in awaited)
        days = calendar_for(self.reader).left(self.reader.day, localdate(due_at))
        return Replies("overdue" if late else "open", due_at, days)

    def _warnings(
        self, topic: Any, milestones: list[DatedMilestone], limits: list[tuple[str, date]]
    ) -> list[str]:
        """Warnings: where the plan conflicts with the time limits, and what is overdue."""
        found = [
            _("节点“%(name)s”（%(day)s）晚于%(limit)s %(due)s")
            % {
                "name": row.milestone.name,
                "day": row.milestone.due_on,
                "limit": words,
                "due": due,
            }
            for row in milestones
            if row.contradicts
            for words, due in limits
            if row.milestone.due_on > due
        ]
        found += [
            _("节点“%(name)s”已逾期 %(days)s 个工作日")
            % {"name": row.milestone.name, "days": -row.days}
            for row in milestones
            if row.late and row.days
        ]
        if topic.due_at is not None and is_overdue(
            topic.due_kind, topic.due_at, topic.due_paused_at, self.reader.at
        ):
            found.append(_("督办期限 %(due)s 已过") % {"due": localdate(topic.due_at)})
        return found

    def _last_events(self) -> dict[int, LastEvent]:
        """From topic to the last event of it, of its proposals, milestones and instructions."""
        of: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for topic in self.topics:
            for subject in (topic, *topic.milestones.all(), *topic.instructions.all()):
                of[subject.kind][subject.pk].append(topic.pk)
            for link in topic.links.all():
                of[Proposal.kind][link.proposal_id].append(topic.pk)
        latest: dict[int, int] = {}
        for kind, key, number in _last_events(of):
            for topic_key in of[kind][key]:
                latest[topic_key] = max(number, latest.get(topic_key, 0))
        events = Event.objects.select_related("actor").in_bulk(list(latest.values()))
        return {topic_key: _event(events[number]) for topic_key, number in latest.items()}


def _handled(topic: KeyTopic) -> list[int]:
    """The proposals that are answered for a topic: its own, or what they were merged into."""
    links = topic.links.all()
    return list(dict.fromkeys(link.proposal.merged_into_id or link.proposal_id for link in links))


def _last_events(
    of: Mapping[str, Mapping[int, Collection[int]]],
) -> Iterator[tuple[str, int, int]]:
    """(kind, key, last event) of these subjects; of a proposal also what hangs on it."""
    events = Event.objects.order_by()
    own = Q(pk__in=[])
    for kind in topic_subjects():
        own |= Q(subject_kind=kind, subject_id__in=list(of[kind]))
    subjects = events.filter(own).values("subject_kind", "subject_id").annotate(last=Max("id"))
    for row in subjects:
        yield row["subject_kind"], row["subject_id"], row["last"]
    proposals = events.filter(proposal__in=list(of[Proposal.kind]))
    for proposal in proposals.values("proposal_id").annotate(last=Max("id")):
        yield Proposal.kind, proposal["proposal_id"], proposal["last"]


def _event(event: Event) -> LastEvent:
    label = label_of(event.subject_kind, event.action)
    return LastEvent(label, event.subject_kind, event.at, event.actor)
