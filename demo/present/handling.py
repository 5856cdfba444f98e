"""Scripts of what units have in hand: asked, assigned, signed for, worked on, answered."""

from __future__ import annotations

from datetime import date, timedelta

from demo import afterwards, answering, assigning
from demo.letters import Note
from demo.life import Rating
from demo.present.days import back
from demo.present.scene import Scene, Script
from demo.present.writing import decided
from demo.scenario import Path
from members.enums import ContactStage, Role
from members.models import Unit
from proposals.enums import ReplyState

REVIEW_DAYS = 9
"""Working days from the receipt to the assignment."""


# -- Before anybody works on it -----------------------------------------------------------------


def asked_first(scene: Scene, day: date, *, answer: str, instead: Unit | None = None) -> Script:
    """Its unit was asked whether it is theirs; ``answer`` is accept, object, or none yet."""
    story, unit = scene.story, scene.unit
    yield from decided(scene, back(day, REVIEW_DAYS))
    yield scene.on(day)
    rows = [
        {"unit": story.company.units[task.unit].pk, "role": task.role.value}
        for task in story.life.tasks
    ]
    officer = story.company.office(Role.ASSIGNING_OFFICER)
    receipt = officer.post(f"{story.path}/pre-assign/", scene.at, units=rows)
    number = receipt.ids("preassignment", "ask")[0]
    if not answer:
        return
    yield scene.on(scene.days.since(day, 1))
    said = {}
    if answer == "object" and instead is not None:
        reason = story.write(Note.OBJECTION, unit=unit, other=instead.name)
        said = {"reason": reason, "suggested_unit": instead.pk}
    story.company.liaison(unit).post(f"pre-assignments/{number}/{answer}/", scene.at, **said)


def assigned(scene: Scene, day: date, *, urgent: bool = False) -> Script:
    """Its units have it since ``day``, and nobody has signed."""
    if urgent:
        scene.story.life.paths |= {Path.URGENT}
    yield from decided(scene, back(day, REVIEW_DAYS))
    yield scene.on(day)
    assigning.assign_singly(scene.story, scene.at)


def in_hand(scene: Scene, day: date, *, urgent: bool = False) -> Script:
    """Every unit has signed for it, and the first has met the proposer once."""
    yield from assigned(scene, day, urgent=urgent)
    yield scene.on(scene.days.since(day, 1))
    for task in scene.story.life.tasks:
        assigning.sign_for(scene.story, task.unit, scene.at)
    if (scene.days.today - day).days > 14:
        yield scene.on(scene.days.since(day, 8))
        answering.record(scene.story, scene.unit, scene.at, ContactStage.BEFORE)


def due(scene: Scene, day: date) -> Script:
    """In hand, the reply owed by ``day``."""
    began, urgent = scene.days.assigned_for(day)
    yield from in_hand(scene, began, urgent=urgent)


# -- What stands in the way ---------------------------------------------------------------------


def paused(scene: Scene, day: date, since: date) -> Script:
    """In hand since ``day``; its clock stands still."""
    story = scene.story
    yield from in_hand(scene, day)
    yield scene.on(since)
    story.company.office(Role.ASSIGNING_OFFICER).post(
        f"assignments/{story.tasks[scene.unit]}/stop-clock/",
        scene.at,
        ground=story.scenario.rules.handling.pauses.grounds[1].code,
        reason="上级主管部门正在修订有关标准，待印发后继续办理",
    )


def more_time_asked(scene: Scene, day: date) -> Script:
    """Its reply is owed by ``day``; the unit has asked for two more weeks."""
    story = scene.story
    yield from due(scene, day)
    yield scene.on(scene.days.last)
    story.company.liaison(scene.unit).post(
        f"assignments/{story.tasks[scene.unit]}/request-extension/",
        scene.at,
        reason=story.write(Note.EXTENSION_REASON, unit=scene.unit),
        new_due_on=day + timedelta(days=14),
        proposer_consulted=True,
    )


