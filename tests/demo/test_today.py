"""On whatever day a visitor comes, the demo has work for every role."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from demo.api_user import ApiUser
from demo.days import Days
from demo.scenario import load
from demo.today import play
from demo.year import Year
from members import clock
from members.enums import Role
from members.working_days import next_working
from proposals.ledger import faults
from proposals.models import Event, Proposal

MONDAY, FRIDAY = date(2026, 6, 8), date(2027, 3, 5)
IN_A_LONG_HOLIDAY, NEW_YEAR = date(2026, 10, 4), date(2028, 1, 1)

PILES: dict[str, dict[str, int]] = {
    "member": {
        "duties/?kind=cosign&open=true": 2,
        "duties/?kind=feedback&open=true": 2,
        "proposals/?state=draft": 1,
        "proposals/?state=returned": 1,
        "proposals/?state=submitted": 2,
        "proposals/?state=handling": 2,
        "proposals/?state=concluded": 1,
        "proposals/?state=not_filed": 1,
    },
    "member2": {"duties/?kind=cosign&open=true": 2, "duties/?kind=feedback&open=true": 1},
    "contact": {
        "proposals/?state=draft": 1,
        "duties/?kind=feedback&open=true": 1,
        "milestones/?state=planned": 4,
        "key-topics/?state=announced": 1,
    },
    "clerk": {
        "proposals/?state=submitted": 20,
        "merge-candidates/?state=open": 2,
        "merge-candidates/?state=related": 1,
        "proposals/?state=returned": 2,
        "proposals/?state=escalated": 1,
        "proposals/?state=withdrawn": 1,
        "proposals/?state=merged": 2,
        "key-topics/?state=nominated": 1,
        "duties/?kind=milestone&overdue=true": 1,
    },
    "reviewer": {"proposals/?state=reviewing": 10},
    "director": {
        "key-topics/?state=listed": 1,
        "duties/?kind=extension_decision&open=true": 1,
        "extension-requests/?state=requested": 1,
    },
    "assigner": {
        "proposals/?state=filed": 6,
        "pre-assignments/?state=objected": 2,
        "pre-assignments/?state=accepted": 1,
        "return-requests/?state=office": 1,
        "return-requests/?state=coordination": 1,
        "duties/?kind=acknowledge&overdue=true": 3,
    },
    "inspector": {"replies/?state=inspection": 3, "duties/?kind=inspection&open=true": 3},
    "leader": {
        "key-topics/?state=reported": 1,
        "key-topics/?state=supervising": 2,
        "milestones/?state=met": 5,
    },
    "liaison": {
        "duties/?kind=acknowledge&open=true": 3,
        "duties/?kind=acknowledge&overdue=true": 1,
        "duties/?kind=pre_assignment&open=true": 1,
        "duties/?kind=assist_opinion&open=true": 1,
        "duties/?kind=reply&overdue=true": 1,
        "duties/?kind=rehandle&open=true": 1,
        "duties/?kind=instruction&open=true": 1,
        "replies/?state=checking": 1,
        "replies/?state=signed": 1,
        "commitments/?state=open": 5,
    },
    "handler": {"replies/?state=drafting": 2, "assignments/?state=handling": 8},
    "signatory": {"replies/?state=signing": 2},
    "liaison2": {
        "duties/?kind=acknowledge&open=true": 2,
        "duties/?kind=assist_opinion&open=true": 1,
        "replies/?state=checking": 1,
    },
    "handler2": {"replies/?state=drafting": 1},
    "signatory2": {"replies/?state=signing": 1},
    "auditor": {"events/": 500},
    "admin": {"rulebooks/": 2, "posts/": 100},
    "platform": {"committees/": 1},
}
"""Who finds at least how many, where."""

READERS = {"member", "member2", "contact", "clerk", "director", "assigner", "inspector"} | {
    "leader",
    "liaison",
    "handler",
    "signatory",
    "liaison2",
}
"""Those to whom something was written in the last days."""


@pytest.fixture(autouse=True)
def _refusals_are_no_warning() -> None:
    logging.getLogger("django.request").setLevel(logging.ERROR)


@pytest.mark.django_db
@pytest.mark.parametrize("today", [MONDAY, FRIDAY, IN_A_LONG_HOLIDAY, NEW_YEAR])
def test_every_role_has_work_on_any_day(today: date) -> None:
    if connection.vendor == "postgresql" and today != MONDAY:
        pytest.skip("a day is the same on every database")
    year = Year.prepare(load("lingwu-2022"), 1, "lingwu")

    logins = play.play_todays_session(year.people, year.scenario, 1, today)

    callers = {login.name: ApiUser(login.user) for login in logins}
    now = timezone.make_aware(datetime.combine(today, time(9)))
    assert {login.role for login in logins} == set(Role)
    assert {login.name: login.user.username for login in logins} == {name: name for name in PILES}
    assert short_piles(callers, now) == []
    assert_dates_are_spread(callers["liaison"], Days(today), now)
    assert_somebody_is_waited_for(callers, now)
    assert not Event.objects.filter(at__gte=now - timedelta(hours=9)).exists()
    assert list(faults()) == []


def short_piles(callers: dict[str, ApiUser], now: datetime) -> list[str]:
    wanted = [(who, path, most) for who, piles in PILES.items() for path, most in piles.items()]
    wanted += [(who, "notices/?unread=true", 1) for who in READERS]
    counts = (
        (who, path, least, callers[who].get(path, now)["count"]) for who, path, least in wanted
    )
    return [
        f"{who} {path}: {count} < {least}" for who, path, least, count in counts if count < least
    ]


def assert_dates_are_spread(liaison: ApiUser, days: Days, now: datetime) -> None:
    owed = rows(liaison, "duties/?kind=reply&open=true&page_size=200", now)
    dates = {timezone.localdate(datetime.fromisoformat(duty["due_at"])) for duty in owed}
    near = {days.today, days.ahead(2), days.ahead(5), days.ahead(20)}
    assert near <= dates
    assert any(duty["paused_at"] for duty in owed)
    promised = rows(liaison, "commitments/?state=open&page_size=200", now)
    soon = {commitment["due_on"] for commitment in promised}
    assert days.ahead(4).isoformat() in soon


def assert_somebody_is_waited_for(callers: dict[str, ApiUser], now: datetime) -> None:
    drafts = rows(callers["member"], "proposals/?state=draft", now)
    asked = [rows(callers["member"], f"cosignatures/?proposal={d['id']}", now) for d in drafts]
    assert ["agreed", "invited"] in [sorted(row["state"] for row in some) for some in asked]
    examined = rows(callers["director"], "proposals/?state=reviewing&page_size=200", now)
    read = [callers["director"].get(f"proposals/{row['id']}/", now) for row in examined]
    assert {proposal["rounds_done"] for proposal in read} == {1, 2}
    assert any(proposal["withdrawal_requested_at"] for proposal in read)
    assert sum("file" in ready(proposal) for proposal in read) == 5


def ready(proposal: dict[str, Any]) -> set[str]:
    return {offer["name"] for offer in proposal["actions"] if not offer["refusal"]}


def rows(caller: ApiUser, path: str, now: datetime) -> list[dict[str, Any]]:
    return list(caller.get(path, now)["results"])


@pytest.mark.django_db
def test_the_same_seed_and_day_give_the_same_session() -> None:
    def titles(code: str, seed: int) -> list[tuple[str, str]]:
        year = Year.prepare(load("lingwu-2022"), seed, code)
        people, scenario = play.opening.open_session(year.people, year.scenario, Days(MONDAY))
        session = play.TodaysSession(people, scenario, Days(MONDAY), play.seeded_random(1, MONDAY))
        play.scripts(session)
        cases = session.cases
        return [(s.text.title, s.lead.number if s.lead else "") for s in cases]

    assert titles("first", 1) == titles("second", 1)
    assert not Proposal.objects.exists()


@pytest.mark.django_db
def test_every_date_can_be_owed() -> None:
    for number in range(366 * 2):
        due = date(2027, 1, 1) + timedelta(days=number)
        day, _urgent = Days(due - timedelta(days=30)).assigned_for(due)
        assert day < due - timedelta(days=20)


@pytest.mark.django_db
def test_the_day_of_the_visit_is_still_to_come() -> None:
    days = Days(IN_A_LONG_HOLIDAY)

    assert days.last == date(2026, 9, 30)
    assert days.since(date(2026, 9, 29), 5) == days.last
    assert next_working(days.ahead(1)) == days.ahead(1) == date(2026, 10, 8)


@pytest.mark.django_db
def test_a_year_that_is_not_over_makes_no_demo() -> None:
    moment = timezone.make_aware(datetime.combine(date(2022, 6, 1), time()))
    with clock.at(moment), pytest.raises(CommandError, match="lingwu-2022"):
        call_command("play_year", "lingwu-2022", "--demo")
