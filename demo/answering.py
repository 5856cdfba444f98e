"""Units talk with the proposers, write, sign, and reply."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from heapq import merge
from typing import Any

from demo import replies
from demo.case import Case
from demo.engine import Script
from demo.letters import Note
from demo.scenario import Deviation, Stage
from members.enums import ContactStage, Role
from proposals.enums import Adoption, Publicity, ReplyState


def handle(case: Case) -> Script:
    """From the first talk to the delivered reply, as far as the plan goes in the year."""
    if case.plan.stage == Stage.HANDLING:
        return
    speed = (9, 20) if case.plan.has(Deviation.URGENT) else (22, 48)
    scripts = [
        _answer(case, task.unit, case.later(case.assigned_at, *speed))
        for task in case.plan.answering
    ]
    yield from merge(_extend(case), _assist(case), *scripts)


def _answer(case: Case, unit: str, at: datetime) -> Script:
    """One unit talks with the proposer and replies ``at`` a moment."""
    yield at - timedelta(days=3)
    talk(case, unit, at - timedelta(days=3))
    yield at - timedelta(days=2)
    draft(case, unit, at - timedelta(days=2))
    if case.plan.stage != Stage.DRAFTING:
        yield from send(case, unit, at)


def draft(case: Case, unit: str, at: datetime, promised_for: date | None = None) -> None:
    """The handler writes the reply of this round; ``promised_for`` dates what it promises."""
    handler = case.people.handler(unit)
    content = _reply(case, unit, at)
    if promised_for is not None:
        content["commitments"] = [
            {**promise, "due_on": promised_for} for promise in content["commitments"]
        ]
    receipt = handler.post(f"assignments/{case.tasks[unit]}/draft-reply/", at, **content)
    (case.replies[unit],) = receipt.ids("reply", "begin")


def send(case: Case, unit: str, at: datetime, until: ReplyState = ReplyState.DELIVERED) -> Script:
    """Check, signature, inspection if the rulebook has it, delivery ``at``; or only ``until``."""
    path, people = f"replies/{case.replies[unit]}", case.people
    yield at - timedelta(hours=20)
    people.handler(unit).post(f"{path}/send-to-check/", at - timedelta(hours=20))
    if until == ReplyState.CHECKING:
        return
    yield at - timedelta(hours=16)
    people.liaison(unit).post(f"{path}/pass-check/", at - timedelta(hours=16))
    if until == ReplyState.SIGNING:
        return
    yield at - timedelta(hours=12)
    people.signatory(unit).post(f"{path}/sign/", at - timedelta(hours=12))
    if until == ReplyState.INSPECTION:
        return
    if case.scenario.rules.handling.inspection:
        yield from _inspect(case, unit, at - timedelta(hours=8))
    if until == ReplyState.SIGNED:
        return
    yield at
    serial = case.replies[unit] % 10000
    receipt = people.liaison(unit).post(
        f"{path}/deliver/", at, document_number=f"复〔{at.year}〕{serial}号"
    )
    case.forms[unit] = receipt.ids("feedback", "send")
    case.promises += [(unit, number) for number in receipt.ids("commitment", "undertake")]
    case.replied_at = max(case.replied_at, at)


def correct(case: Case, at: datetime) -> Script:
    """A delivered reply was wrong: its correction goes the same way."""
    unit = case.unit
    yield at
    receipt = case.people.handler(unit).post(
        f"replies/{case.replies[unit]}/correct/",
        at,
        **_reply(case, unit, at),
        reason=case.write(Note.CORRECTION, unit=unit),
    )
    (case.replies[unit],) = receipt.ids("reply", "begin")
    case.promises = [promise for promise in case.promises if promise[0] != unit]
    yield from send(case, unit, case.later(at, 2, 3))


def answer_again(case: Case, at: datetime) -> Script:
    """After a poor rating the first unit talks with the proposer anew, and replies ``at``."""
    yield at - timedelta(days=4)
    record(case, case.unit, at - timedelta(days=4), ContactStage.AFTER)
    yield at - timedelta(days=3)
    draft(case, case.unit, at - timedelta(days=3))
    yield from send(case, case.unit, at)


def talk(case: Case, unit: str, at: datetime) -> None:
    """Record as many contacts, in the stages, as the rulebook requires."""
    policy = case.scenario.rules.handling
    stages = list(policy.contact_stages)
    stages += [ContactStage.DURING] * (policy.contacts_required - len(stages))
    for days, stage in enumerate(reversed(stages or [ContactStage.DURING])):
        record(case, unit, at - timedelta(days=days), stage)


def record(case: Case, unit: str, at: datetime, stage: ContactStage) -> None:
    """One talk of the unit with the proposer."""
    contact = replies.contact(case.rng, case.text, unit=unit, stage=stage)
    handler = case.people.handler(unit)
    handler.post(
        f"assignments/{case.tasks[unit]}/record-contact/",
        at,
        held_at=at - timedelta(hours=2),
        way=contact.way.value,
        stage=contact.stage.value,
        place=contact.place,
        persons=f"{case.proposer.user.name}、{handler.user.name}",
        outcome=contact.outcome,
    )


def _assist(case: Case) -> Script:
    """Assisting units send their opinions to the lead unit; one may be let off."""
    units = [task.unit for task in case.plan.assisting]
    waived = units[-1] if case.plan.has(Deviation.ASSIST_WAIVED) else ""
    moments = sorted(case.later(case.assigned_at, 3, 6) for _unit in units)
    for unit, at in zip(units, moments, strict=True):
        yield at
        if unit == waived:
            case.people.office(Role.ASSIGNING_OFFICER).post(
                f"assignments/{case.tasks[unit]}/waive-opinion/",
                at,
                reason=case.write(Note.WAIVER, unit=unit),
            )
        else:
            give_opinion(case, unit, at)


def give_opinion(case: Case, unit: str, at: datetime) -> None:
    """An assisting unit tells the lead unit what it thinks."""
    people, lead = case.people, case.unit
    people.liaison(unit).post(
        f"assignments/{case.tasks[unit]}/give-opinion/",
        at,
        text=replies.assist_opinion(case.rng, case.text, unit=unit, lead=lead),
        document_number=f"会办〔{at.year}〕{case.tasks[unit] % 1000}号",
        signed_by=people.signatory(unit).user.name,
        handler=people.handler(unit).user.name,
        phone=case.phone(),
    )


def _extend(case: Case) -> Script:
    """A unit asks for more time; those whom the rulebook names decide."""
    unit, granted = case.unit, case.plan.has(Deviation.EXTENDED)
    if not granted and not case.plan.has(Deviation.EXTENSION_REFUSED):
        return
    at = case.later(case.assigned_at, 5, 7)
    yield at
    liaison, task = case.people.liaison(unit), case.tasks[unit]
    duties = liaison.get(
        f"duties/?kind=reply&subject_kind=assignment&subject_id={task}&open=true", at
    )
    due_on = datetime.fromisoformat(duties["results"][0]["due_at"]).date()
    reason = Note.EXTENSION_REASON if granted else Note.WEAK_EXTENSION_REASON
    new_due_on = due_on + timedelta(days=case.rng.randint(15, 27))
    path = f"extension-requests/{ask_for_time(case, at, new_due_on, reason)}"
    for role in case.scenario.rules.handling.extensions.approvers:
        approver, at = case.people.office(role), case.later(at, 1, 1)
        yield at
        if not granted:
            why = case.write(Note.EXTENSION_REFUSED, unit=unit)
            approver.post(f"{path}/refuse/", at, reason=why)
            return
        note = case.write(Note.EXTENSION_GRANTED, unit=unit)
        approver.post(f"{path}/consent/", at, note=note)


def ask_for_time(
    case: Case, at: datetime, new_due_on: date, reason: Note = Note.EXTENSION_REASON
) -> int:
    """The first unit asks for an extension; returns the key of the request."""
    receipt = case.people.liaison(case.unit).post(
        f"assignments/{case.tasks[case.unit]}/request-extension/",
        at,
        reason=case.write(reason, unit=case.unit),
        new_due_on=new_due_on,
        proposer_consulted=True,
    )
    (number,) = receipt.ids("extensionrequest", "lodge")
    return number


def _inspect(case: Case, unit: str, at: datetime) -> Script:
    """Inspection reads the signed reply; it may send it back once or change its class."""
    plan, people = case.plan, case.people
    inspector = people.office(Role.INSPECTION_OFFICER)
    path = f"replies/{case.replies[unit]}"
    first = unit == case.unit
    yield at
    if first and plan.has(Deviation.INSPECTION_SENT_BACK) and not case.forms:
        reason = case.write(Note.SENT_BACK, unit=unit)
        inspector.post(f"{path}/send-back-from-inspection/", at, reason=reason)
        content = _reply(case, unit, at)
        people.handler(unit).post(f"{path}/edit/", at + timedelta(hours=1), **content)
        people.handler(unit).post(f"{path}/send-to-check/", at + timedelta(hours=2))
        people.liaison(unit).post(f"{path}/pass-check/", at + timedelta(hours=3))
        people.signatory(unit).post(f"{path}/sign/", at + timedelta(hours=4))
        at += timedelta(hours=5)
    changed = first and plan.has(Deviation.CLASS_CHANGED)
    inspector.post(
        f"{path}/pass-inspection/",
        at,
        result_class=plan.result_class if changed else "",
        note=case.write(Note.CLASS_CHANGE, unit=unit) if changed else "",
    )


def _reply(case: Case, unit: str, at: datetime) -> dict[str, Any]:
    """What the unit writes: an answer to every suggestion, also of what was merged."""
    plan, people = case.plan, case.people
    composed = _composed(case, case, unit, at)
    points = _points(case, composed, unit, at)
    for other in case.merged:
        points += _points(other, _composed(case, other, unit, at), unit, at)
    return {
        "body": composed.body,
        "result_class": plan.drafted_class or plan.result_class or _first_class(case),
        "publicity": Publicity.OPEN.value,
        "points": points,
        "commitments": [
            {"text": promise.text, "due_on": promise.due} for promise in composed.commitments
        ],
        "cc": [case.people.committee.short_name + "提案委员会"],
        "contact_name": people.handler(unit).user.name,
        "contact_phone": case.phone(),
        "leader": people.signatory(unit).user.name,
    }


def _first_class(case: Case) -> str:
    return case.scenario.rules.handling.result_classes[0].code


def _composed(case: Case, of: Case, unit: str, at: datetime) -> replies.ReplyText:
    count = len(of.text.suggestions)
    planned = case.plan.adoption or (list(Adoption)[:1] * count)
    return replies.compose_reply(
        case.rng,
        of.text,
        unit=unit,
        assists=[task.unit for task in case.plan.assisting],
        adoption=list(planned)[:count],
        replied_on=at.date(),
        several=bool(case.merged) or case.plan.agreeing > 0,
    )


def _points(of: Case, composed: replies.ReplyText, unit: str, at: datetime) -> list[dict[str, Any]]:
    if not of.suggestions:
        proposal = of.people.handler(unit).get(f"{of.path}/", at)
        of.suggestions = [suggestion["id"] for suggestion in proposal["suggestions"]]
    return [
        {
            "suggestion": number,
            "answer": point.answer,
            "adoption": point.adoption.value,
            "reason": point.reason,
        }
        for number, point in zip(of.suggestions, composed.points, strict=True)
    ]
