"""Ratings, second rounds, promises, follow-ups, publication."""

from __future__ import annotations

import struct
import zlib
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from demo import answering
from demo.api_user import ApiUser
from demo.case import Case
from demo.case_plan import Rating
from demo.days import moment
from demo.engine import Script
from demo.letters import Note
from demo.scenario import Deviation
from members.enums import Role


def conclude(case: Case) -> Script:
    """Feedback of every round, until the proposal is concluded."""
    plan = case.plan
    if plan.has(Deviation.CORRECTED):
        yield from answering.correct(case, case.later(case.replied_at, 1, 2))
    if plan.has(Deviation.UNRATED):
        yield from _without_feedback(case)
        return
    at = case.later(case.replied_at, 2, 9)
    if plan.has(Deviation.POOR_THEN_SATISFIED, Deviation.POOR_TWICE):
        yield from _rate_poor(case, plan.ratings[0], at)
        yield from answering.answer_again(case, case.later(at, 12, 20))
        at = case.later(case.replied_at, 2, 9)
    if plan.has(Deviation.POOR_TWICE):
        yield from _rate_poor(case, plan.ratings[1], at)
        yield from _consult(case, case.later(at, 5, 10))
        return
    yield at
    _rate_all(case, plan.ratings[-1], at)
    case.rated_at = at


def follow_through(case: Case) -> Script:
    """Promises kept, and what became of it a year later."""
    plan = case.plan
    at = case.later(max(case.rated_at, case.replied_at), 30, 45)
    if plan.has(Deviation.COMMITMENTS_KEPT, Deviation.PUBLISHED):
        yield at
    if plan.has(Deviation.COMMITMENTS_KEPT):
        keep_promises(case, at)
    if plan.has(Deviation.PUBLISHED):
        publish(case, at)
    if plan.has(Deviation.FOLLOWED_UP):
        at = moment(date(case.scenario.session.closes_on.year + 1, 11, 10), 10)
        yield at
        follow_up(case, at)


def keep_promises(case: Case, at: datetime) -> None:
    """What the replies promised has been done."""
    for unit, number in case.promises:
        keep(case, unit, number, at)


def keep(case: Case, unit: str, number: int, at: datetime) -> None:
    """One promise of a unit has been kept."""
    evidence = case.write(Note.COMMITMENT_EVIDENCE, unit=unit)
    case.people.handler(unit).post(f"commitments/{number}/keep/", at, evidence=evidence)


def publish(case: Case, at: datetime) -> None:
    """Publish it."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    clerk.post(f"{case.path}/publish/", at, scope="full")


def follow_up(case: Case, at: datetime) -> None:
    """What the reply left open is looked at again, and has been solved by now."""
    better = next(c for c in case.scenario.rules.handling.result_classes if c.solved)
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/follow-up/",
        at,
        year=at.year,
        result_class=better.code,
        evidence=case.write(Note.FOLLOW_UP),
    )


def _without_feedback(case: Case) -> Script:
    at = case.later(case.replied_at, 35, 45)
    yield at
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/conclude/", at, reason="多次联系提案者，征询意见表逾期未收回"
    )
    case.rated_at = at


def _rate_all(case: Case, rating: Rating, at: datetime) -> None:
    """Every form that is still out comes back; the first as planned, the others good."""
    for unit, forms in case.forms.items():
        for number, form in enumerate(forms):
            planned = unit == case.unit and number == 0
            rate(case, form, rating if planned else _good(case), at)


def _rate_poor(case: Case, rating: Rating, at: datetime) -> Script:
    """The others first, all good; then the poor one of the first unit, which reopens its work."""
    yield at
    (poor, *_others) = case.forms.pop(case.unit)
    for forms in case.forms.values():
        for form in forms:
            rate(case, form, _good(case), at)
    case.forms = {}
    at += timedelta(minutes=10)
    yield at
    rate(case, poor, rating, at)


def _good(case: Case) -> Rating:
    scales = case.scenario.rules.feedback
    attitude = next(entry.code for entry in scales.attitude if entry.satisfied)
    result = next(entry.code for entry in scales.result if entry.satisfied)
    return Rating(attitude, result)


def rate(case: Case, form: int, rating: Rating, at: datetime) -> None:
    """By the proposer themself, or copied by the office from the signed paper."""
    scales = case.scenario.rules.feedback
    poor = any(e.code == rating.result and e.poor for e in scales.result)
    kind = Note.DISSATISFIED if poor else Note.SATISFIED
    ratings = {
        "attitude": rating.attitude,
        "result": rating.result,
        "comment": case.write(kind, unit=case.unit),
    }
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    if case.plan.has(Deviation.PAPER_FEEDBACK):
        clerk.post(
            f"feedback/{form}/rate-on-paper/",
            at,
            **ratings,
            signed_at=(at - timedelta(days=1)).isoformat(),
            scan=scan(),
        )
        return
    rater = _rater(case, form, at)
    rater.post(f"feedback/{form}/rate/", at, **ratings)


def _rater(case: Case, form: int, at: datetime) -> ApiUser:
    """Who was sent the form; the proposer, where nobody else was."""
    if not case.merged and sum(map(len, case.forms.values())) <= 1:
        return case.proposer
    sent = case.people.office(Role.COMMITTEE_CLERK).get(f"feedback/{form}/", at)
    member, body = sent["member"], sent["body"]
    return case.people.member(member["id"]) if member else case.people.contact(body["id"])


def _consult(case: Case, at: datetime) -> Script:
    yield at
    unit = case.unit
    case.people.office(Role.COMMITTEE_CLERK).post(
        f"{case.path}/record-consultation/",
        at,
        held_at=at - timedelta(hours=3),
        persons=f"{case.proposer.user.name}、{case.people.signatory(unit).user.name}",
        outcome=case.write(Note.CONSULTATION, unit=unit),
    )
    case.rated_at = at


def scan() -> SimpleUploadedFile:
    """The scan of a paper form: a small white PNG."""
    rows = b"".join(b"\x00" + b"\xff" * 8 for _ in range(8))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return SimpleUploadedFile("征询意见表.png", b"\x89PNG\r\n\x1a\n" + body, "image/png")
