"""The arrangement of a year is entered, looked at, and applied as one act; and why a date is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from members import clock
from members.enums import DutyKind, Role
from members.models import CalendarDay, CalendarYear, User
from members.presets import preset
from proposals.models import Assignment, Event
from supervision.models import CalendarChange, DateChange, Duty
from tests.factories.members import CommitteeFactory, PostFactory
from tests.supervision.office import Office, local

pytestmark = pytest.mark.django_db

WORKING = {"duty": "reply", "amount": 40, "unit": "working_day", "source": "本地规定"}
ASSIGNED = local("2026-12-01 09:00")
NEW_YEAR = """日期,类型,名称
2027-01-01,休,元旦
2027-01-02,休,元旦
2027-01-03,班,元旦
"""


@pytest.fixture
def office() -> Office:
    rules = preset("county")
    return Office({**rules, "deadlines": [WORKING, *rules["deadlines"]]})


@pytest.fixture
def task(office: Office) -> Assignment:
    """Assigned on 1 December 2026; forty working days lead into a year not announced yet."""
    proposal = office.filed()
    units = [{"unit": office.one.pk, "role": "sole"}]
    office.do(office.by(Role.ASSIGNING_OFFICER), proposal, "assign", {"units": units}, at=ASSIGNED)
    return Assignment.objects.get()


def reply_of(task: Assignment) -> Duty:
    return Duty.objects.of("assignment", task.pk).get(kind=DutyKind.REPLY)


def due(duty: Duty) -> date:
    duty.refresh_from_db()
    return timezone.localtime(duty.due_at).date()


def call(user: User, method: str, path: str, *, at: str = "2026-12-05 10:00", **data: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    files = any(isinstance(value, SimpleUploadedFile) for value in data.values())
    kwargs = {"format": "multipart"} if files else {}
    with clock.at(local(at)):
        return getattr(client, method)(f"/api/v1/{path}", data or None, **kwargs)


def administrator(office: Office) -> User:
    return office.by(Role.COMMITTEE_ADMINISTRATOR)


def entered(office: Office, text: str = NEW_YEAR, **more: Any) -> CalendarChange:
    file = SimpleUploadedFile("2027.csv", text.encode())
    answer = call(
        administrator(office),
        "post",
        "calendar-changes/enter/",
        source="国办通知",
        file=file,
        **more,
    )
    assert answer.status_code == 201, answer.content.decode()
    return CalendarChange.objects.get(pk=answer.json()["subject_id"])


# -- A year that is not announced -----------------------------------------------------------


def test_date_in_a_year_not_announced_carries_a_warning(office: Office, task: Assignment) -> None:
    duty = reply_of(task)

    shown = call(office.by(Role.COMMITTEE_CLERK), "get", f"duties/{duty.pk}/").json()

    assert due(duty) == date(2027, 1, 26)
    assert shown["assumed_years"] == [2027]
    year = call(office.initiator, "get", "calendar/2027/").json()
    assert year["status"] == "assumed"
    assert len(year["days"]) == 365


def test_arrangement_is_looked_at_before_it_moves_anything(
    office: Office, task: Assignment
) -> None:
    duty = reply_of(task)
    change = entered(office, NEW_YEAR.replace("03,班", "03,休"), year="2027")

    moves = call(administrator(office), "get", f"calendar-changes/{change.pk}/moves/").json()

    assert moves["count"] == 1
    (move,) = moves["moves"]
    assert (move["duty"], move["title"]) == (duty.pk, task.proposal.title)
    assert move["due_before"].startswith("2027-01-26")
    assert move["due_after"].startswith("2027-01-27")
    assert due(duty) == date(2027, 1, 26)


def test_applied_change_moves_open_duties_as_one_recorded_act(
    office: Office, task: Assignment
) -> None:
    duty = reply_of(task)
    change = entered(office, "2027-01-01,休,元旦\n2027-01-25,休,小年", year="2027")

    done = call(administrator(office), "post", f"calendar-changes/{change.pk}/apply/")

    assert done.status_code == 200
    assert due(duty) == date(2027, 1, 28)
    (moved,) = DateChange.objects.filter(duty=duty)
    event = Event.objects.get(subject_kind="calendarchange", action="apply")
    assert (moved.cause, moved.event, moved.reason) == ("calendar", event, "国办通知")
    assert duty.first_due_at == local("2027-01-26 23:59:59")
    assert CalendarYear.objects.get().year == 2027
    assert set(CalendarDay.objects.values_list("source", flat=True)) == {"国办通知"}
    clerk = office.by(Role.COMMITTEE_CLERK)
    assert call(clerk, "get", f"duties/{duty.pk}/").json()["assumed_years"] == []
    again = call(administrator(office), "post", f"calendar-changes/{change.pk}/apply/")
    assert again.status_code == 409


def test_closed_duties_never_move(office: Office, task: Assignment) -> None:
    liaison = office.by(Role.UNIT_LIAISON, office.one)
    office.do(liaison, task, "acknowledge", at=local("2026-12-02 10:00"))
    signed = Duty.objects.get(kind=DutyKind.ACKNOWLEDGE)
    before = signed.due_at
    change = entered(office, "2026-12-03,休,临时放假\n2026-12-04,休,临时放假")

    call(administrator(office), "post", f"calendar-changes/{change.pk}/apply/")

    signed.refresh_from_db()
    assert signed.due_at == before
    assert due(Duty.objects.get(kind=DutyKind.RETURN_WINDOW)) == date(2026, 12, 8)


def test_discarded_change_moves_nothing(office: Office, task: Assignment) -> None:
    change = entered(office, "2027-01-25,休,小年")

    call(administrator(office), "post", f"calendar-changes/{change.pk}/discard/")

    assert due(reply_of(task)) == date(2027, 1, 26)
    assert not CalendarDay.objects.exists()


def test_failed_import_tells_row_and_column_and_changes_nothing(office: Office) -> None:
    file = SimpleUploadedFile(
        "2027.csv", "2027-01-01,休,元旦\n明天,休,\n2027-01-02,放羊,\n".encode("gb18030")
    )

    answer = call(
        administrator(office), "post", "calendar-changes/enter/", source="通知", file=file
    )

    assert answer.status_code == 400
    told = [error["detail"] for error in answer.json()["errors"]]
    assert "第 2 行第 1 列" in told[0]
    assert "第 3 行第 2 列" in told[1]
    assert not CalendarChange.objects.exists()


def test_calendar_is_the_topmost_committees(office: Office, task: Assignment) -> None:
    below = CommitteeFactory(parent=office.staffed.committee)
    other = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=below).user
    platform = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user
    days = [{"day": "2027-01-01", "is_working": False, "name": "元旦"}]

    def enter(user: User) -> int:
        client = APIClient()
        client.force_authenticate(user)
        with clock.at(local("2026-12-05 10:00")):
            answer = client.post(
                "/api/v1/calendar-changes/enter/", {"source": "通知", "days": days}, format="json"
            )
        return int(answer.status_code)

    assert enter(other) == 403
    assert enter(office.by(Role.COMMITTEE_CLERK)) == 403
    assert enter(platform) == 201
    change = CalendarChange.objects.get()
    assert call(other, "get", f"calendar-changes/{change.pk}/").status_code == 404


# -- Why this date --------------------------------------------------------------------------


def test_why_tells_rule_source_and_every_skipped_day_by_name(
    office: Office, task: Assignment
) -> None:
    clerk = office.by(Role.COMMITTEE_CLERK)
    stop = {"ground": "policy", "reason": "等待上级规划"}
    office.do(clerk, task, "stop_clock", stop, at=local("2026-12-07 10:00"))
    office.do(clerk, task, "resume_clock", at=local("2026-12-09 10:00"))
    change = entered(office, "2027-01-01,休,元旦")
    call(
        administrator(office), "post", f"calendar-changes/{change.pk}/apply/", at="2026-12-10 10:00"
    )

    why = call(clerk, "get", f"duties/{reply_of(task).pk}/why/").json()

    assert why["source"] == "本地规定"
    assert sum(day["counted"] for day in why["days"]) == 40
    skipped = {day["day"]: (day["kind"], day["name"], day["paused"]) for day in why["skipped"]}
    assert skipped["2026-12-05"] == ("weekend", "", False)
    assert skipped["2026-12-07"] == ("workday", "", True)
    assert skipped["2027-01-01"] == ("holiday", "元旦", False)
    assert [change["cause"] for change in why["changes"]] == ["resumed", "calendar"]
    assert why["pauses"][0]["reason"] == "等待上级规划"
    assert why["days"][-1]["day"] == f"{due(reply_of(task))}"


# -- Punctuality ----------------------------------------------------------------------------


def test_lateness_is_told_in_working_days_by_unit_and_by_kind(
    office: Office, task: Assignment
) -> None:
    clerk = office.by(Role.COMMITTEE_CLERK)
    at = "2026-12-08 10:00"  # signing was due on the 4th

    (unit,) = call(clerk, "get", "duties/lateness/unit/", at=at).json()
    kinds = {row["key"]: row for row in call(clerk, "get", "duties/lateness/kind/", at=at).json()}

    assert (unit["label"], unit["overdue"], unit["most_days_late"]) == (office.one.name, 1, 2)
    assert kinds["acknowledge"]["overdue"] == 1
    assert kinds["reply"]["overdue"] == 0


def test_extended_reply_is_on_time_by_the_effective_date_alone() -> None:
    office = Office()
    late = office.acknowledged()
    asked = {"new_due_on": "2024-05-31", "reason": "需要论证"}
    liaison = office.by(Role.UNIT_LIAISON, office.one)
    office.do(liaison, late, "request_extension", asked, at=local("2024-04-28 10:00"))
    request = late.extension_requests.get()
    office.do(office.by(Role.COMMITTEE_DIRECTOR), request, "consent", at=local("2024-04-29 10:00"))
    office.delivered(late, local("2024-05-20 10:00"))

    rows = call(
        office.by(Role.COMMITTEE_CLERK), "get", "duties/lateness/kind/", at="2024-05-21 10:00"
    )
    reply = next(row for row in rows.json() if row["key"] == "reply")

    assert (reply["done"], reply["on_time"], reply["on_time_originally"]) == (1, 1, 0)
