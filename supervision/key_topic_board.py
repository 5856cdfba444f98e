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
from members.models import Session
from proposals.ledger import label_of
from proposals.models import Assignment, Event, Proposal
from supervision.calendar import Calendar
from supervision.enums import KEY_STATES, KEY_UNDER_WAY, InstructionState
from supervision.models import Duty, Instruction, KeyTopic, Milestone, TopicProposal
from supervision.models.duty import Closing
from supervision.models.topic_subject import topic_subjects
from supervision.selectors import current_calendar, with_due


@dataclass
class Replies:
    """How the replies to some proposals stand; ``days`` are working days, negative when late."""

    state: str  # none, open, overdue or replied
    due_at: datetime | None = None
    days: int | None = None

    @property
    def tone(self) -> str:
        """How the date is drawn."""
        return "late" if self.state == "overdue" else "near"


Row = dict[str, Any]
"""A key topic on the board, as ``Board`` puts it together and the API lists it."""


def current(committees: Collection[int]) -> Q:
    """The topics of the latest session of each committee that has any, and all that go on.

    So the board is not empty while a new session is still choosing, and forgets nothing old.
    """
    chosen = Session.objects.filter(
        committee__in=committees, key_topics__state__in=KEY_STATES
    ).order_by("collection_opens_at")
    latest = {session.committee_id: session.pk for session in chosen}
    return Q(session__in=latest.values()) | Q(state__in=KEY_UNDER_WAY)


def board(which: Q, committees: Collection[int], at: datetime) -> list[Row]:
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
    return Board(topics, at).rows()


MILESTONES = Prefetch("milestones", with_due(Milestone.objects.all()))
"""Read ahead with a topic: its milestones, each with its date as long as it is owed."""


def own_milestones(
    topic: KeyTopic, calendar: Calendar, at: datetime, limits: Sequence[tuple[str, date]] = ()
) -> list[Any]:
    """The milestones of a topic in their order, read ahead as ``MILESTONES`` says; no query.

    Each with the working ``days`` that are left, negative when it is ``late`` and None where it
    is not owed any more, and with whether it ``contradicts`` one of the limits.
    """
    rows: list[Any] = list(topic.milestones.all())
    for row in rows:
        day = localdate(row.due_at) if row.due_at is not None else None
        row.days = None if day is None else calendar.left(localdate(at), day)
        row.late = day is not None and row.due_at < at
        row.contradicts = day is not None and any(day > limit for _words, limit in limits)
    return rows


def coming(milestones: Sequence[Any]) -> Any:
    """The next of them that is owed; None if there is none."""
    ahead = (row for row in milestones if row.days is not None)
    return min(ahead, key=lambda row: row.due_on, default=None)


class Board:
    """Everything that the rows need, read at once."""

    def __init__(self, topics: list[KeyTopic], at: datetime) -> None:
        self.topics = topics
        self.at = at
        self.calendar = current_calendar()
        handled = {key for topic in topics for key in _handled(topic)}
        self.units: dict[int, list[Any]] = defaultdict(list)
        tasks = Assignment.objects.live().filter(
            proposal__in=handled, role__in=sorted(ANSWERING_ROLES)
        )
        for task in tasks.select_related("unit").order_by("id"):
            self.units[task.proposal_id].append(task.unit)
        self.owed: dict[int, list[Duty]] = defaultdict(list)
        replies = Duty.objects.filter(kind=DutyKind.REPLY, proposal__in=handled)
        for duty in replies.exclude(closing=Closing.CANCELLED).order_by("due_at"):
            self.owed[duty.proposal_id or 0].append(duty)
        self.last_acts = self._last_acts()

    def rows(self) -> list[Row]:
        """A row for each topic."""
        return [self._row(topic) for topic in self.topics]

    def _row(self, topic: Any) -> Row:
        proposals = [
            {
                "proposal": link.proposal,
                "units": self.units[key := link.proposal.merged_into_id or link.proposal_id],
                "replies": self._replies(self.owed[key]),
            }
            for link in topic.links.all()
        ]
        units = {unit.pk: unit for key in _handled(topic) for unit in self.units[key]}
        all_owed = [duty for key in _handled(topic) for duty in self.owed[key]]
        replies = self._replies(sorted(all_owed, key=lambda duty: duty.due_at))
        until = topic.due_at
        limits = [
            (words, localdate(due))
            for words, due in ((_("督办期限"), until), (_("答复期限"), replies.due_at))
            if due is not None
        ]
        milestones = own_milestones(topic, self.calendar, self.at, limits)
        asked = topic.instructions.all()
        waiting = {one.number for one in asked if one.state == InstructionState.OPEN}
        return {
            "topic": topic,
            "proposals": proposals,
            "units": list(units.values()),
            "milestones": milestones,
            "next_milestone": coming(milestones),
            "replies": replies,
            "supervised_until": until,
            "open_instructions": len(waiting),
            "last_act": self.last_acts.get(topic.pk),
            "warnings": self._warnings(milestones, limits, until),
        }

    def _replies(self, duties: list[Duty]) -> Replies:
        """Of duties in the order of their dates."""
        owed = [duty for duty in duties if duty.closed_at is None]
        if not owed:
            return Replies("replied" if duties else "none")
        first = owed[0]
        late = any(duty.is_overdue(self.at) for duty in owed)
        days = self.calendar.left(localdate(self.at), localdate(first.due_at))
        return Replies("overdue" if late else "open", first.due_at, days)

    def _warnings(
        self,
        milestones: list[Any],
        limits: list[tuple[str, date]],
        until: datetime | None,
    ) -> list[str]:
        """Warnings: where the plan conflicts with the time limits, and what is overdue."""
        found = [
            _("节点“%(name)s”（%(day)s）晚于%(limit)s %(due)s")
            % {
                "name": row.name,
                "day": row.due_on,
                "limit": words,
                "due": due,
            }
            for row in milestones
            if row.contradicts
            for words, due in limits
            if row.due_on > due
        ]
        found += [
            _("节点“%(name)s”已逾期 %(days)s 个工作日") % {"name": row.name, "days": -row.days}
            for row in milestones
            if row.late and row.days
        ]
        if until is not None and until < self.at:
            found.append(_("督办期限 %(due)s 已过") % {"due": localdate(until)})
        return found

    def _last_acts(self) -> dict[int, dict[str, Any]]:
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
        return {topic_key: _act(events[number]) for topic_key, number in latest.items()}


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


def _act(event: Event) -> dict[str, Any]:
    return {
        "label": label_of(event.subject_kind, event.action),
        "subject_kind": event.subject_kind,
        "at": event.at,
        "by": event.actor,
    }
