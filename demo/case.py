"""One planned proposal as it is played, and what is known of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from demo.api_user import ApiUser
from demo.case_plan import CasePlan
from demo.days import Days, moment
from demo.letters import Note, note
from demo.people import People
from demo.scenario import Scenario
from demo.texts import ProposalText
from members.models import Body, Member

LONG_AGO = datetime(1949, 10, 1, tzinfo=UTC)
"""Before anything happened."""


@dataclass(eq=False)
class Case:
    """A plan, its text, its people, and the keys that the API has given."""

    plan: CasePlan
    text: ProposalText
    scenario: Scenario
    people: People
    rng: Random
    days: Days
    at: datetime = LONG_AGO  # the moment that it has come to
    lead: Member | None = None
    body: Body | None = None
    id: int = 0
    suggestions: list[int] = field(default_factory=list)  # as the first unit read them
    merged: list[Case] = field(default_factory=list)  # what was merged into it
    tasks: dict[str, int] = field(default_factory=dict)  # unit to assignment
    replies: dict[str, int] = field(default_factory=dict)  # unit to its last reply
    forms: dict[str, list[int]] = field(default_factory=dict)  # unit to its feedback forms
    topic: int = 0  # the key topic, of a key proposal
    promises: list[tuple[str, int]] = field(default_factory=list)  # unit, commitment
    assigned_at: datetime = LONG_AGO
    replied_at: datetime = LONG_AGO
    rated_at: datetime = LONG_AGO
    is_filed: bool = False

    @property
    def path(self) -> str:
        """The proposal's address under the API's root."""
        return f"proposals/{self.id}"

    @property
    def proposer(self) -> ApiUser:
        """The initiator, or the contact of the body."""
        if self.body is not None:
            return self.people.contact(self.body.pk)
        if self.lead is None:
            raise ValueError("a case begins with its proposer")
        return self.people.member(self.lead.pk)

    @property
    def unit(self) -> str:
        """The first unit that answers."""
        return self.plan.tasks[0].unit

    def on(self, day: date) -> datetime:
        """Go on to a working hour of ``day``, after what was before; returns the moment."""
        self.at += timedelta(minutes=5)
        return self.until(self.working_hour(moment(day, 9)))

    def until(self, at: datetime) -> datetime:
        """Go on to a moment, never back; returns it."""
        self.at = max(at, self.at)
        return self.at

    def write(self, kind: Note, *, unit: str = "", other: str = "") -> str:
        """A short text about the proposal."""
        return note(self.rng, self.text, kind, unit=unit, other=other)

    def working_hour(self, day: datetime) -> datetime:
        """A moment in the working hours of a day."""
        minute = self.rng.randrange(8 * 60)
        start = datetime.combine(timezone.localtime(day).date(), time(9))
        return timezone.make_aware(start + timedelta(minutes=minute))

    def later(self, moment: datetime, low: int, high: int) -> datetime:
        """A working hour ``low`` to ``high`` days after a moment, and never before it."""
        day = moment + timedelta(days=self.rng.randint(low, high))
        return max(self.working_hour(day), moment + timedelta(minutes=5))

    def phone(self) -> str:
        """A telephone number that is not in use."""
        return f"0000-{self.rng.randrange(10**7):07}"
