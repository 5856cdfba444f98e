"""Scripts of key topics: nominated, chosen, supervised, reported on."""

from __future__ import annotations

from datetime import date, timedelta

from demo import supervising
from demo.letters import Note
from demo.present.cast import Cast
from demo.present.scene import Scene, Script
from demo.supervising import MILESTONES
from members.enums import Role


def nominated(cast: Cast, scene: Scene, on: date, *, listed: bool = False) -> Script:
    """Recommended, and if ``listed`` on the list for the chairpersons' meeting."""
    yield scene.on(on)
    supervising.nominate(scene.story, scene.at)
    cast.subjects.append(("keytopic", scene.story.topic))
    if listed:
        supervising.list_it(scene.story, scene.at + timedelta(hours=1))


def announced(cast: Cast, scene: Scene, on: date) -> Script:
    """Chosen by the meeting and announced; there is no plan yet."""
    yield from nominated(cast, scene, on, listed=True)
    yield scene.on(cast.days.since(on, 2))
    supervising.decide(scene.story, scene.at, cast.body)


def supervised(cast: Cast, scene: Scene, on: date, *due: date) -> Script:
    """Announced and planned; of the milestones, ``due`` in order, those that are past are met.

    A day of the last week that has passed was missed.
    """
    story = scene.story
    yield from announced(cast, scene, on)
    yield scene.on(cast.days.since(on, 4))
    by = cast.company.contact(cast.body.pk)
    plan = [
        {"name": name, "method": method.value, "due_on": day}
        for day, (_number, method, name) in zip(due, MILESTONES, strict=True)
    ]
    path = f"key-topics/{story.topic}"
    receipt = by.post(f"{path}/make-plan/", scene.at, text=story.write(Note.KEY), milestones=plan)
    numbers = receipt.ids("milestone", "plan")
    cast.subjects += [("milestone", number) for number in numbers]
    for number, day, (_day, method, name) in zip(numbers, due, MILESTONES, strict=True):
        if day < cast.days.before(5):
            yield scene.on(day)
            supervising.meet(story, number, method, name, scene.at, by)


def reported(cast: Cast, scene: Scene, on: date, *due: date) -> Script:
    """Every milestone is met; the report waits for the leader."""
    story = scene.story
    yield from supervised(cast, scene, on, *due)
    yield scene.on(cast.days.last)
    cast.company.contact(cast.body.pk).post(
        f"key-topics/{story.topic}/submit-report/", scene.at, text=story.write(Note.COORDINATION)
    )


def instructed(cast: Cast, scene: Scene, on: date) -> Script:
    """A leader has written an instruction to its unit, who has not reported yet."""
    story, company = scene.story, cast.company
    yield scene.on(on)
    receipt = company.office(Role.COMMITTEE_CLERK).post(
        f"key-topics/{story.topic}/record-instruction/",
        scene.at,
        leader=company.office(Role.LEADING_SUPERVISOR).user.name,
        text=story.write(Note.LEADER, unit=scene.unit),
        given_on=scene.at.date(),
        units=[company.units[scene.unit].pk],
    )
    cast.subjects += [("instruction", number) for number in receipt.ids("instruction", "give")]
