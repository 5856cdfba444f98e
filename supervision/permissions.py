"""What a person sees of duties and key topics; joins the table of ``proposals.permissions``."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from members.enums import DutyKind
from members.models import User
from members.selectors import posts_of
from proposals.models import Assignment, Event
from proposals.permissions import LATE, NOBODY, VISIBLE, Reach, on_record, visible
from supervision.models import (
    CalendarChange,
    ChaseNotice,
    Duty,
    Instruction,
    KeyTopic,
    Milestone,
    Reminder,
    TopicFile,
    TopicProposal,
)
from supervision.models.duty import TOPICAL

AWAITED = (DutyKind.REPLY, DutyKind.REHANDLE)
"""What proposers wait for."""


def duties(reach: Reach) -> Q:
    """One's own duties and those of one's unit; for officials, those on what they read.

    Leaders see what is owed for key topics, and on the proposals that are in them.
    """
    return (
        (Q(committee__in=reach.officials) & on_record(reach, "proposal__"))
        | Q(committee__in=reach.officials | reach.supervising, subject_kind__in=[*TOPICAL])
        | (Q(committee__in=reach.supervising) & Q(proposal__in=_in_key_topics(reach)))
        | Q(unit__in=reach.units)
        | Q(member__in=reach.members)
        | Q(body__in=reach.bodies)
    )


def reminders(reach: Reach) -> Q:
    """Those sent to oneself are in the inbox; the record of all is the officials'."""
    return Q(duty__committee__in=reach.officials)


def chase_notices(reach: Reach) -> Q:
    """Officials, the unit that is chased, and leaders."""
    return Q(committee__in=reach.officials | reach.supervising) | Q(unit__in=reach.units)


def calendar_changes(reach: Reach) -> Q:
    """Whoever can enter them: the topmost committee's office, and the platform's."""
    everything = Q(pk__isnull=False) if reach.platform else NOBODY
    return Q(committee__in=reach.offices) | everything


def _in_key_topics(reach: Reach) -> QuerySet[TopicProposal, Any]:
    """Proposals of announced topics of the committees where they are leaders.

    What was merged is handled with its host.
    """
    links = TopicProposal.objects.filter(
        topic__committee__in=reach.supervising, topic__announced_at__isnull=False
    ).order_by()
    return links.values(handled=Coalesce("proposal__merged_into", "proposal"))


def _at_work(reach: Reach, path: str = "") -> Q:
    """Topics on which they work, between office and leaders; ``path`` leads to the topic."""
    return Q(**{f"{path}committee__in": reach.officials | reach.supervising}) | Q(
        **{f"{path}supervising_body__in": reach.bodies}
    )


def _of_own_unit(reach: Reach) -> QuerySet[KeyTopic, Any]:
    """Announced topics with a proposal that their unit has in hand, or an instruction to it."""
    tasks = Assignment.objects.live().filter(unit__in=reach.units).values("proposal")
    handled = Q(links__proposal__in=tasks) | Q(links__proposal__merged_into__in=tasks)
    asked = Q(instructions__unit__in=reach.units)
    announced = KeyTopic.objects.filter(announced_at__isnull=False).order_by()
    return announced.filter(handled | asked).values("pk")


def key_topics(reach: Reach) -> Q:
    """Officials and leaders see all; the public part of an announced one, every member.

    Before that, those who nominated it see their own nomination.
    """
    return (
        _at_work(reach)
        | Q(committee__in=reach.assemblies, announced_at__isnull=False)
        | Q(nominating_body__in=reach.bodies)
        | Q(nominating_unit__in=reach.units)
        | (Q(pk__in=_of_own_unit(reach)) if reach.units else NOBODY)
    )


def milestones(reach: Reach) -> Q:
    """Those who work on the topic, and the units that it concerns."""
    concerned = Q(topic__in=_of_own_unit(reach)) if reach.units else NOBODY
    return _at_work(reach, "topic__") | concerned


def instructions(reach: Reach) -> Q:
    """Those who work on the topic, and the unit that is asked."""
    return _at_work(reach, "topic__") | Q(unit__in=reach.units)


def topic_files(reach: Reach) -> Q:
    """Photographs and papers are for those who work on the topic."""
    return _at_work(reach, "topic__")


_events_of_proposals = VISIBLE[Event]


def events(reach: Reach) -> Q:
    """As before; leaders also read what happened to key topics."""
    return _events_of_proposals(reach) | Q(
        committee__in=reach.supervising, subject_kind__in=[*TOPICAL]
    )


def works_on(user: User, topic: KeyTopic, on: date) -> bool:
    """Whether plan, problems, instructions and report of the topic are for the user."""
    reach = Reach.of(posts_of(user, on))
    inside = topic.committee_id in reach.officials | reach.supervising
    return inside or topic.supervising_body_id in reach.bodies


def is_concerned(user: User, topic: KeyTopic, on: date) -> bool:
    """Whether the user's unit handles a proposal of the topic, or is asked by a leader."""
    reach = Reach.of(posts_of(user, on))
    return bool(reach.units) and _of_own_unit(reach).filter(pk=topic.pk).exists()


def led_committees(user: User, on: date) -> set[int]:
    """The committees whose board of key topics the user reads."""
    reach = Reach.of(posts_of(user, on))
    return reach.officials | reach.supervising if user.is_active else set()


def foreseen(user: User, on: date) -> Q:
    """Duties of which proposers are told what is owed and until when, though never by whom.

    It is the answer to their own proposal that they wait for.
    """
    reach = Reach.of(posts_of(user, on))
    if not user.is_active or not (reach.members or reach.bodies):
        return NOBODY
    return Q(kind__in=AWAITED, proposal__in=reach.own_and_hosts().order_by().values("pk"))


VISIBLE[Duty] = duties
VISIBLE[Event] = events
VISIBLE[Instruction] = instructions
VISIBLE[KeyTopic] = key_topics
VISIBLE[Milestone] = milestones
VISIBLE[TopicFile] = topic_files
VISIBLE[Reminder] = reminders
VISIBLE[ChaseNotice] = chase_notices
VISIBLE[CalendarChange] = calendar_changes


def late(user: User, at: datetime) -> Q:
    """Proposals with an overdue duty that the user sees."""
    duties_seen = visible(user, Duty.objects.overdue(at), localdate(at))
    return Q(pk__in=duties_seen.values("proposal"))


LATE.append(late)
