"""Reminders as offices complain of them elsewhere: late, twice, at night, after the fact.

The rulebook is the county's: a reply in two months, reminded of 30, 15, 7, 3, 1 and 0 days
before; a chase notice a day after, a supervision notice after 7 days, a circular after 15.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.processes import Child
from members import clock
from members.enums import DutyKind, Paper, Role
from members.models import Notice, User
from members.presets import preset
from proposals.models import Assignment, ExtensionRequest
from supervision import reminders, tasks
from supervision.models import ChaseNotice, Duty, Reminder
from supervision.reminders import catch_up, remind
from tests.factories.members import PostFactory
from tests.services import until
from tests.supervision.office import ASSIGNED, Office, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def task(office: Office) -> Assignment:
    """Signed for on Monday 4 March 2024; the reply is due on Saturday 4 May."""
    return office.acknowledged()


def reply_of(task: Assignment) -> Duty:
    return Duty.objects.of("assignment", task.pk).filter(kind=DutyKind.REPLY).latest("id")


def steps(task: Assignment, **wanted: Any) -> list[tuple[str, str]]:
    """The record of the reply's reminders, each step once, in the order of sending."""
    rows = Reminder.objects.filter(duty=reply_of(task), **wanted).order_by("id")
    return list(dict.fromkeys(rows.values_list("step", "state")))


def told(user: User) -> list[str]:
    return list(
        Notice.objects.filter(recipient=user).order_by("id").values_list("title", flat=True)
    )


def liaison(office: Office) -> User:
    return office.by(Role.UNIT_LIAISON, office.one)


# -- When ----------------------------------------------------------------------------------


def test_ladder_is_climbed_step_by_step_in_the_hours_of_the_office(
    office: Office, task: Assignment
) -> None:
    sent: list[tuple[str, str]] = []
    at = ASSIGNED
    while at < local("2024-06-01 00:00"):
        at += timedelta(hours=1)
        if remind(at=at):
            sent += [
                (row.step, f"{timezone.localtime(row.at):%m-%d %H:%M}")
                for row in Reminder.objects.filter(at=at, duty=reply_of(task), state="sent")
            ]

    # Saturday the 4th of May lies in the Labour Day holiday, from the 1st to the 5th.
    assert list(dict.fromkeys(sent)) == [
        ("-30d", "04-03 09:00"),  # the 4th is Tomb-sweeping Day
        ("-15d", "04-19 09:00"),
        ("-7d", "04-26 09:00"),  # the 27th is a Saturday; the 28th is worked, but comes too late
        ("0d", "04-30 09:00"),  # the last working day before; what is missed is not repeated
        ("+1d", "05-06 09:00"),
        ("+7d", "05-11 09:00"),  # a Saturday that is worked
        ("+15d", "05-20 09:00"),
    ]


def test_nobody_is_reminded_at_night_or_on_a_holiday(office: Office, task: Assignment) -> None:
    for moment in ("2024-04-03 08:29", "2024-04-03 17:30", "2024-04-04 12:00", "2024-04-05 23:00"):
        assert remind(at=local(moment)) == 0

    assert remind(at=local("2024-04-07 08:30")) > 0  # the Sunday that makes up for it
    assert steps(task) == [("-30d", "sent")]


def test_after_three_days_without_a_bell_only_the_latest_step_is_sent(
    office: Office, task: Assignment
) -> None:
    before = len(told(liaison(office)))

    remind(at=local("2024-04-29 10:00"))

    assert steps(task) == [("-30d", "skipped"), ("-15d", "skipped"), ("-7d", "sent")]
    assert len(told(liaison(office))) == before + 1


def test_doubled_and_late_bells_change_nothing(office: Office, task: Assignment) -> None:
    first = remind(at=local("2024-04-03 09:00"))
    again = [remind(at=local("2024-04-03 09:00") + timedelta(minutes=n)) for n in range(5)]

    assert first == 1
    assert again == [0] * 5
    assert len([title for title in told(liaison(office)) if "还有" in title]) == 1


