"""Fourth act of a played year: units talk with the proposers, write, sign, and reply."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from demo import replies, supervising
from demo.letters import Note
from demo.scenario import Path, Stage
from demo.story import Story
from members.enums import ContactStage, Role
from proposals.enums import Publicity, ReplyState


def handle(story: Story) -> None:
    """From the first talk to the delivered reply, as far as the plan goes in the year."""
    if story.life.stage == Stage.HANDLING:
        return
    _extend(story)
    _assist(story)
    speed = (9, 20) if story.life.on(Path.URGENT) else (22, 48)
    for task in story.life.answering:
        replied_at = story.later(story.assigned_at, *speed)
        supervising.remind(story, replied_at - timedelta(days=3))
        talk(story, task.unit, replied_at - timedelta(days=3))
        draft(story, task.unit, replied_at - timedelta(days=2))
        if story.life.stage != Stage.DRAFTING:
            send(story, task.unit, replied_at)
            story.replied_at = max(story.replied_at, replied_at)


def draft(story: Story, unit: str, at: datetime, promised_for: date | None = None) -> None:
    """The handler writes the reply of this round; ``promised_for`` dates what it promises."""
    handler = story.company.handler(unit)
    content = _reply(story, unit, at)
    if promised_for is not None:
        content["commitments"] = [
            {**promise, "due_on": promised_for} for promise in content["commitments"]
        ]
    receipt = handler.post(f"assignments/{story.tasks[unit]}/draft-reply/", at, **content)
    (story.replies[unit],) = receipt.ids("reply", "begin")


def talk_again(story: Story, unit: str, at: datetime) -> None:
    """Before a second reply the unit talks with the proposer anew."""
    record(story, unit, at, ContactStage.AFTER)


def send(story: Story, unit: str, at: datetime, until: ReplyState = ReplyState.DELIVERED) -> None:
    """Check, signature, inspection where the rulebook has it, delivery; or only ``until``."""
    path = f"replies/{story.replies[unit]}"
    company = story.company
    company.handler(unit).post(f"{path}/send-to-check/", at - timedelta(hours=20))
    if until == ReplyState.CHECKING:
        return
    company.liaison(unit).post(f"{path}/pass-check/", at - timedelta(hours=16))
    if until == ReplyState.SIGNING:
        return
    company.signatory(unit).post(f"{path}/sign/", at - timedelta(hours=12))
    if until == ReplyState.INSPECTION:
        return
    if story.scenario.rules.handling.inspection:
        _inspect(story, unit, at - timedelta(hours=8))
    if until == ReplyState.SIGNED:
        return
    serial = story.replies[unit] % 10000
    receipt = company.liaison(unit).post(
        f"{path}/deliver/", at, document_number=f"复〔{at.year}〕{serial}号"
    )
    story.forms[unit] = receipt.ids("feedback", "send")
    story.promises += [(unit, number) for number in receipt.ids("commitment", "undertake")]


def correct(story: Story, at: datetime) -> None:
    """A delivered reply had a mistake: a corrected version goes the same way."""
    unit = story.life.tasks[0].unit
    receipt = story.company.handler(unit).post(
        f"replies/{story.replies[unit]}/correct/",
        at,
        **_reply(story, unit, at),
        reason=story.write(Note.CORRECTION, unit=unit),
    )
    (story.replies[unit],) = receipt.ids("reply", "begin")
    story.promises = [promise for promise in story.promises if promise[0] != unit]
    send(story, unit, story.later(at, 2, 3))


def talk(story: Story, unit: str, at: datetime) -> None:
    """As many contacts, in the stages, as the rulebook asks for."""
    policy = story.scenario.rules.handling
    stages = list(policy.contact_stages)
    stages += [ContactStage.DURING] * (policy.contacts_required - len(stages))
    for days, stage in enumerate(reversed(stages or [ContactStage.DURING])):
        record(story, unit, at - timedelta(days=days), stage)


def record(story: Story, unit: str, at: datetime, stage: ContactStage) -> None:
    """One talk of the unit with the proposer."""
    contact = replies.contact(story.rng, story.text, unit=unit, stage=stage)
    handler = story.company.handler(unit)
    handler.post(
        f"assignments/{story.tasks[unit]}/record-contact/",
        at,
        held_at=at - timedelta(hours=2),
        way=contact.way.value,
        stage=contact.stage.value,
        place=contact.place,
        persons=f"{story.proposer.user.name}、{handler.user.name}",
        outcome=contact.outcome,
    )


def _assist(story: Story) -> None:
    """Assisting units send their opinions to the lead unit; one may be let off."""
    life, company = story.life, story.company
    waived = life.assisting[-1].unit if life.on(Path.ASSIST_WAIVED) else ""
    for task in life.assisting:
        path = f"assignments/{story.tasks[task.unit]}"
        at = story.later(story.assigned_at, 3, 6)
        if task.unit == waived:
            reason = story.write(Note.WAIVER, unit=task.unit)
            officer = company.office(Role.ASSIGNING_OFFICER)
            officer.post(f"{path}/waive-opinion/", at, reason=reason)
            continue
        give_opinion(story, task.unit, at)


def give_opinion(story: Story, unit: str, at: datetime) -> None:
    """An assisting unit tells the lead unit what it thinks."""
    company, lead = story.company, story.life.tasks[0].unit
    company.liaison(unit).post(
        f"assignments/{story.tasks[unit]}/give-opinion/",
        at,
        text=replies.assist_opinion(story.rng, story.text, unit=unit, lead=lead),
        document_number=f"会办〔{at.year}〕{story.tasks[unit] % 1000}号",
        signed_by=company.signatory(unit).user.name,
        handler=company.handler(unit).user.name,
        phone=story.phone(),
    )


def _extend(story: Story) -> None:
    """A unit asks for more time; those whom the rulebook names decide."""
    life, company = story.life, story.company
    if not life.on(Path.EXTENDED, Path.EXTENSION_REFUSED):
        return
    unit, at = life.tasks[0].unit, story.later(story.assigned_at, 5, 7)
    liaison, task = company.liaison(unit), story.tasks[unit]
    duties = liaison.get(
        f"duties/?kind=reply&subject_kind=assignment&subject_id={task}&open=true", at
    )
    due_on = datetime.fromisoformat(duties["results"][0]["due_at"]).date()
    granted = life.on(Path.EXTENDED)
    reason = Note.EXTENSION_REASON if granted else Note.WEAK_EXTENSION_REASON
    request = liaison.post(
        f"assignments/{task}/request-extension/",
        at,
        reason=story.write(reason, unit=unit),
        new_due_on=due_on + timedelta(days=story.rng.randint(15, 27)),
        proposer_consulted=True,
    )
    (number,) = request.ids("extensionrequest", "lodge")
    for role in story.scenario.rules.handling.extensions.approvers:
        approver, at = company.office(role), story.later(at, 1, 1)
        if not granted:
            why = story.write(Note.EXTENSION_REFUSED, unit=unit)
            approver.post(f"extension-requests/{number}/refuse/", at, reason=why)
            return
        note = story.write(Note.EXTENSION_GRANTED, unit=unit)
        approver.post(f"extension-requests/{number}/consent/", at, note=note)


def _inspect(story: Story, unit: str, at: datetime) -> None:
    """Inspection reads the signed reply; it may send it back once or change its class."""
    life, company = story.life, story.company
    inspector = company.office(Role.INSPECTION_OFFICER)
    path = f"replies/{story.replies[unit]}"
    first = unit == life.tasks[0].unit
    if first and life.on(Path.INSPECTION_SENT_BACK) and not story.forms:
        reason = story.write(Note.SENT_BACK, unit=unit)
        inspector.post(f"{path}/send-back-from-inspection/", at, reason=reason)
        content = _reply(story, unit, at)
        company.handler(unit).post(f"{path}/edit/", at + timedelta(hours=1), **content)
        company.handler(unit).post(f"{path}/send-to-check/", at + timedelta(hours=2))
        company.liaison(unit).post(f"{path}/pass-check/", at + timedelta(hours=3))
        company.signatory(unit).post(f"{path}/sign/", at + timedelta(hours=4))
        at += timedelta(hours=5)
    changed = first and life.on(Path.CLASS_CHANGED)
    inspector.post(
        f"{path}/pass-inspection/",
        at,
        result_class=life.result_class if changed else "",
        note=story.write(Note.CLASS_CHANGE, unit=unit) if changed else "",
    )


def _reply(story: Story, unit: str, at: datetime) -> dict[str, Any]:
    """What the unit writes: an answer to every suggestion, also of what was merged."""
    life, company = story.life, story.company
    composed = _composed(story, story, unit, at)
    points = _points(story, composed, unit, at)
    for other in story.merged:
        points += _points(other, _composed(story, other, unit, at), unit, at)
    return {
        "body": composed.body,
        "result_class": life.drafted_class or life.result_class or _first_class(story),
        "publicity": Publicity.OPEN.value,
        "points": points,
        "commitments": [
            {"text": promise.text, "due_on": promise.due} for promise in composed.commitments
        ],
        "cc": [story.company.committee.short_name + "提案委员会"],
        "contact_name": company.handler(unit).user.name,
        "contact_phone": story.phone(),
        "leader": company.signatory(unit).user.name,
    }


def _first_class(story: Story) -> str:
    return story.scenario.rules.handling.result_classes[0].code


def _composed(story: Story, of: Story, unit: str, at: datetime) -> replies.ReplyText:
    count = len(of.text.suggestions)
    planned = story.life.adoption or (list(replies.Adoption)[:1] * count)
    return replies.compose_reply(
        story.rng,
        of.text,
        unit=unit,
        assists=[task.unit for task in story.life.assisting],
        adoption=list(planned)[:count],
        replied_on=at.date(),
        several=bool(story.merged) or story.life.agreeing > 0,
    )


def _points(
    of: Story, composed: replies.ReplyText, unit: str, at: datetime
) -> list[dict[str, Any]]:
    if not of.suggestions:
        proposal = of.company.handler(unit).get(f"{of.path}/", at)
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
