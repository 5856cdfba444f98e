"""The proposals of the present session: a script for each, by the role it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from demo.case import Case
from demo.case_plan import Outcome
from demo.engine import Script
from demo.today import handling, key_topics, proposing
from demo.today.session import TodaysSession
from proposals.enums import ReplyState

EARLY = 146
"""Days ago on which the first were assigned, after the plenary."""


def scripts(session: TodaysSession) -> list[Script]:
    """Everything that happens in the session."""
    waiting = _to_be_assigned(session)
    working = _in_hand(session)
    parts = (
        _finished(session),
        _poorly_rated(session),
        _key_topics(session),
        _answered(session),
        _at_a_standstill(session),
        _unsigned(session),
        _examined(session),
        _handed_in(session, [*waiting, *working]),
        _written(session),
    )
    return [*waiting.values(), *working.values(), *chain.from_iterable(parts)]


def _written(session: TodaysSession) -> Iterator[Script]:
    """Members and bodies write, and wait for each other."""
    member, second, (friend, *_others) = session.member, session.second, session.people.members[2:]
    yield proposing.drafted(session.case(lead=member), second, answered=(friend,))
    yield proposing.drafted(session.case(), member, session.people.members[3])
    yield proposing.drafted(session.case(lead=friend), member, second)
    yield proposing.drafted(session.case(lead=second))
    yield proposing.drafted(session.case(body=session.body))
    for lead in (member, None):
        yield proposing.returned(session.case(lead=lead), session.days.before(5))


def _handed_in(session: TodaysSession, hosts: list[Case]) -> Iterator[Script]:
    """The clerk's pile: handed in these days, and some in again."""
    leads = {0: session.member, 5: session.second}
    first = session.case(lead=session.member)
    like = {9: first, 13: hosts[0], 17: hosts[-1]}
    yield proposing.handed_in(first, session.days.ago(7))
    for number in range(23):
        body = session.body if number == 2 else None
        case = session.case(lead=leads.get(number), body=body, like=like.get(number))
        yield proposing.handed_in(case, session.days.ago(6 - number // 4))
    for _ in range(2):
        yield proposing.resubmitted(session.case(), session.days.before(6))


def _examined(session: TodaysSession) -> Iterator[Script]:
    """For the reviewer one round is done; for the director both are."""
    for number in range(6):
        lead = session.member if number == 1 else None
        yield proposing.examined(
            session.case(lead=lead), session.days.before(5 + number % 3), rounds=1
        )
    for number in range(4):
        yield proposing.examined(session.case(), session.days.before(7 + number % 2))
    yield proposing.examined(session.case(), session.days.before(8), outcome=Outcome.NOT_FILED)
    yield proposing.withdrawal_asked(session.case(), session.days.before(6))


def _to_be_assigned(session: TodaysSession) -> dict[Case, Script]:
    """Filed: for the assigning officer, who has asked some units first."""
    found = {}
    for number in range(8):
        case = session.case(unit=(session.first_unit, session.second_unit, "", "")[number % 4])
        found[case] = proposing.decided(case, session.days.before(8 + number % 4))
    for unit, answer in (
        (session.first_unit, ""),
        (session.third_unit, "object"),
        (session.first_unit, "object"),
        (session.second_unit, "accept"),
    ):
        case = session.case(unit=unit)
        day = session.days.before(3 if answer else 2)
        found[case] = handling.asked_first(case, day, answer=answer, instead=session.second_unit)
    return found


def _unsigned(session: TodaysSession) -> Iterator[Script]:
    """Assigned, and not signed for; the older ones should have been."""
    for unit, age in (
        (session.first_unit, 6),
        (session.first_unit, 2),
        (session.first_unit, 1),
        (session.second_unit, 5),
        (session.second_unit, 1),
        (session.third_unit, 7),
    ):
        yield handling.assigned(session.case(unit=unit), session.days.before(age))


def _in_hand(session: TodaysSession) -> dict[Case, Script]:
    """Being worked on, with dates near and far."""
    days, member = session.days, session.member
    found = {}
    for unit, day in (
        (session.first_unit, days.before(4)),
        (session.first_unit, days.today),
        (session.first_unit, days.ahead(2)),
        (session.first_unit, days.ahead(5)),
        (session.second_unit, days.before(9)),
        (session.second_unit, days.ahead(3)),
        (session.third_unit, days.before(14)),
        (session.first_unit, days.ahead(20)),
    ):
        lead = member if day == days.ahead(5) else None
        case = session.case(unit=unit, lead=lead)
        found[case] = handling.due(case, day)
    return found


def _at_a_standstill(session: TodaysSession) -> Iterator[Script]:
    """Somebody waits for somebody else."""
    days, (first, second, third) = session.days, session.units
    yield handling.paused(session.case(unit=first), days.ago(40), days.before(6))
    yield handling.more_time_asked(session.case(unit=first), days.ahead(4))
    yield handling.return_asked(session.case(unit=first), days.before(2), second)
    yield handling.return_asked(session.case(unit=second), days.before(4), third, higher=True)
    case = session.case(unit=first, assists=(second, third))
    yield handling.assisted(case, days.about(38), third)
    case = session.case(unit=second, assists=(first, third))
    yield handling.assisted(case, days.about(26))


def _answered(session: TodaysSession) -> Iterator[Script]:
    """Replies at every desk that they pass, and with the proposers."""
    days, (first, second, third) = session.days, session.units
    yield handling.drafting(session.case(unit=first), days.about(30))
    for place, desks in (
        (first, (ReplyState.CHECKING, ReplyState.SIGNING, ReplyState.SIGNING)),
        (first, (ReplyState.INSPECTION, ReplyState.SIGNED)),
        (second, (ReplyState.CHECKING, ReplyState.SIGNING, ReplyState.INSPECTION)),
        (third, (ReplyState.INSPECTION,)),
    ):
        for desk in desks:
            yield handling.on_its_way(session.case(unit=place), days.about(45), desk)
    for place, lead, body, age in (
        (first, session.member, None, 3),
        (second, session.member, None, 6),
        (second, None, session.body, 4),
        (third, session.second, None, 8),
        (first, None, None, 2),
        (third, None, None, 15),
    ):
        case = session.case(unit=place, lead=lead, body=body)
        yield handling.replied(case, days.about(52), days.before(age))


def _poorly_rated(session: TodaysSession) -> Iterator[Script]:
    """One is handled again; one was rated poor twice, and a consultation is to be held."""
    days, poor = session.days, session.marks(poor=True)
    again = session.case(unit=session.first_unit, lead=session.member)
    yield chain(
        handling.replied(again, days.about(80), days.about(32)),
        handling.rated(again, poor, days.before(8)),
    )
    twice = session.case(unit=session.first_unit)
    yield chain(
        handling.replied(twice, days.about(110), days.about(75)),
        handling.rated(twice, poor, days.about(66)),
        handling.handled_again(twice, days.about(42)),
        handling.rated(twice, poor, days.before(4)),
    )


def _key_topics(session: TodaysSession) -> Iterator[Script]:
    """One for each desk: nominated, listed, announced, supervised twice, reported."""
    days = session.days

    def topic(unit: str, age: int) -> tuple[Case, Script, date]:
        """A case assigned so many days ago, its script, and when it becomes a topic."""
        case, began = session.case(unit=unit), days.about(age)
        return case, handling.in_hand(case, began), days.since(began, 2)

    case, so_far, _day = topic(session.second_unit, 20)
    yield chain(so_far, key_topics.nominated(case, days.before(2)))
    case, so_far, _day = topic(session.third_unit, 24)
    yield chain(so_far, key_topics.nominated(case, days.before(4), listed=True))
    case, so_far, _day = topic(session.first_unit, 12)
    yield chain(so_far, key_topics.announced(case, session.body, days.before(3)))
    case, so_far, day = topic(session.first_unit, 36)
    plan = (days.before(10), days.ahead(3), days.ahead(8))
    yield chain(
        so_far,
        key_topics.supervised(case, session.body, day, *plan),
        key_topics.instructed(case, days.before(4)),
    )
    case, so_far, day = topic(session.second_unit, 40)
    plan = (days.before(12), days.before(3), days.ahead(6))
    yield chain(so_far, key_topics.supervised(case, session.body, day, *plan))
    case, so_far, day = topic(session.third_unit, 50)
    plan = (days.before(16), days.before(12), days.before(8))
    yield chain(so_far, key_topics.reported(case, session.body, day, *plan))


def _finished(session: TodaysSession) -> Iterator[Script]:
    """What the plenary brought and is settled: concluded, merged, not filed, withdrawn."""
    days, well = session.days, session.marks()
    promised = (days.ahead(4), days.today + timedelta(days=75), days.before(2), None)
    for number in range(9):
        unit = session.units[number % 3]
        lead = {3: session.member, 4: session.second}.get(number)
        case = session.case(unit=unit, lead=lead, solved=number % 3 != 1, public=True)
        assigned, replied = days.about(EARLY - number % 5), days.about(116 - 3 * number)
        done = days.since(replied, 4)
        parts = [
            handling.replied(case, assigned, replied, promised_for=promised[number // 3]),
            handling.rated(case, well, done),
        ]
        if number % 3 == 0:
            parts.append(handling.published(case, days.since(done, 5)))
        if number in (4, 5):
            parts.append(handling.kept(case, days.since(done, 20)))
        yield chain.from_iterable(parts)
        if number < 2:
            yield proposing.merged(session.case(like=case), case, days.about(EARLY + 6))
    for lead in (session.member, None, None):
        yield proposing.decided(session.case(lead=lead), days.about(152), outcome=Outcome.NOT_FILED)
    yield proposing.withdrawn(session.case(), days.about(153))
