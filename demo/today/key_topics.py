"""Scripts of key topics: nominated, chosen, supervised, reported on."""

from __future__ import annotations

from datetime import date, timedelta

from demo import key_topics
from demo.case import Case
from demo.engine import Script
from demo.key_topics import MILESTONES
from members.models import Body


def nominated(case: Case, on: date, *, listed: bool = False) -> Script:
    """Recommended, and if ``listed`` on the list for the chairpersons' meeting."""
    yield case.on(on)
    key_topics.nominate(case, case.at)
    if listed:
        key_topics.list_it(case, case.at + timedelta(hours=1))


def announced(case: Case, body: Body, on: date) -> Script:
    """Chosen by the meeting and announced; there is no plan yet."""
    yield from nominated(case, on, listed=True)
    yield case.on(case.days.since(on, 2))
    key_topics.decide(case, case.at, body)


def supervised(case: Case, body: Body, on: date, *due: date) -> Script:
    """Announced and planned; of the milestones, ``due`` in order, those that are past are met.

    A day of the last week that has passed was missed.
    """
    yield from announced(case, body, on)
    yield case.on(case.days.since(on, 4))
    by = case.people.contact(body.pk)
    numbers = key_topics.make_plan(case, case.at, by, due)
    for number, day, (_day, method, name) in zip(numbers, due, MILESTONES, strict=True):
        if day < case.days.before(5):
            yield case.on(day)
            key_topics.meet(case, number, method, name, case.at, by)


def reported(case: Case, body: Body, on: date, *due: date) -> Script:
    """Every milestone is met; the report waits for the leader."""
    yield from supervised(case, body, on, *due)
    yield case.on(case.days.last)
    key_topics.submit_report(case, case.at, case.people.contact(body.pk))


def instructed(case: Case, on: date) -> Script:
    """A leader has written an instruction to its unit, who has not reported yet."""
    yield case.on(on)
    key_topics.instruct(case, case.at)
