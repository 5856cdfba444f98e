"""What the present session has in hand: a script for each proposal, by who waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from demo.life import Fate
from demo.present import handling, steering, writing
from demo.present.cast import Cast
from demo.present.scene import Scene, Script
from proposals.enums import ReplyState

EARLY = 146
"""Days ago on which the first were assigned, after the plenary."""


def scripts(cast: Cast) -> list[Script]:
    """Everything that happens in the session."""
    waiting = _to_be_assigned(cast)
    working = _in_hand(cast)
    parts = (
        _finished(cast),
        _poorly_rated(cast),
        _key_topics(cast),
        _answered(cast),
        _at_a_standstill(cast),
        _unsigned(cast),
        _examined(cast),
        _handed_in(cast, [*waiting, *working]),
        _written(cast),
    )
    return [*waiting.values(), *working.values(), *chain.from_iterable(parts)]


def _written(cast: Cast) -> Iterator[Script]:
    """Members and bodies write, and wait for each other."""
    member, second, (friend, *_others) = cast.member, cast.second, cast.company.members[2:]
    yield writing.drafted(cast.scene(lead=member), second, answered=(friend,))
    yield writing.drafted(cast.scene(), member, cast.company.members[3])
    yield writing.drafted(cast.scene(lead=friend), member, second)
    yield writing.drafted(cast.scene(lead=second))
    yield writing.drafted(cast.scene(body=cast.body))
    for lead in (member, None):
        yield writing.returned(cast.scene(lead=lead), cast.days.before(5))


def _handed_in(cast: Cast, hosts: list[Scene]) -> Iterator[Script]:
    """The clerk's pile: handed in these days, and some in again."""
    leads = {0: cast.member, 5: cast.second}
    first = cast.scene(lead=cast.member)
    like = {9: first, 13: hosts[0], 17: hosts[-1]}
    yield writing.handed_in(first, cast.days.ago(7))
    for number in range(23):
        body = cast.body if number == 2 else None
        scene = cast.scene(lead=leads.get(number), body=body, like=like.get(number))
        yield writing.handed_in(scene, cast.days.ago(6 - number // 4))
    for _ in range(2):
        yield writing.resubmitted(cast.scene(), cast.days.before(6))


def _examined(cast: Cast) -> Iterator[Script]:
    """For the reviewer one round is done; for the director both are."""
    for number in range(6):
        lead = cast.member if number == 1 else None
        yield writing.examined(cast.scene(lead=lead), cast.days.before(5 + number % 3), rounds=1)
    for number in range(4):
        yield writing.examined(cast.scene(), cast.days.before(7 + number % 2))
    yield writing.examined(cast.scene(), cast.days.before(8), fate=Fate.NOT_FILED)
    yield writing.withdrawal_asked(cast.scene(), cast.days.before(6))


def _to_be_assigned(cast: Cast) -> dict[Scene, Script]:
    """Filed: for the assigning officer, who has asked some units first."""
    found = {}
    for number in range(8):
        scene = cast.scene(unit=(cast.unit, cast.other, "", "")[number % 4])
        found[scene] = writing.decided(scene, cast.days.before(8 + number % 4))
    instead = cast.company.units[cast.other]
    for unit, answer in (
        (cast.unit, ""),
        (cast.third, "object"),
        (cast.unit, "object"),
        (cast.other, "accept"),
    ):
        scene = cast.scene(unit=unit)
        day = cast.days.before(3 if answer else 2)
        found[scene] = handling.asked_first(scene, day, answer=answer, instead=instead)
    return found


def _unsigned(cast: Cast) -> Iterator[Script]:
    """Assigned, and not signed for; the older ones should have been."""
    for unit, age in (
        (cast.unit, 6),
        (cast.unit, 2),
        (cast.unit, 1),
        (cast.other, 5),
        (cast.other, 1),
        (cast.third, 7),
    ):
        yield handling.assigned(cast.scene(unit=unit), cast.days.before(age))


def _in_hand(cast: Cast) -> dict[Scene, Script]:
    """Being worked on, with dates near and far."""
    days, member = cast.days, cast.member
    found = {}
    for unit, day in (
        (cast.unit, days.before(4)),
        (cast.unit, days.today),
        (cast.unit, days.ahead(2)),
        (cast.unit, days.ahead(5)),
        (cast.other, days.before(9)),
        (cast.other, days.ahead(3)),
        (cast.third, days.before(14)),
        (cast.unit, days.ahead(20)),
    ):
        lead = member if day == days.ahead(5) else None
        scene = cast.scene(unit=unit, lead=lead)
        found[scene] = handling.due(scene, day)
    return found


def _at_a_standstill(cast: Cast) -> Iterator[Script]:
    """Somebody waits for somebody else."""
    days, unit, other, third = cast.days, cast.unit, cast.other, cast.third
    yield handling.paused(cast.scene(unit=unit), days.ago(40), days.before(6))
    yield handling.more_time_asked(cast.scene(unit=unit), days.ahead(4))
    yield handling.return_asked(cast.scene(unit=unit), days.before(2), other)
    yield handling.return_asked(cast.scene(unit=other), days.before(4), third, higher=True)
    scene = cast.scene(unit=unit, assists=(other, third))
    yield handling.assisted(scene, days.about(38), third)
    scene = cast.scene(unit=other, assists=(unit, third))
    yield handling.assisted(scene, days.about(26))


def _answered(cast: Cast) -> Iterator[Script]:
    """Replies at every desk that they pass, and with the proposers."""
    days, unit, other, third = cast.days, cast.unit, cast.other, cast.third
    yield handling.drafting(cast.scene(unit=unit), days.about(30))
    for place, desks in (
        (unit, (ReplyState.CHECKING, ReplyState.SIGNING, ReplyState.SIGNING)),
        (unit, (ReplyState.INSPECTION, ReplyState.SIGNED)),
        (other, (ReplyState.CHECKING, ReplyState.SIGNING, ReplyState.INSPECTION)),
        (third, (ReplyState.INSPECTION,)),
    ):
        for desk in desks:
            yield handling.on_its_way(cast.scene(unit=place), days.about(45), desk)
    for place, lead, body, age in (
        (unit, cast.member, None, 3),
        (other, cast.member, None, 6),
        (other, None, cast.body, 4),
        (third, cast.second, None, 8),
        (unit, None, None, 2),
        (third, None, None, 15),
    ):
        scene = cast.scene(unit=place, lead=lead, body=body)
        yield handling.replied(scene, days.about(52), days.before(age))


def _poorly_rated(cast: Cast) -> Iterator[Script]:
    """One is handled again; one was rated poor twice, and a consultation is to be held."""
    days, poor = cast.days, cast.marks(poor=True)
    again = cast.scene(unit=cast.unit, lead=cast.member)
    yield chain(
        handling.replied(again, days.about(80), days.about(32)),
        handling.rated(again, poor, days.before(8)),
    )
    twice = cast.scene(unit=cast.unit)
    yield chain(
        handling.replied(twice, days.about(110), days.about(75)),
        handling.rated(twice, poor, days.about(66)),
        handling.handled_again(twice, days.about(42)),
        handling.rated(twice, poor, days.before(4)),
    )


def _key_topics(cast: Cast) -> Iterator[Script]:
    """One for each desk: nominated, listed, announced, supervised twice, reported."""
    days = cast.days

    def topic(unit: str, age: int) -> tuple[Scene, Script, date]:
        """A scene in hand for so many days, its script, and when it becomes a topic."""
        scene, began = cast.scene(unit=unit), days.about(age)
        return scene, handling.in_hand(scene, began), days.since(began, 2)

    scene, so_far, _day = topic(cast.other, 20)
    yield chain(so_far, steering.nominated(cast, scene, days.before(2)))
    scene, so_far, _day = topic(cast.third, 24)
    yield chain(so_far, steering.nominated(cast, scene, days.before(4), listed=True))
    scene, so_far, _day = topic(cast.unit, 12)
    yield chain(so_far, steering.announced(cast, scene, days.before(3)))
    scene, so_far, day = topic(cast.unit, 36)
    plan = (days.before(10), days.ahead(3), days.ahead(8))
    yield chain(
        so_far,
        steering.supervised(cast, scene, day, *plan),
        steering.instructed(cast, scene, days.before(4)),
    )
    scene, so_far, day = topic(cast.other, 40)
    plan = (days.before(12), days.before(3), days.ahead(6))
    yield chain(so_far, steering.supervised(cast, scene, day, *plan))
    scene, so_far, day = topic(cast.third, 50)
    plan = (days.before(16), days.before(12), days.before(8))
    yield chain(so_far, steering.reported(cast, scene, day, *plan))


def _finished(cast: Cast) -> Iterator[Script]:
    """What the plenary brought and is settled: concluded, merged, not filed, withdrawn."""
    days, well = cast.days, cast.marks()
    promised = (days.ahead(4), days.today + timedelta(days=75), days.before(2), None)
    for number in range(9):
        unit = (cast.unit, cast.other, cast.third)[number % 3]
        lead = {3: cast.member, 4: cast.second}.get(number)
        scene = cast.scene(unit=unit, lead=lead, solved=number % 3 != 1, public=True)
        assigned, replied = days.about(EARLY - number % 5), days.about(116 - 3 * number)
        done = days.since(replied, 4)
        parts = [
            handling.replied(scene, assigned, replied, promised_for=promised[number // 3]),
            handling.rated(scene, well, done),
        ]
        if number % 3 == 0:
            parts.append(handling.published(scene, days.since(done, 5)))
        if number in (4, 5):
            parts.append(handling.kept(scene, days.since(done, 20)))
        yield chain.from_iterable(parts)
        if number < 2:
            yield writing.merged(cast.scene(like=scene), scene, days.about(EARLY + 6))
    for lead in (cast.member, None, None):
        yield writing.decided(cast.scene(lead=lead), days.about(152), fate=Fate.NOT_FILED)
    yield writing.withdrawn(cast.scene(), days.about(153))
