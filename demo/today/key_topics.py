"""Scripts of key topics: nominated, chosen, supervised, reported on."""

from __future__ import annotations

from datetime import date, timedelta

from demo import key_topics
from demo.case import Case
from demo.engine import Script
from demo.key_topics import MILESTONES
from demo.letters import Note
from demo.today.session import TodaysSession
from members.enums import Role


def nominated(session: TodaysSession, case: Case, on: date, *, listed: bool = False) -> Script:
    """Recommended, and if ``listed`` on the list for the chairpersons' meeting."""
    yield case.on(on)
    key_topics.nominate(case, case.at)
    session.subjects.append(("keytopic", case.topic))
    if listed:
        key_topics.list_it(case, case.at + timedelta(hours=1))


def announced(session: TodaysSession, case: Case, on: date) -> Script:
    """Chosen by the meeting and announced; there is no plan yet."""
    yield from nominated(session, case, on, listed=True)
    yield case.on(session.days.since(on, 2))
    key_topics.decide(case, case.at, session.body)


def supervised(session: TodaysSession, case: Case, on: date, *due: date) -> Script:
    """Announced and planned; of the milestones, ``due`` in order, those that are past are met.

    A day of the last week that has passed was missed.
    """
    yield from announced(session, case, on)
    yield case.on(session.days.since(on, 4))
    by = session.people.contact(session.body.pk)
    plan = [
        {"name": name, "method": method.value, "due_on": day}
        for day, (_number, method, name) in zip(due, MILESTONES, strict=True)
    ]
    path = f"key-topics/{case.topic}"
    receipt = by.post(f"{path}/make-plan/", case.at, text=case.write(Note.KEY), milestones=plan)
    numbers = receipt.ids("milestone", "plan")
    session.subjects += [("milestone", number) for number in numbers]
    for number, day, (_day, method, name) in zip(numbers, due, MILESTONES, strict=True):
        if day < session.days.before(5):
            yield case.on(day)
            key_topics.meet(case, number, method, name, case.at, by)


def reported(session: TodaysSession, case: Case, on: date, *due: date) -> Script:
    """Every milestone is met; the report waits for the leader."""
    yield from supervised(session, case, on, *due)
    yield case.on(session.days.last)
    session.people.contact(session.body.pk).post(
        f"key-topics/{case.topic}/submit-report/", case.at, text=case.write(Note.COORDINATION)
    )


def instructed(session: TodaysSession, case: Case, on: date) -> Script:
    """A leader has written an instruction to its unit, who has not reported yet."""
    people = session.people
    yield case.on(on)
    receipt = people.office(Role.COMMITTEE_CLERK).post(
        f"key-topics/{case.topic}/record-instruction/",
        case.at,
        leader=people.office(Role.LEADING_SUPERVISOR).user.name,
        text=case.write(Note.LEADER, unit=case.unit),
        given_on=case.at.date(),
        units=[people.units[case.unit].pk],
    )
    session.subjects += [("instruction", number) for number in receipt.ids("instruction", "give")]
