"""One dull factory for each machine of supervision, and for what hangs on it.

They write rows directly and so pass by the one door on purpose: what they make has no events.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import factory

from members.enums import Role
from members.models import User
from proposals.models import Proposal
from supervision.enums import (
    PUBLIC_UNDER_WAY,
    CalendarChangeState,
    InstructionState,
    KeyTopicState,
    MilestoneState,
)
from supervision.models import CalendarChange, Instruction, KeyTopic, Milestone
from tests.factories.members import CommitteeFactory
from tests.factories.proposals import ASSIGNED_AT, FILED_AT, RECEIVED_AT, SubjectFactory, session_of

PUBLIC = (*PUBLIC_UNDER_WAY, KeyTopicState.CONCLUDED, KeyTopicState.CANCELLED)


class CalendarChangeFactory(SubjectFactory):
    """A day off in 2024, entered and not applied."""

    class Meta:
        model = CalendarChange

    state = CalendarChangeState.ENTERED
    committee = factory.SubFactory(CommitteeFactory)
    days = factory.LazyFunction(
        lambda: [{"day": "2024-05-06", "is_working": False, "name": "休息"}]
    )
    source = "通知"


class KeyTopicFactory(SubjectFactory):
    """Nominated by the clerk; name ``of`` and ``led_by`` for its proposals and leaders."""

    class Meta:
        model = KeyTopic
        skip_postgeneration_save = True

    state = KeyTopicState.NOMINATED
    committee = factory.SubFactory(CommitteeFactory)
    session = factory.LazyAttribute(lambda o: session_of(o.committee))
    title = factory.Sequence(lambda n: f"第{n}条街停车")
    reason = "群众关切"
    nominator_role = Role.COMMITTEE_CLERK
    methods = factory.LazyFunction(lambda: ["site"])
    announced_at = factory.LazyAttribute(lambda o: FILED_AT if o.state in PUBLIC else None)

    @factory.post_generation
    def of(self: KeyTopic, create: bool, extracted: Sequence[Proposal] | None, **kw: Any) -> None:
        for proposal in extracted or ():
            self.links.create(proposal=proposal)

    @factory.post_generation
    def led_by(self: KeyTopic, create: bool, extracted: Sequence[User] | None, **kw: Any) -> None:
        if create and extracted:
            self.supervisors.set(extracted)


class MilestoneFactory(SubjectFactory):
    """Planned for ten days after the assignment."""

    class Meta:
        model = Milestone

    state = MilestoneState.PLANNED
    topic = factory.SubFactory(KeyTopicFactory, state=KeyTopicState.SUPERVISING)
    committee = factory.SelfAttribute("topic.committee")
    name = "现场督办"
    due_on: date = (ASSIGNED_AT + timedelta(days=10)).date()
    first_due_on: date = (ASSIGNED_AT + timedelta(days=10)).date()


class InstructionFactory(SubjectFactory):
    """Of the mayor; name the ``unit`` that is asked."""

    class Meta:
        model = Instruction

    state = InstructionState.OPEN
    topic = factory.SubFactory(KeyTopicFactory, state=KeyTopicState.SUPERVISING)
    committee = factory.SelfAttribute("topic.committee")
    number = 1
    leader = "市长"
    text = "请抓紧办理。"
    given_on: date = RECEIVED_AT.date()
