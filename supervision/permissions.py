"""Who sees which duties, key topics and reminders."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from members.reader import Reader
from members.visibility import EVERYTHING, NOBODY, Visibility, visible
from proposals.models import Assignment, Event
from proposals.permissions import on_record, own_and_hosts
from supervision.duty_kinds import AWAITED
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
from supervision.models.topic_subject import topic_subjects


def led_committees(reader: Reader) -> frozenset[int]:
    """The committees whose board of key topics the reader reads."""
    return reader.reach.officials | reader.reach.supervising


def duties(reader: Reader) -> Q:
    """One's own duties and those of one's unit; for officials, those on what they read.

    Leaders see what is owed for key topics, and on the proposals that are in them.
    """
    return (
        (Q(committee__in=reader.reach.officials) & on_record(reader, "proposal__"))
        | Q(
            committee__in=led_committees(reader),
            subject_kind__in=[*topic_subjects()],
        )
        | (Q(committee__in=reader.reach.supervising) & Q(proposal__in=_in_key_topics(reader)))
        | Q(unit__in=reader.reach.units)
        | Q(member__in=reader.reach.members)
        | Q(body__in=reader.reach.bodies)
    )


def reminders(reader: Reader) -> Q:
    """Those sent to oneself are in the inbox; the record of all is the officials'."""
    return Q(duty__committee__in=reader.reach.officials)


def chase_notices(reader: Reader) -> Q:
    """Officials, the unit that is chased, and leaders."""
    return Q(committee__in=led_committees(reader)) | Q(unit__in=reader.reach.units)


def calendar_changes(reader: Reader) -> Q:
    """Whoever can enter them: the topmost committee's office, and the platform's."""
    everything = EVERYTHING if reader.reach.platform else NOBODY
    return Q(committee__in=reader.reach.offices) | everything


def _in_key_topics(reader: Reader) -> QuerySet[TopicProposal, Any]:
    """Proposals of announced topics of the committees where they are leaders.

    What was merged is handled with its host.
    """
    links = TopicProposal.objects.filter(
        topic__committee__in=reader.reach.supervising, topic__announced_at__isnull=False
    ).order_by()
    return links.values(handled=Coalesce("proposal__merged_into", "proposal"))


def _at_work(reader: Reader, path: str = "") -> Q:
    """Topics on which they work, between office and leaders; ``path`` leads to the topic."""
    return Q(**{f"{path}committee__in": led_committees(reader)}) | Q(
        **{f"{path}supervising_body__in": reader.reach.bodies}
    )


def _of_own_unit(reader: Reader) -> QuerySet[KeyTopic, Any]:
    """Announced topics with a proposal that their unit handles, or an instruction to it."""
    tasks = Assignment.objects.live().filter(unit__in=reader.reach.units).values("proposal")
    handled = Q(links__proposal__in=tasks) | Q(links__proposal__merged_into__in=tasks)
    asked = Q(instructions__unit__in=reader.reach.units)
    announced = KeyTopic.objects.filter(announced_at__isnull=False).order_by()
    return announced.filter(handled | asked).values("pk")


def key_topics(reader: Reader) -> Q:
    """Officials and leaders see all; the public part of an announced one, every member.

    Before that, those who nominated it see their own nomination.
    """
    return (
        _at_work(reader)
        | Q(committee__in=reader.reach.assemblies, announced_at__isnull=False)
        | Q(nominating_body__in=reader.reach.bodies)
        | Q(nominating_unit__in=reader.reach.units)
        | (Q(pk__in=_of_own_unit(reader)) if reader.reach.units else NOBODY)
    )


def milestones(reader: Reader) -> Q:
    """Those who work on the topic, and the units that it concerns."""
    concerned = Q(topic__in=_of_own_unit(reader)) if reader.reach.units else NOBODY
    return _at_work(reader, "topic__") | concerned


def instructions(reader: Reader) -> Q:
    """Those who work on the topic, and the unit that is asked."""
    return _at_work(reader, "topic__") | Q(unit__in=reader.reach.units)


def topic_files(reader: Reader) -> Q:
    """Photographs and documents are for those who work on the topic."""
    return _at_work(reader, "topic__")


def events(reader: Reader) -> Q:
    """Beside the events of proposals, leaders read what happened to key topics."""
    return Q(committee__in=reader.reach.supervising, subject_kind__in=[*topic_subjects()])


def works_on(reader: Reader, topic: KeyTopic) -> bool:
    """Whether plan, problems, instructions and report of the topic are for the reader."""
    inside = topic.committee_id in led_committees(reader)
    return inside or topic.supervising_body_id in reader.reach.bodies


def is_concerned(reader: Reader, topic: KeyTopic) -> bool:
    """Whether the reader's unit handles a proposal of the topic, or is asked by a leader."""
    return bool(reader.reach.units) and _of_own_unit(reader).filter(pk=topic.pk).exists()


def led_topics(reader: Reader, path: str = "") -> Q:
    """Topics that the reader was named to lead; ``path`` leads to the topic."""
    led = KeyTopic.supervisors.through.objects.filter(user=reader.user)
    return Q(**{f"{path}pk__in": led.values("keytopic")})


def foreseen(reader: Reader) -> Q:
    """Duties that proposers see with their dates, though never who owes them.

    It is the answer to their own proposal that they wait for.
    """
    if not (reader.reach.members or reader.reach.bodies):
        return NOBODY
    return Q(kind__in=AWAITED, proposal__in=own_and_hosts(reader).order_by().values("pk"))


VISIBLE = (
    Visibility(Duty, duties),
    Visibility(Event, events),
    Visibility(Instruction, instructions),
    Visibility(KeyTopic, key_topics),
    Visibility(Milestone, milestones),
    Visibility(TopicFile, topic_files),
    Visibility(Reminder, reminders),
    Visibility(ChaseNotice, chase_notices),
    Visibility(CalendarChange, calendar_changes),
)


def overdue(reader: Reader) -> Q:
    """Proposals with an overdue duty that the reader sees."""
    duties_seen = visible(reader, Duty.objects.overdue(reader.at))
    return Q(pk__in=duties_seen.values("proposal"))
