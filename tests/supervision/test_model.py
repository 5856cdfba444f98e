"""Whatever happens in whatever order: the same dates as counting days, each reminder once.

Units get tasks, hand them on, ask for more time, stop and reply; the calendar changes; time goes
forward by leaps; sweeps come late, twice, or not at all, and workers die in the middle.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from unittest import mock

import pytest
from dateutil.relativedelta import relativedelta
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.exceptions import APIException

from members.enums import Role
from members.presets import preset
from proposals.door import perform
from proposals.models import Assignment, ExtensionRequest, Proposal, Reply
from supervision.models import CalendarChange, ChaseLine, Duty, Reminder
from supervision.reminders import remind
from tests.supervision.office import Office, local
from tests.supervision.reference_deadlines import (
    ReferenceCalendar,
    ReferenceDuty,
    day_of,
    moment_of,
)

REPLY_RULES = {
    "months": {"amount": 2, "unit": "month"},
    "days": {"amount": 60, "unit": "day", "roll": True},
    "working-days": {"amount": 40, "unit": "working_day"},
}
OTHER_RULES: dict[str, dict[str, Any]] = {
    "acknowledge": {"amount": 3, "unit": "working_day"},
    "return_window": {"amount": 3, "unit": "working_day"},
    "extension_decision": {"amount": 3, "unit": "working_day"},
    "feedback": {"amount": 15, "unit": "day"},
}
KILLED_AT = [
    "supervision.reminders.chase_notices.issue",
    "supervision.reminders.send",
    "supervision.models.duty.DutyQuerySet.bulk_update",
]
TIMED = {"reply", "assist_opinion", "rehandle"}


class WorkerKilled(BaseException):
    """The worker is gone."""


class DutiesUnderRandomSteps(RuleBasedStateMachine):
    """Rows on one side, the naive reference on the other."""

    office: ClassVar[Office]
    filed: ClassVar[list[Proposal]]
    limits: ClassVar[dict[str, dict[str, Any]]]
    ladders: ClassVar[dict[str, list[dict[str, Any]]]]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now: datetime = local("2026-08-31 10:00")
        self.days = ReferenceCalendar()
        self.owed: dict[int, ReferenceDuty] = {}
        self.extended: set[int] = set()  # tasks

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # -- What people do -----------------------------------------------------------------------

    @rule()
    @precondition(lambda self: self.waiting())
    def assign(self) -> None:
        proposal = self.waiting()[0]
        units = [{"unit": self.office.one.pk, "role": "sole"}]
        self.act(Role.ASSIGNING_OFFICER, proposal, "assign", {"units": units})

    @rule(pick=st.integers(0, 9))
    def acknowledge(self, pick: int) -> None:
        if task := self.task(pick, state="issued"):
            self.act(Role.UNIT_LIAISON, task, "acknowledge")

    @rule(pick=st.integers(0, 9))
    def hand_on(self, pick: int) -> None:
        task = self.task(pick, state__in=["issued", "acknowledged", "handling"])
        if task is None:
            return
        (former,) = Duty.objects.of("assignment", task.pk).open().filter(kind="reply")
        before = self.owed[former.pk]
        other = self.office.two if task.unit == self.office.one else self.office.one
        self.act(Role.ASSIGNING_OFFICER, task, "reassign", {"unit": other.pk, "reason": "职责在彼"})
        new = Assignment.objects.get(replaces=task)
        (duty,) = Duty.objects.of("assignment", new.pk).filter(kind="reply")
        owed = self.owed[duty.pk]
        owed.set_at, owed.set_to = self.now, before.due_at
        today = day_of(self.now)
        span = (day_of(before.due_at) - today).days
        owed.left = sum(self.days.work(today + timedelta(days=n)) for n in range(1, span + 1))
        owed.begin(self.days)

    @rule(pick=st.integers(0, 9), more=st.integers(1, 28))
    def extend(self, pick: int, more: int) -> None:
        task = self.task(pick, state__in=["acknowledged", "handling"])
        if task is None:
            return
        (duty,) = Duty.objects.of("assignment", task.pk).open().filter(kind="reply")
        until = max(
            day_of(duty.due_at) + timedelta(days=more), day_of(self.now) + timedelta(days=1)
        )
        data = {"new_due_on": until.isoformat(), "reason": "需要实地调研"}
        ask = (Role.UNIT_LIAISON, task, "request_extension", data)
        owed = self.owed[duty.pk]
        latest = owed.due_at + relativedelta(months=1)
        if task.pk in self.extended or moment_of(until, time(23, 59, 59)) > latest:
            self.refused(*ask)
            return
        self.act(*ask)
        request = ExtensionRequest.objects.latest("id")
        self.act(Role.COMMITTEE_DIRECTOR, request, "consent")
        self.extended.add(task.pk)
        owed.set_at, owed.set_to, owed.left = self.now, request.new_due_at, None
        owed.move(self.days, self.now)
        self.refused(*ask)  # a second time

    @rule(pick=st.integers(0, 9))
    def stop(self, pick: int) -> None:
        task = self.task(pick, state__in=["issued", "acknowledged", "handling"])
        if task is None:
            return
        data = {"ground": "policy", "reason": "等待上级规划"}
        stop = (Role.COMMITTEE_CLERK, task, "stop_clock", data)
        duties = Duty.objects.of("assignment", task.pk).open().filter(kind__in=TIMED)
        clocks = [self.owed[key] for key in duties.values_list("pk", flat=True)]
        if any(clock.stopped_at is None and clock.due_at >= self.now for clock in clocks):
            self.act(*stop)
            for clock in clocks:
                clock.stopped_at = self.now
        self.refused(*stop)  # it stands now, or stood already, or has run out

    @rule(pick=st.integers(0, 9))
    def go_on(self, pick: int) -> None:
        task = self.task(pick, clock_stopped_at__isnull=False)
        if task is None:
            return
        self.act(Role.COMMITTEE_CLERK, task, "resume_clock")
        for duty in Duty.objects.of("assignment", task.pk).open().filter(kind__in=TIMED):
            self.owed[duty.pk].run_on(self.days, self.now)

    @rule(pick=st.integers(0, 9))
    def reply(self, pick: int) -> None:
        task = self.task(pick, state__in=["acknowledged", "handling"])
        if task is None or task.replies.exists():
            return
        at = self.now.isoformat()
        talk = {"held_at": at, "way": "visit", "stage": "during", "persons": "甲", "outcome": "好"}
        self.act(Role.UNIT_LIAISON, task, "record_contact", talk)
        points = [
            {"suggestion": suggestion.pk, "answer": "已增设", "adoption": "adopted"}
            for suggestion in task.proposal.suggestions.all()
        ]
        text = {"body": "答复", "result_class": "A", "contact_name": "李", "contact_phone": "1"}
        self.act(Role.UNIT_LIAISON, task, "draft_reply", {**text, "points": points})
        reply = Reply.objects.latest("id")
        for role, step in [
            (Role.UNIT_LIAISON, "send_to_check"),
            (Role.UNIT_LIAISON, "pass_check"),
            (Role.UNIT_SIGNATORY, "sign"),
        ]:
            self.act(role, reply, step, unit=task.unit)
        self.act(Role.UNIT_LIAISON, reply, "deliver", {"document_number": "1"}, unit=task.unit)

    @rule(
        changes=st.dictionaries(
            st.dates(date(2026, 8, 20), date(2027, 3, 1)), st.booleans(), min_size=1, max_size=6
        )
    )
    def change_the_calendar(self, changes: dict[date, bool]) -> None:
        days = [{"day": day.isoformat(), "is_working": on} for day, on in changes.items()]
        change = CalendarChange(committee=self.office.staffed.committee)
        self.act(Role.COMMITTEE_ADMINISTRATOR, change, "enter", {"days": days, "source": "通知"})
        self.act(Role.COMMITTEE_ADMINISTRATOR, CalendarChange.objects.latest("id"), "apply")
        self.days.declared |= changes
        for owed in self.owed.values():
            if not owed.is_closed:
                owed.move(self.days, self.now)

    # -- Time and sweeps ---------------------------------------------------------------------

    @rule(hours=st.integers(1, 72))
    def hours_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(days=st.integers(1, 30))
    def the_system_is_down_for_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(days=st.integers(1, 30))
    def days_pass(self, days: int) -> None:
        for _day in range(days):
            self.now += timedelta(days=1)
            self.sweep(1)

    @rule(times=st.integers(1, 3))
    def sweep(self, times: int) -> None:
        for _time in range(times):
            remind(at=self.now)
        for owed in self.owed.values():
            owed.tick(self.ladders.get(owed.kind, []), self.days, self.now)

    @rule(where=st.sampled_from(KILLED_AT))
    def the_worker_is_killed(self, where: str) -> None:
        with (
            mock.patch(where, side_effect=WorkerKilled),
            suppress(WorkerKilled),
            transaction.atomic(),
        ):
            remind(at=self.now)
            raise WorkerKilled  # it had nothing to do: dead all the same

    # -- What must hold -----------------------------------------------------------------------

    @invariant()
    def dates_are_those_of_the_reference(self) -> None:
        for duty in Duty.objects.order_by("pk"):
            owed = self.owed[duty.pk]
            assert (duty.due_at, duty.date_version) == (owed.due_at, owed.version), duty.kind

    @invariant()
    def each_reminder_is_on_record_once(self) -> None:
        found: dict[int, dict[tuple[int, str], str]] = {}
        people: Counter[tuple[int, int, str]] = Counter()
        for row in Reminder.objects.order_by("pk"):
            found.setdefault(row.duty_id, {})[row.date_version, row.step] = row.state
            people[row.duty_id, row.date_version, row.step] += row.recipient_id is not None
        assert found == {pk: owed.taken for pk, owed in self.owed.items() if owed.taken}
        sent = Reminder.objects.filter(state="sent")
        assert sent.filter(notice=None).count() == 0
        assert sent.values("notice", "duty").distinct().count() == sent.count()
        assert all(
            people[pk, version, step] >= (state == "sent")
            for pk, taken in found.items()
            for (version, step), state in taken.items()
        )

    @invariant()
    def papers_are_numbered_without_a_gap(self) -> None:
        for committee, year in ChaseLine.objects.values_list(
            "notice__committee", "notice__year"
        ).distinct():
            lines = ChaseLine.objects.filter(notice__committee=committee, notice__year=year)
            serials = sorted(set(lines.values_list("notice__serial", flat=True)))
            assert serials == list(range(1, len(serials) + 1))

    # -- Helpers ------------------------------------------------------------------------------

    def waiting(self) -> list[Proposal]:
        keys = [proposal.pk for proposal in self.filed]
        return list(Proposal.objects.filter(pk__in=keys, state="filed").order_by("pk"))

    def task(self, pick: int, **wanted: Any) -> Assignment | None:
        tasks = list(Assignment.objects.filter(**wanted).order_by("pk"))
        return tasks[pick % len(tasks)] if tasks else None

    def act(self, role: Role, subject: Any, step: str, data: Any = None, unit: Any = None) -> None:
        unit = unit or getattr(subject, "unit", None)
        in_unit = role in (Role.UNIT_LIAISON, Role.UNIT_SIGNATORY)
        person = self.office.by(role, unit if in_unit else None)
        perform(subject, step, person, data or {}, at=self.now)
        self.look()

    def refused(self, *step: Any) -> None:
        with pytest.raises(APIException):
            self.act(*step)

    def look(self) -> None:
        """Take over which duties there are; their dates are the reference's own."""
        for duty in Duty.objects.order_by("pk"):
            if duty.pk not in self.owed:
                owed = ReferenceDuty(duty.kind, duty.opened_at, self.limits[duty.kind])
                owed.begin(self.days)
                self.owed[duty.pk] = owed
            owed = self.owed[duty.pk]
            if duty.closed_at is not None and owed.stopped_at is not None:
                owed.run_on(self.days, self.now)  # nobody is late for what was done meanwhile
            owed.is_closed = duty.closed_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("unit", REPLY_RULES)
def test_dates_and_reminders_are_those_of_counting_days(unit: str) -> None:
    document = preset("county")
    rules = {**OTHER_RULES, "reply": REPLY_RULES[unit]}
    deadlines = [{"duty": kind, **limit} for kind, limit in rules.items()]
    office = Office({**document, "deadlines": deadlines})
    ladders: dict[str, list[dict[str, Any]]] = {}
    for ladder in document["reminders"]["ladders"]:
        for kind in ladder["duties"]:
            if "key" not in ladder:
                ladders.setdefault(kind, ladder["steps"])
    filed = [office.filed() for _number in range(3)]
    Duty.objects.all().delete()  # of the time before
    DutiesUnderRandomSteps.office, DutiesUnderRandomSteps.filed = office, filed
    DutiesUnderRandomSteps.limits, DutiesUnderRandomSteps.ladders = rules, ladders

    run_state_machine_as_test(
        DutiesUnderRandomSteps,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
