"""Scripts of proposals with units: pre-assigned, assigned, signed for, handled, answered."""

from __future__ import annotations

from datetime import date, timedelta

from demo import answering, assigning, feedback
from demo.case import Case
from demo.case_plan import Rating
from demo.days import back
from demo.engine import Script
from demo.letters import Note
from demo.scenario import Deviation
from demo.today.proposing import decided
from members.enums import ContactStage, Role
from proposals.enums import ReplyState

REVIEW_DAYS = 9
"""Working days from the receipt to the assignment."""


# -- Before anybody works on it -----------------------------------------------------------------


def asked_first(case: Case, day: date, *, answer: str, instead: str) -> Script:
    """Pre-assigned to its unit; ``answer`` is accept, object, or none yet."""
    yield from decided(case, back(day, REVIEW_DAYS))
    yield case.on(day)
    number = assigning.pre_assign(case)[case.unit]
    if answer:
        yield case.on(case.days.since(day, 1))
        assigning.answer(case, case.unit, number, instead if answer == "object" else "")


def assigned(case: Case, day: date, *, urgent: bool = False) -> Script:
    """Assigned on ``day``, and no unit has signed for it."""
    if urgent:
        case.plan.deviations |= {Deviation.URGENT}
    yield from decided(case, back(day, REVIEW_DAYS))
    yield case.on(day)
    assigning.assign_singly(case, case.at)


def in_hand(case: Case, day: date, *, urgent: bool = False) -> Script:
    """Every unit has signed for it, and the first has met the proposer once."""
    yield from assigned(case, day, urgent=urgent)
    yield case.on(case.days.since(day, 1))
    for task in case.plan.tasks:
        assigning.sign_for(case, task.unit, case.at)
    if (case.days.today - day).days > 14:
        yield case.on(case.days.since(day, 8))
        answering.record(case, case.unit, case.at, ContactStage.BEFORE)


def due(case: Case, day: date) -> Script:
    """Being handled, with the reply due on ``day``."""
    began, urgent = case.days.assigned_for(day)
    yield from in_hand(case, began, urgent=urgent)


# -- What stands in the way ---------------------------------------------------------------------


def paused(case: Case, day: date, since: date) -> Script:
    """Being handled since ``day``; its clock is paused."""
    yield from in_hand(case, day)
    yield case.on(since)
    case.people.office(Role.ASSIGNING_OFFICER).post(
        f"assignments/{case.tasks[case.unit]}/stop-clock/",
        case.at,
        ground=case.scenario.rules.handling.pauses.grounds[1].code,
        reason="上级主管部门正在修订有关标准，待印发后继续办理",
    )


def more_time_asked(case: Case, day: date) -> Script:
    """Its reply is owed by ``day``; the unit has asked for two more weeks."""
    yield from due(case, day)
    yield case.on(case.days.last)
    answering.ask_for_time(case, case.at, day + timedelta(days=14))


def return_asked(case: Case, day: date, instead: str, *, higher: bool = False) -> Script:
    """Its unit thinks that it is another's; the office, or a meeting, has yet to decide."""
    case.plan.other_unit = instead
    yield from assigned(case, day)
    yield case.on(case.days.since(day, 1))
    path = assigning.request_return(case, case.unit, Note.RETURN_REASON)
    if higher:
        yield case.on(case.days.since(day, 2))
        assigning.escalate(case, path, case.unit, instead)


def assisted(case: Case, day: date, *units: str) -> Script:
    """In hand; of those who assist, ``units`` have sent their opinion, and no others."""
    yield from in_hand(case, day)
    yield case.on(case.days.since(day, 9))
    for unit in units:
        answering.give_opinion(case, unit, case.at)
    yield case.on(case.days.since(day, 10))
    answering.draft(case, case.unit, case.at)


# -- Answers ------------------------------------------------------------------------------------


def drafting(case: Case, day: date) -> Script:
    """In hand since ``day``; the reply is being written."""
    yield from in_hand(case, day)
    yield case.on(case.days.before(3))
    answering.draft(case, case.unit, case.at)


def on_its_way(case: Case, day: date, until: ReplyState) -> Script:
    """In hand since ``day``; the reply has come as far as ``until``."""
    yield from drafting(case, day)
    yield from answering.send(case, case.unit, case.on(case.days.last), until)


def replied(
    case: Case, day: date, on: date, *, urgent: bool = False, promised_for: date | None = None
) -> Script:
    """Assigned on ``day``; the reply was delivered ``on`` a later one and waits to be rated."""
    yield from in_hand(case, day, urgent=urgent)
    yield case.on(back(on, 3))
    answering.talk(case, case.unit, case.at)
    answering.draft(case, case.unit, case.at, promised_for)
    yield from answering.send(case, case.unit, case.on(on))


def rated(case: Case, rating: Rating, on: date) -> Script:
    """Every form that is out comes back with the same rating."""
    yield case.on(on)
    forms = [form for forms in case.forms.values() for form in forms]
    case.forms = {}
    for form in forms:
        feedback.rate(case, form, rating, case.at)


def handled_again(case: Case, on: date) -> Script:
    """After a poor rating the unit talks with the proposer and replies anew."""
    yield from answering.answer_again(case, case.on(on))


def published(case: Case, on: date) -> Script:
    """The public may read it."""
    yield case.on(on)
    feedback.publish(case, case.at)


def kept(case: Case, on: date) -> Script:
    """What the reply promised has been done."""
    yield case.on(on)
    feedback.keep_promises(case, case.at)
