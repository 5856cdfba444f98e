"""Last act of a played year: ratings, second rounds, promises, follow-ups, publication."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from demo import answering
from demo.caller import Caller
from demo.letters import Note
from demo.life import Rating
from demo.scenario import Path, Stage
from demo.story import Story
from members.enums import Role


def conclude(story: Story) -> None:
    """Feedback of every round, until the proposal is concluded."""
    life = story.life
    if life.stage != Stage.CONCLUDED:
        return
    if life.on(Path.CORRECTED):
        answering.correct(story, story.later(story.replied_at, 1, 2))
        story.replied_at += timedelta(days=6)
    if life.on(Path.UNRATED):
        _without_feedback(story)
        return
    at = story.later(story.replied_at, 2, 9)
    if life.on(Path.POOR_THEN_SATISFIED, Path.POOR_TWICE):
        _rate_poor(story, life.ratings[0], at)
        _second_round(story, at)
        at = story.later(story.replied_at, 2, 9)
        if life.on(Path.POOR_TWICE):
            _rate_poor(story, life.ratings[1], at)
            _consult(story, story.later(at, 5, 10))
            return
    _rate_all(story, life.ratings[-1], at)
    story.rated_at = at


def look_after(story: Story, year: int) -> None:
    """Promises kept, and what became of it a year later."""
    life = story.life
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    at = story.later(max(story.rated_at, story.replied_at), 30, 45)
    if life.on(Path.COMMITMENTS_KEPT):
        for unit, number in story.promises:
            story.company.handler(unit).post(
                f"commitments/{number}/keep/",
                at,
                evidence=story.write(Note.COMMITMENT_EVIDENCE, unit=unit),
            )
    if life.on(Path.PUBLISHED):
        clerk.post(f"{story.path}/publish/", at, scope="full")
    if life.on(Path.FOLLOWED_UP):
        better = next(c for c in story.scenario.rules.handling.result_classes if c.solved)
        clerk.post(
            f"{story.path}/follow-up/",
            at.replace(year=year + 1, month=11, day=10),
            year=year + 1,
            result_class=better.code,
            evidence=story.write(Note.FOLLOW_UP),
        )


def _without_feedback(story: Story) -> None:
    at = story.later(story.replied_at, 35, 45)
    story.company.office(Role.COMMITTEE_CLERK).post(
        f"{story.path}/conclude/", at, reason="多次联系提案者，征询意见表逾期未收回"
    )
    story.rated_at = at


def _rate_all(story: Story, rating: Rating, at: datetime) -> None:
    """Every form that is still out comes back; the first as planned, the others good."""
    first = story.life.tasks[0].unit
    for unit, forms in story.forms.items():
        for number, form in enumerate(forms):
            if unit == first and number == 0:
                rate(story, form, rating, at)
            else:
                rate(story, form, _good(story), at)


def _rate_poor(story: Story, rating: Rating, at: datetime) -> None:
    """The others first, all good; then the poor one of the first unit, which reopens its work."""
    unit = story.life.tasks[0].unit
    (poor, *_others) = story.forms.pop(unit)
    for forms in story.forms.values():
        for form in forms:
            rate(story, form, _good(story), at)
    story.forms = {}
    rate(story, poor, rating, at + timedelta(minutes=10))


def _good(story: Story) -> Rating:
    scales = story.scenario.rules.feedback
    attitude = next(entry.code for entry in scales.attitude if entry.satisfied)
    result = next(entry.code for entry in scales.result if entry.satisfied)
    return Rating(attitude, result)


def rate(story: Story, form: int, rating: Rating, at: datetime) -> None:
    """By the proposer themself, or copied by the office from the signed paper."""
    scales = story.scenario.rules.feedback
    poor = any(e.code == rating.result and e.poor for e in scales.result)
    kind = Note.DISSATISFIED if poor else Note.SATISFIED
    ratings = {
        "attitude": rating.attitude,
        "result": rating.result,
        "comment": story.write(kind, unit=story.life.tasks[0].unit),
    }
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    if story.life.on(Path.PAPER_FEEDBACK):
        clerk.post(
            f"feedback/{form}/rate-on-paper/",
            at,
            **ratings,
            signed_at=(at - timedelta(days=1)).isoformat(),
            scan=scan(),
        )
        return
    rater = _rater(story, form, at)
    rater.post(f"feedback/{form}/rate/", at, **ratings)


def _rater(story: Story, form: int, at: datetime) -> Caller:
    """Who was sent the form; the proposer, where nobody else was."""
    if not story.merged and sum(map(len, story.forms.values())) <= 1:
        return story.proposer
    sent = story.company.office(Role.COMMITTEE_CLERK).get(f"feedback/{form}/", at)
    member, body = sent["member"], sent["body"]
    return story.company.member(member["id"]) if member else story.company.contact(body["id"])


def _second_round(story: Story, at: datetime) -> None:
    unit = story.life.tasks[0].unit
    replied_at = story.later(at, 12, 20)
    answering.talk_again(story, unit, replied_at - timedelta(days=4))
    answering.draft(story, unit, replied_at - timedelta(days=3))
    answering.send(story, unit, replied_at)
    story.replied_at = replied_at


def _consult(story: Story, at: datetime) -> None:
    unit = story.life.tasks[0].unit
    story.company.office(Role.COMMITTEE_CLERK).post(
        f"{story.path}/record-consultation/",
        at,
        held_at=at - timedelta(hours=3),
        persons=f"{story.proposer.user.name}、{story.company.signatory(unit).user.name}",
        outcome=story.write(Note.CONSULTATION, unit=unit),
    )
    story.rated_at = at


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