def test_what_fell_before_the_duty_was_owed_is_no_reminder(office: Office) -> None:
    (task,) = office.assigned()
    twenty = {"duty": "reply", "amount": 20, "unit": "day", "source": "本地规定"}
    rules = preset("county")
    other = Office({**rules, "deadlines": [twenty, *rules["deadlines"]]})
    (short,) = other.assigned()

    for one in (task, short):
        catch_up(until=local("2024-05-05 12:00"), among=Q(proposal=one.proposal))

    assert steps(task)[0] == ("-30d", "sent")
    assert steps(short)[0] == ("-15d", "sent")


# -- A duty that is done, moved, or kept quiet ----------------------------------------------


def test_who_has_replied_is_not_reminded(office: Office, task: Assignment) -> None:
    office.delivered(task, local("2024-04-02 10:00"))

    remind(at=local("2024-04-03 09:00"))
    remind(at=local("2024-05-06 09:00"))

    assert steps(task) == []


def test_extended_date_has_reminders_of_its_own_and_the_old_ones_are_gone(
    office: Office, task: Assignment
) -> None:
    remind(at=local("2024-04-26 09:00"))
    asked = {"new_due_on": "2024-05-31", "reason": "需要论证"}
    office.do(liaison(office), task, "request_extension", asked, at=local("2024-04-28 10:00"))
    request = ExtensionRequest.objects.get()
    office.do(office.by(Role.COMMITTEE_DIRECTOR), request, "consent", at=local("2024-04-29 10:00"))

    catch_up(until=local("2024-05-17 12:00"), among=Q(proposal=task.proposal))

    duty = reply_of(task)
    assert duty.date_version == 2
    assert steps(task, date_version=1)[-1] == ("-7d", "sent")
    assert steps(task, date_version=2) == [("-30d", "sent"), ("-15d", "sent")]
    assert "2024-05-31" in Notice.objects.latest("id").text
    (change,) = duty.changes.all()
    assert (change.cause, change.reason) == ("extended", "需要论证")
    assert change.asked_by == liaison(office)
    assert change.event.actor == office.by(Role.COMMITTEE_DIRECTOR)
    assert duty.first_due_at == local("2024-05-04 23:59:59")


def test_clock_that_stands_still_reminds_nobody_and_makes_nobody_late(
    office: Office, task: Assignment
) -> None:
    why = {"ground": "policy", "reason": "等待省里的规划"}
    clerk = office.by(Role.COMMITTEE_CLERK)
    office.do(clerk, task, "stop_clock", why, at=local("2024-04-02 10:00"))

    assert remind(at=local("2024-05-07 09:00")) == 0
    assert not Duty.objects.overdue(local("2024-05-07 09:00")).filter(kind="reply").exists()

    office.do(clerk, task, "resume_clock", at=local("2024-05-12 10:00"))
    duty = reply_of(task)
    assert duty.due_at == local("2024-06-13 23:59:59")  # forty days later
    assert [row.cause for row in duty.changes.all()] == ["resumed"]
    assert remind(at=local("2024-05-14 09:00")) == 1  # thirty days before the new date


def test_muted_proposal_is_quiet_but_for_what_is_statutory(
    office: Office, task: Assignment
) -> None:
    quiet = {"until": "2024-12-31", "reason": "已与单位约定"}
    clerk = office.by(Role.COMMITTEE_CLERK)
    office.do(clerk, task.proposal, "mute_reminders", quiet, at=local("2024-03-05 10:00"))

    remind(at=local("2024-04-03 09:00"))
    remind(at=local("2024-05-06 09:00"))

    assert steps(task) == [
        ("-30d", "muted"),
        ("-15d", "skipped"),
        ("-7d", "skipped"),
        ("-3d", "skipped"),
        ("-1d", "skipped"),
        ("0d", "skipped"),
        ("+1d", "sent"),
    ]


def test_key_proposal_is_chased_sooner(office: Office, task: Assignment) -> None:
    director = office.by(Role.COMMITTEE_DIRECTOR)
    office.do(
        director,
        task.proposal,
        "designate_key",
        {"meeting": "主席会议"},
        at=local("2024-03-06 10:00"),
    )

    catch_up(until=local("2024-05-20 12:00"), among=Q(proposal=task.proposal))

    found = dict(steps(task))
    assert {"-45d", "+3d"} <= set(found)
    assert not {"+15d"} & set(found)


