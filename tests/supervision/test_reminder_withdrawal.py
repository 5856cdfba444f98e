"""What is over is not reminded of any more, by mail or robot either."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.enums import Means, OutgoingState
from members.models import Delivery, Notice
from proposals.models import Assignment
from supervision.models import Duty, Reminder
from supervision.models.reminder import ReminderState
from supervision.reminder_withdrawal import withdraw_reminders
from tests.factories.members import UserFactory
from tests.supervision.office import ASSIGNED, Office

pytestmark = pytest.mark.django_db

NEEDLESS, WAITING = OutgoingState.NEEDLESS, OutgoingState.WAITING


@pytest.fixture
def duties() -> list[Duty]:
    """Two replies that are owed."""
    office = Office()
    tasks: list[Assignment] = [office.acknowledged()]
    tasks += office.assigned((office.two, "sole"))
    return [Duty.objects.filter(closed_at=None, subject_id=task.pk).latest("id") for task in tasks]


def remind_of(*duties: Duty, state: str = WAITING) -> Delivery:
    """One notice that reminds of all of them, and its delivery."""
    reader = UserFactory()
    notice = Notice.objects.create(recipient=reader, title="提醒", created_at=ASSIGNED)
    for duty in duties:
        Reminder.objects.create(
            duty=duty,
            date_version=duty.date_version,
            step=f"s{notice.pk}",
            recipient=reader,
            state=ReminderState.SENT,
            moment=ASSIGNED,
            at=ASSIGNED,
            notice=notice,
        )
    moments: dict[str, Any] = dict.fromkeys(["created_at", "due_at", "next_try_at"], ASSIGNED)
    return Delivery.objects.create(
        notice=notice, recipient=reader, means=Means.EMAIL, state=state, **moments
    )


def state_of(row: Delivery) -> str:
    row.refresh_from_db()
    return row.state


def test_reminders_of_what_is_over_are_withdrawn(duties: list[Duty]) -> None:
    over, owed = duties
    rows = [remind_of(over), remind_of(over, state=OutgoingState.FAILED), remind_of(owed)]
    gone = remind_of(over, state=OutgoingState.SENT)

    withdraw_reminders([over.pk])

    assert [state_of(row) for row in rows] == [NEEDLESS, NEEDLESS, WAITING]
    assert state_of(gone) == OutgoingState.SENT


def test_notice_that_also_reminds_of_what_is_owed_goes_out(duties: list[Duty]) -> None:
    row = remind_of(*duties)

    withdraw_reminders([duties[0].pk])
    kept = state_of(row)
    withdraw_reminders(duty.pk for duty in duties)

    assert (kept, state_of(row)) == (WAITING, NEEDLESS)


@pytest.mark.parametrize("what", ["paused", "moved"])
def test_other_duty_that_is_paused_or_moved_keeps_nothing(duties: list[Duty], what: str) -> None:
    row = remind_of(*duties)
    change = {"paused": {"paused_at": timezone.localtime(ASSIGNED)}, "moved": {"date_version": 2}}
    Duty.objects.filter(pk=duties[1].pk).update(**change[what])

    withdraw_reminders([duties[0].pk])

    assert state_of(row) == NEEDLESS


def test_questions_do_not_grow_with_the_reminders(duties: list[Duty]) -> None:
    counted = []
    for waiting in (0, 1, 20):
        for _number in range(waiting):
            remind_of(duties[0])
        with CaptureQueriesContext(connection) as captured:
            withdraw_reminders([duty.pk for duty in duties])
        counted.append(len(captured))

    assert counted == [1, 3, 3]


def test_nothing_over_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        withdraw_reminders([])

    assert len(captured) == 0
