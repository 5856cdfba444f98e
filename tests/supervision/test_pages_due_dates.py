"""Why a date is the one it is: the strip of days, and the tab that shows it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from members import clock
from members.models import CalendarDay, CalendarYear
from supervision.calendar import Calendar, DayKind
from supervision.deadlines import Pause
from supervision.models import Duty
from supervision.pages import explained_dates
from supervision.pages.date_strip import Strip, strip
from supervision.selectors import current_calendar
from tests.proposals.conftest import Life, life

__all__ = ["life"]


def drawn(*, counted: set[date], days: list[date], start: date, **more: Any) -> Strip:
    """A strip of these days in the packaged calendar."""
    calendar = Calendar()
    rows = []
    for day in days:
        known = calendar.day(day)
        rows.append(
            {
                "day": day,
                "counted": day in counted,
                "paused": False,
                "kind": known.kind,
                "name": known.name,
            }
        )
    return strip(
        rows,
        start=start,
        due=days[-1],
        today=more.get("today", date(2030, 1, 1)),
        calendar=calendar,
        standing=more.get("standing"),
    )


def over_may_day() -> list[date]:
    """2024: off from 1 to 5 May, made up for on 28 April and 11 May."""
    return [date(2024, 4, 27) + timedelta(days=n) for n in range(15)]


def marks(found: Strip) -> dict[int, str]:
    return {cell.day.day: cell.mark for month in found.months for cell in month.cells if cell.mark}


def test_strip_marks_holidays_and_weekends_that_are_worked():
    days = over_may_day()
    counted = {day for day in days if Calendar().is_working(day)}

    found = drawn(counted=counted, days=days, start=date(2024, 4, 26))

    assert marks(found) == {
        26: "起",
        28: "班",
        1: "休",
        2: "休",
        3: "休",
        4: "休",
        5: "休",
        11: "止",
    }
    assert [month.first for month in found.months] == [date(2024, 4, 1), date(2024, 5, 1)]
    assert found.months[1].notes == ["节假日（劳动节） 5-1—5-5", "调休上班（劳动节） 5-11"]
    assert found.counted == len(counted) == 9
    assert found.rested == 6


def test_strip_hatches_a_pause_that_goes_on():
    days = over_may_day()

    found = drawn(
        counted=set(days),
        days=days,
        start=date(2024, 4, 26),
        standing=Pause(date(2024, 5, 6), date.max),
    )

    hatched = [c.day for month in found.months for c in month.cells if "day-paused" in c.look]
    assert hatched == [day for day in days if day >= date(2024, 5, 6)]
    assert found.stood == 6


def test_words_tell_the_same_as_the_strip():
    days = over_may_day()
    counted = {day for day in days if Calendar().is_working(day)}

    found = drawn(counted=counted, days=days, start=date(2024, 4, 26), today=date(2024, 5, 6))

    assert [(run.start.day, run.end.day, run.counts, run.sum) for run in found.runs] == [
        (26, 26, "起算", 0),
        (27, 27, "不计", 0),
        (28, 28, "计入", 1),
        (29, 30, "计入", 3),
        (1, 5, "不计", 3),
        (6, 10, "计入", 8),
        (11, 11, "计入", 9),
    ]
    today = next(c for month in found.months for c in month.cells if "day-today" in c.look)
    assert today.words.endswith("今天")


def test_calendar_reads_days_and_years_in_one_query(db, django_assert_num_queries):
    CalendarDay.objects.create(day=date(2024, 5, 6), is_working=False, name="休息", source="x")
    CalendarYear.objects.create(year=2031, source="x", entered_at=clock.now())

    with django_assert_num_queries(1):
        calendar = current_calendar()

    day = calendar.day(date(2024, 5, 6))
    assert (day.kind, day.name) == (DayKind.HOLIDAY, "休息")
    assert list(calendar.entered) == [2031]


def opens(life: Life, name: str, path: str, **query: Any) -> Any:
    client = Client()
    client.force_login(life.users[name], settings.AUTHENTICATION_BACKENDS[0])
    with clock.at(life.now):
        return client.get(path, query)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_tab_explains_the_units_own_date_and_hides_those_of_others(life):
    tasks = life.at_work(assist="B")
    page = f"/proposals/{tasks['A'].proposal_id}/"
    duty = Duty.objects.get(kind="reply", subject_id=tasks["A"].pk)

    seen = text(opens(life, "A handler", page, tab="limits"))

    assert "由您办理" in seen
    assert "自“交办”" in seen
    due = localtime(duty.due_at)
    assert f'title="{due.year}年{due.month}月{due.day}日' in seen
    others = text(opens(life, "B handler", page, tab="limits"))
    assert f"/duties/{duty.pk}/" not in others
    assert opens(life, "B handler", f"/duties/{duty.pk}/").status_code == 404
    assert opens(life, "A handler", f"/duties/{duty.pk}/").status_code == 200


def test_tab_tells_how_a_date_moved_and_by_whom(life):
    task = life.at_work()["A"]
    request = {"new_due_on": "2024-03-20", "reason": "须现场勘察"}
    life["A liaison"].does("request_extension", task, **request)
    life["director"].does("consent", task.extension_requests.get())

    seen = text(opens(life, "clerk", f"/proposals/{task.proposal_id}/", tab="limits"))

    assert "期限的变动" in seen
    assert "须现场勘察" in seen
    assert "2024年3月20日" in seen


def test_what_is_owed_is_never_left_out_for_what_is_over(life, monkeypatch):
    task = life.at_work()["A"]
    owed = Duty.objects.open().filter(proposal=task.proposal_id)
    monkeypatch.setattr(explained_dates, "MOST", owed.count())

    page = opens(life, "clerk", f"/proposals/{task.proposal_id}/", tab="limits")

    assert Duty.objects.filter(proposal=task.proposal_id).count() > owed.count()
    assert {limit.duty for limit in page.context["open_limits"]} == set(owed)


def test_tab_takes_as_many_queries_for_many_dates_as_for_few(life):
    counts = []
    for assist in ("B", "BCD"):
        task = life.at_work(assist=assist)["A"]
        page = f"/proposals/{task.proposal_id}/"
        opens(life, "clerk", page, tab="limits")
        with CaptureQueriesContext(connection) as queries:
            assert opens(life, "clerk", page, tab="limits").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["clerk", "A liaison"])
def test_nothing_of_the_strip_stands_inline(life, name):
    task = life.at_work()["A"]

    answer = opens(life, name, f"/proposals/{task.proposal_id}/", tab="limits")

    assert "style=" not in answer.content.decode()