# -- To whom, and with which paper ----------------------------------------------------------


def test_after_the_date_the_leaders_are_chased_with_numbered_papers(
    office: Office, task: Assignment
) -> None:
    catch_up(until=local("2024-06-01 12:00"), among=Q(proposal=task.proposal))

    papers = list(ChaseNotice.objects.order_by("id"))
    assert [(paper.kind, paper.number) for paper in papers] == [
        (Paper.CHASE, "提督〔2024〕1号"),
        (Paper.SUPERVISION, "提督〔2024〕2号"),
        (Paper.CIRCULAR, "提督〔2024〕3号"),
    ]
    assert [paper.lines.get().days_late for paper in papers] == [1, 6, 12]
    assert papers[0].unit == office.one
    chase, notice, circular = (paper.number for paper in papers)
    heard = {
        role: [
            number for number in (chase, notice, circular) if any(number in t for t in told(who))
        ]
        for role, who in {
            "signatory": office.by(Role.UNIT_SIGNATORY, office.one),
            "liaison": liaison(office),
            "clerk": office.by(Role.COMMITTEE_CLERK),
            "inspection": office.by(Role.INSPECTION_OFFICER),
            "director": office.by(Role.COMMITTEE_DIRECTOR),
            "leader": office.by(Role.LEADING_SUPERVISOR),
            "other unit": office.by(Role.UNIT_SIGNATORY, office.two),
        }.items()
    }
    assert heard == {
        "signatory": [chase, notice],
        "liaison": [chase, notice],
        "clerk": [chase],
        "inspection": [notice, circular],
        "director": [circular],
        "leader": [circular],
        "other unit": [],
    }


def test_circular_lists_everything_that_is_late_together(office: Office) -> None:
    tasks = [office.assigned((unit, "sole"))[0] for unit in (office.one, office.two)]
    for task in tasks:
        office.do(office.by(Role.UNIT_LIAISON, task.unit), task, "acknowledge", at=ASSIGNED)

    for moment in ("2024-05-06 09:00", "2024-05-13 09:00", "2024-05-20 09:00"):
        remind(at=local(moment))

    (circular,) = ChaseNotice.objects.filter(kind=Paper.CIRCULAR)
    assert circular.lines.count() == 2
    assert "2 件" in circular.title
    serials = list(ChaseNotice.objects.order_by("serial").values_list("serial", flat=True))
    assert serials == [1, 2, 3, 4, 5]


def test_leader_gets_a_circular_once_however_much_it_lists(office: Office) -> None:
    tasks = [office.assigned((unit, "sole"))[0] for unit in (office.one, office.two)]
    for task in tasks:
        office.do(office.by(Role.UNIT_LIAISON, task.unit), task, "acknowledge", at=ASSIGNED)

    for moment in ("2024-05-06 09:00", "2024-05-13 09:00", "2024-05-20 09:00"):
        remind(at=local(moment))

    circular = ChaseNotice.objects.get(kind=Paper.CIRCULAR)
    heard = Notice.objects.filter(recipient=office.by(Role.LEADING_SUPERVISOR))
    assert [notice.link for notice in heard.filter(title__contains=circular.number)] == [
        f"/api/v1/chase-notices/{circular.pk}/"
    ]


def test_proposal_that_becomes_key_late_is_not_told_old_news_nor_chased_twice(
    office: Office, task: Assignment
) -> None:
    for moment in ("2024-05-06 09:00", "2024-05-13 09:00"):
        remind(at=local(moment))
    papers = list(ChaseNotice.objects.values_list("kind", flat=True))
    director = office.by(Role.COMMITTEE_DIRECTOR)
    meeting = {"meeting": "主席会议"}
    office.do(director, task.proposal, "designate_key", meeting, at=local("2024-05-13 10:00"))

    assert remind(at=local("2024-05-14 09:00")) == 0
    assert list(ChaseNotice.objects.values_list("kind", flat=True)) == papers


