"""The calendar that somebody subscribes to: what stands in it, and at whose address."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from members import clock
from members.enums import DutyKind, Role
from members.models import CalendarFeed, Notice, Session, User
from members.pages import calendar_feed
from members.reader import Operator, Reader
from members.services import change_account, close_calendar, make_calendar_address
from supervision.models import Duty, Milestone
from supervision.pages.duties import mine
from supervision.pages.home import own_duties
from tests.factories.members import PASSWORD, UserFactory
from tests.proposals.conftest import Life, life
from tests.supervision.leaders import Leaders
from tests.supervision.office import ASSIGNED, Office

__all__ = ["life"]

pytestmark = pytest.mark.django_db


def subscribed(user: User, at: datetime = ASSIGNED) -> str:
    """The path of the calendar of somebody who has just switched it on."""
    return f"/calendar/{make_calendar_address(user=user, at=at)}.ics"


def fetched(path: str, at: datetime = ASSIGNED, **headers: str) -> Any:
    with clock.at(at):
        return Client().get(path, headers=headers or None)


def events(path: str, at: datetime = ASSIGNED) -> list[icalendar.Event]:
    answer = fetched(path, at)
    assert answer.status_code == 200
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def days(found: list[icalendar.Event], *, of: str = "《") -> list[date]:
    """On which days those are whose title has these words."""
    return [event["DTSTART"].dt for event in found if of in event["SUMMARY"]]


def duties_of(user: User, at: datetime) -> list[Duty]:
    return list(mine()(Reader(user, at)).order_by("due_at", "pk"))


# -- What stands in it ------------------------------------------------------------------------


def test_a_unit_sees_the_dates_of_its_list_on_whole_days() -> None:
    office = Office()
    (task,) = office.assigned()
    liaison = office.by(Role.UNIT_LIAISON, task.unit)

    found = events(subscribed(liaison))
    shown: Any = own_duties(Reader(liaison, ASSIGNED))

    listed = [entry["row"] for entry in shown["duties"]]
    assert [event["DTSTART"].dt for event in found] == [localdate(row.due_at) for row in listed]
    assert [event["URL"] for event in found] == [
        f"http://testserver{entry['url']}" for entry in shown["duties"]
    ]
    first = found[0]
    assert first["SUMMARY"] == f"签收：{task.proposal.case_no}《{task.proposal.title}》"
    assert first["DTEND"].dt - first["DTSTART"].dt == timedelta(days=1)
    assert not first.walk("VALARM")


def test_a_proposer_sees_when_the_answer_is_due_and_not_who_owes_it() -> None:
    office = Office()
    (task,) = office.assigned()
    reply = Duty.objects.of("assignment", task.pk).get(kind=DutyKind.REPLY)

    answer = fetched(subscribed(office.initiator)).content.decode()
    found = icalendar.Calendar.from_ical(answer).walk("VEVENT")

    (waiting,) = [event for event in found if "《" in event["SUMMARY"]]
    assert waiting["SUMMARY"].startswith("等待答复：")
    assert waiting["DTSTART"].dt == localdate(reply.due_at)
    assert task.unit.name not in answer


def test_proposers_and_the_office_see_sessions_and_units_do_not() -> None:
    office = Office()
    (task,) = office.assigned()
    session = Session.objects.get()
    at = session.collection_closes_at - timedelta(days=1)

    member = events(subscribed(office.initiator), at)
    liaison = events(subscribed(office.by(Role.UNIT_LIAISON, task.unit)), at)

    last = localdate(session.collection_closes_at - timedelta(seconds=1))
    assert days(member, of="征集提案截止") == [last]
    (plenary,) = [event for event in member if "会议召开" in event["SUMMARY"]]
    assert plenary["DTSTART"].dt == session.opens_on
    assert plenary["DTEND"].dt == session.closes_on + timedelta(days=1)
    assert days(liaison, of="会议") == []


def test_a_leader_sees_the_milestones_of_the_topics_that_they_lead() -> None:
    leaders = Leaders()
    leaders.planned(leaders.filed())

    led = events(subscribed(leaders.users["supervisor"], leaders.now), leaders.now)
    others = events(subscribed(leaders.users["second leader"], leaders.now), leaders.now)

    due = list(Milestone.objects.order_by("due_on").values_list("due_on", flat=True))
    assert days(led, of="完成督办节点") == due
    assert days(others, of="完成督办节点") == []


def test_what_is_done_or_lies_far_away_does_not_stand_in_it() -> None:
    office = Office()
    (task,) = office.assigned()
    liaison = office.by(Role.UNIT_LIAISON, task.unit)
    path = subscribed(liaison)
    before = events(path)
    office.do(liaison, task, "acknowledge", at=ASSIGNED)
    (reply,) = duties_of(liaison, ASSIGNED)

    after = events(path)
    long_ago = events(path, reply.due_at + timedelta(days=61))
    long_before = events(path, reply.due_at - timedelta(days=402))

    assert (len(before), days(after)) == (2, [localdate(reply.due_at)])
    assert (long_ago, long_before) == ([], [])


def test_a_date_that_is_moved_keeps_its_identity_and_says_that_it_is_newer() -> None:
    office = Office()
    (task,) = office.assigned()
    liaison = office.by(Role.UNIT_LIAISON, task.unit)
    office.do(liaison, task, "acknowledge", at=ASSIGNED)
    path = subscribed(liaison)
    later = ASSIGNED + timedelta(days=30)
    (before,) = events(path, later)
    old = fetched(path, later)
    (duty,) = duties_of(liaison, later)

    extend(office, task, localdate(duty.due_at) + timedelta(days=20), at=later)
    (after,) = events(path, later + timedelta(hours=1))

    (moved,) = duties_of(liaison, later)
    assert before["DTSTART"].dt == localdate(duty.due_at)
    assert after["DTSTART"].dt == localdate(moved.due_at) > before["DTSTART"].dt
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    assert fetched(path, later, **{"If-None-Match": old["ETag"]}).status_code == 200


def extend(office: Office, task: Any, until: date, *, at: datetime) -> None:
    """The unit asks for more time, and the director grants it."""
    plea = {"reason": "情况复杂", "new_due_on": until.isoformat(), "proposer_consulted": True}
    office.do(office.by(Role.UNIT_LIAISON, task.unit), task, "request_extension", plea, at=at)
    request = task.extension_requests.get()
    office.do(office.by(Role.COMMITTEE_DIRECTOR), request, "consent", at=at)


def test_the_clock_that_stands_still_is_told(life: Life) -> None:
    tasks = life.at_work()
    liaison = life.users["A liaison"]
    path = subscribed(liaison, life.now)
    life["clerk"].does("stop_clock", tasks["A"], ground="policy", reason="等待上级规划")

    (paused,) = [event for event in events(path, life.now) if "答复" in event["SUMMARY"]]

    assert paused["SUMMARY"].startswith("答复（暂停计时）：")
    assert paused["STATUS"] == "TENTATIVE"


# -- As a file --------------------------------------------------------------------------------


def test_lines_are_folded_and_escaped_as_the_standard_says() -> None:
    office = Office()
    (task,) = office.assigned()
    title = "关于增设路灯, 长椅; 和遮阳棚\\的建议" * 4
    Duty.objects.update(title=title)

    content = fetched(subscribed(office.by(Role.UNIT_LIAISON, task.unit))).content

    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    found = icalendar.Calendar.from_ical(content)
    assert {event["SUMMARY"].partition("《")[2] for event in found.walk("VEVENT")} == {f"{title}》"}
    assert found["VERSION"] == "2.0"
    assert all(event["DTSTAMP"].dt.tzinfo is not None for event in found.walk("VEVENT"))


def test_it_is_kept_by_nobody_but_its_reader_and_sent_again_only_when_it_changed() -> None:
    office = Office()
    (task,) = office.assigned()
    path = subscribed(office.by(Role.UNIT_LIAISON, task.unit))

    answer = fetched(path)
    again = fetched(path, **{"If-None-Match": answer["ETag"]})

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert (again.status_code, again.content) == (304, b"")


def test_it_takes_as_many_queries_for_one_date_as_for_many(life: Life) -> None:
    path = subscribed(life.users["A liaison"], life.now)
    counted, found = [], []
    for proposals in (1, 3):
        for _each in range(proposals):
            life.assigned()
        with CaptureQueriesContext(connection) as captured:
            found.append(len(events(path, life.now)))
        counted.append(len(captured))

    assert found == [2, 8]
    assert counted[0] == counted[1] <= 8


# -- At whose address -------------------------------------------------------------------------


def test_nobody_without_the_address_and_nothing_once_it_is_closed() -> None:
    user = UserFactory()
    path = subscribed(user)
    strangers = fetched("/calendar/guessed.ics")
    there = fetched(path)
    replaced = subscribed(user)
    old, new = fetched(path), fetched(replaced)
    close_calendar(user=user)

    assert [answer.status_code for answer in (strangers, there, old, new)] == [404, 200, 404, 200]
    assert fetched(replaced).status_code == 404


def test_the_calendar_of_a_disabled_account_is_not_there() -> None:
    user = UserFactory()
    path = subscribed(user)
    change_account(account=user, is_active=False, by=Operator(ASSIGNED))

    assert fetched(path).status_code == 404


def test_only_the_hash_of_an_address_is_kept() -> None:
    secret = make_calendar_address(user=UserFactory(), at=ASSIGNED)

    assert len(secret) >= 43  # 256 bits
    assert secret not in str(CalendarFeed.objects.values().get())
    assert secret not in str(list(Notice.objects.values()))


def test_the_account_page_makes_an_address_shown_once_and_closes_it(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    asked = client.get("/me/calendar/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    warning = client.get("/me/calendar/").content.decode()
    made = client.post("/me/calendar/")
    (path,) = re.findall(r"http://testserver(/calendar/[\w-]+\.ics)", made.content.decode())

    assert "/reauthenticate/" in asked["Location"]
    assert "谁有这个地址，谁就能看到您的期限" in warning
    assert made["Cache-Control"] == "no-store"
    assert fetched(path).status_code == 200
    assert path not in client.get("/me/").content.decode()
    assert Notice.objects.get(recipient=user).title == "您的日历订阅有了新地址"

    client.post("/me/calendar/close/")

    assert fetched(path).status_code == 404


def test_windows_are_bounded() -> None:
    window = calendar_feed.window(Reader(UserFactory(), ASSIGNED))

    assert (window.last - window.first).days == 460


def test_the_api_makes_and_closes_an_address(client: Client) -> None:
    client.force_login(UserFactory())
    before = client.get("/api/v1/me/calendar/").json()
    made = client.post("/api/v1/me/calendar/")
    path = made.json()["url"].removeprefix("http://testserver")
    known = client.get("/api/v1/me/calendar/").json()
    there = fetched(path)
    closed = client.delete("/api/v1/me/calendar/")

    assert before == {"made_at": None}
    assert (made.status_code, known) == (201, {"made_at": made.json()["made_at"]})
    assert (there.status_code, closed.status_code, fetched(path).status_code) == (200, 204, 404)
