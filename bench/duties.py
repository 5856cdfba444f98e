"""Open duties by the thousand, for the benchmarks of reminders."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from members.enums import DutyKind, Role
from members.models import Committee, Unit, User
from members.presets import preset
from proposals.door import perform
from proposals.models import Event, Proposal
from supervision.deadlines import Terms
from supervision.models import Duty
from tests.factories.members import (
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    SessionFactory,
    TermFactory,
    UnitFactory,
)

UNITS = 20
_numbers = count(1)


class Office:
    """A committee with units, each with one liaison, whose reminders go out at any hour."""

    def __init__(self) -> None:
        rules = preset("county")
        rules["reminders"] |= {
            "window_from": "00:00",
            "window_until": "23:59:59",
            "working_days_only": False,
        }
        self.committee: Committee = CommitteeFactory(rulebook=rules)
        SessionFactory(term=TermFactory(committee=self.committee))
        self.units: list[Unit] = UnitFactory.create_batch(UNITS, committee=self.committee)
        self.liaisons: list[User] = [
            PostFactory(role=Role.UNIT_LIAISON, committee=self.committee, unit=unit).user
            for unit in self.units
        ]
        member = MemberFactory(committee=self.committee)
        title = {"title": "关于增设公共厕所的建议"}
        self.event: Event = perform(Proposal(committee=self.committee), "draft", member.user, title)
        self.proposal = Proposal.objects.get()

    def owe(self, number: int, *, at: datetime, is_due: bool) -> list[int]:
        """Add open duties to reply: reminded of at ``at``, or a month later; their keys.

        Each has a title of its own, so that its notices can be told from all others.
        """
        opened = at - timedelta(days=10)
        due = at + (timedelta(hours=20) if is_due else timedelta(days=60))
        terms: dict[str, Any] = Terms(anchor_at=opened, set_at=opened, set_to=due).model_dump(
            mode="json"
        )
        first = next(_numbers)
        duties = [
            Duty(
                kind=DutyKind.REPLY,
                subject_kind="bench",
                subject_id=key,
                proposal=self.proposal,
                title=f"第 {key} 件",
                committee=self.committee,
                role=Role.UNIT_LIAISON,
                unit=self.units[key % UNITS],
                opened_by=self.event,
                opened_at=opened,
                due_at=due,
                first_due_at=due,
                basis="答复期限",
                terms=terms,
                dated_at=opened,
                remind_at=at - timedelta(hours=1) if is_due else at + timedelta(days=30),
            )
            for key in range(first, first + number)
        ]
        for _used in range(number - 1):
            next(_numbers)
        return [duty.pk for duty in Duty.objects.bulk_create(duties, batch_size=2000)]