def test_duty_that_fails_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = [office.assigned((unit, "sole"))[0] for unit in (office.one, office.two)]
    bad = reply_of(tasks[0])
    plain = reminders.steps_of

    def steps_of(duty: Duty, *rest: Any) -> Any:
        if duty.pk == bad.pk:
            raise ValueError("something that nobody thought of")
        return plain(duty, *rest)

    monkeypatch.setattr(reminders, "steps_of", steps_of)
    remind(at=local("2024-04-03 09:00"))

    assert steps(tasks[1]) == [("-30d", "sent")]
    assert steps(tasks[0]) == []
    bad.refresh_from_db()
    assert bad.remind_at == local("2024-04-03 10:00")
    assert "Cannot remind of duty" in caplog.text


def test_subject_says_whether_something_must_be_done(office: Office, task: Assignment) -> None:
    catch_up(until=local("2024-05-07 12:00"), among=Q(proposal=task.proposal))

    assert told(office.by(Role.UNIT_SIGNATORY, office.one))[-1].startswith("【需办理】")
    assert told(office.by(Role.COMMITTEE_CLERK))[-1].startswith("【知悉】")


def test_post_that_nobody_holds_is_on_record(office: Office, task: Assignment) -> None:
    liaison(office).posts.update(until=local("2024-04-01 00:00").date())

    remind(at=local("2024-04-03 09:00"))

    assert steps(task) == [("-30d", "nobody")]
    remind(at=local("2024-04-03 10:00"))
    assert Reminder.objects.filter(duty=reply_of(task)).count() == 1


def test_two_parts_in_one_duty_make_one_notice(office: Office, task: Assignment) -> None:
    both = office.by(Role.UNIT_SIGNATORY, office.one)
    PostFactory(
        role=Role.UNIT_LIAISON, committee=office.staffed.committee, unit=office.one, user=both
    )
    before = len(told(both))

    remind(at=local("2024-04-30 09:00"))

    assert len(told(both)) == before + 1


# -- Many at once ---------------------------------------------------------------------------


def test_sweep_asks_as_often_for_many_duties_as_for_one(office: Office) -> None:
    def asked(duties: int, at: datetime) -> int:
        model = Duty.objects.filter(kind="reply").latest("id")
        for _number in range(duties):
            model.pk, model.subject_id = None, 10_000 + Duty.objects.count()
            model.remind_at = model.dated_at
            model.save()
        with CaptureQueriesContext(connection) as queries:
            remind(at=at)
        return len(queries)

    office.acknowledged()
    at = local("2024-04-03 09:00")
    remind(at=at)

    few = asked(2, at)
    assert asked(40, at) == few


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_send_each_reminder_once() -> None:
    office = Office()
    for unit in (office.one, office.two, office.three):
        office.assigned((unit, "sole"))
    ended: list[int] = []

    def work() -> None:
        try:
            ended.append(remind(at=local("2024-04-03 09:00")))
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    replies = Reminder.objects.filter(duty__kind="reply", state="sent")
    assert replies.count() == 3
    assert sum(ended) == Reminder.objects.filter(state="sent").count()


@pytest.mark.django_db(transaction=True)
def test_a_worker_reminds_when_the_bell_rings(celery_worker: Child) -> None:
    rules = preset("county")
    rules["reminders"] |= {
        "window_from": "00:00",
        "window_until": "23:59:59",
        "working_days_only": False,
    }
    office = Office(rules)
    (task,) = office.assigned()
    Duty.objects.filter(pk=reply_of(task).pk).update(due_at=clock.now() + timedelta(hours=30))

    tasks.send_reminders.delay()

    until(lambda: Reminder.objects.filter(duty=reply_of(task), state="sent").exists())


def test_killed_workers_lose_and_double_nothing(request: pytest.FixtureRequest) -> None:
    script = Path(__file__).parents[2] / "bench" / "kill_worker.py"
    database = request.config.getoption("--database")
    argv = [sys.executable, str(script), "--rounds", "2", "--json", f"--database={database}"]

    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"rounds": 2, "lost": 0, "doubled": 0}