def return_asked(scene: Scene, day: date, instead: str, *, higher: bool = False) -> Script:
    """Its unit thinks that it is another's; the office, or a meeting, has yet to decide."""
    story, unit = scene.story, scene.unit
    story.life.other_unit = instead
    yield from assigned(scene, day)
    yield scene.on(scene.days.since(day, 1))
    request = story.company.liaison(unit).post(
        f"assignments/{story.tasks[unit]}/request-return/",
        scene.at,
        **assigning.return_request(story, unit, Note.RETURN_REASON),
    )
    if higher:
        (number,) = request.ids("returnrequest", "lodge")
        yield scene.on(scene.days.since(day, 2))
        story.company.office(Role.ASSIGNING_OFFICER).post(
            f"return-requests/{number}/escalate/",
            scene.at,
            note=story.write(Note.COORDINATION, unit=unit, other=instead),
        )


def assisted(scene: Scene, day: date, *units: str) -> Script:
    """In hand; of those who assist, ``units`` have sent their opinion, and no others."""
    yield from in_hand(scene, day)
    yield scene.on(scene.days.since(day, 9))
    for unit in units:
        answering.give_opinion(scene.story, unit, scene.at)
    yield scene.on(scene.days.since(day, 10))
    answering.draft(scene.story, scene.unit, scene.at)


# -- Answers ------------------------------------------------------------------------------------


def drafting(scene: Scene, day: date) -> Script:
    """In hand since ``day``; the reply is being written."""
    yield from in_hand(scene, day)
    yield scene.on(scene.days.before(3))
    answering.draft(scene.story, scene.unit, scene.at)


def on_its_way(scene: Scene, day: date, until: ReplyState) -> Script:
    """In hand since ``day``; the reply has come as far as ``until``."""
    yield from drafting(scene, day)
    yield scene.on(scene.days.last)
    answering.send(scene.story, scene.unit, scene.at, until)


def replied(
    scene: Scene, day: date, on: date, *, urgent: bool = False, promised_for: date | None = None
) -> Script:
    """Assigned on ``day``; the reply was delivered ``on`` a later one and waits to be rated."""
    story = scene.story
    yield from in_hand(scene, day, urgent=urgent)
    yield scene.on(back(on, 3))
    answering.talk(story, scene.unit, scene.at)
    answering.draft(story, scene.unit, scene.at, promised_for)
    yield scene.on(on)
    answering.send(story, scene.unit, scene.at)
    story.replied_at = scene.at


def rated(scene: Scene, rating: Rating, on: date) -> Script:
    """Every form that is out comes back with the same rating."""
    yield scene.on(on)
    forms = [form for forms in scene.story.forms.values() for form in forms]
    scene.story.forms = {}
    for form in forms:
        afterwards.rate(scene.story, form, rating, scene.at)


def handled_again(scene: Scene, on: date) -> Script:
    """After a poor rating the unit talks with the proposer and replies anew."""
    yield scene.on(back(on, 4))
    answering.talk_again(scene.story, scene.unit, scene.at)
    yield scene.on(back(on, 3))
    answering.draft(scene.story, scene.unit, scene.at)
    yield scene.on(on)
    answering.send(scene.story, scene.unit, scene.at)


def published(scene: Scene, on: date) -> Script:
    """The public may read it."""
    yield scene.on(on)
    clerk = scene.story.company.office(Role.COMMITTEE_CLERK)
    clerk.post(f"{scene.story.path}/publish/", scene.at, scope="full")


def kept(scene: Scene, on: date) -> Script:
    """What the reply promised has been done."""
    yield scene.on(on)
    story = scene.story
    for unit, number in story.promises:
        evidence = story.write(Note.COMMITMENT_EVIDENCE, unit=unit)
        handler = story.company.handler(unit)
        handler.post(f"commitments/{number}/keep/", scene.at, evidence=evidence)
