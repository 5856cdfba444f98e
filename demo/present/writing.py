"""Scripts of what is not decided yet: written, handed in, sent back, examined."""

from __future__ import annotations

from datetime import date, timedelta

from demo import deciding, intake, texts
from demo.letters import Note, review_opinion
from demo.life import Fate
from demo.present.days import moment
from demo.present.scene import Scene, Script
from demo.story import Story
from members.enums import ProposerKind, Role
from members.models import Member
from proposals.enums import ReviewOutcome

EVENING = 20
"""The hour at which members write."""


def drafted(scene: Scene, *invited: Member, answered: tuple[Member, ...] = ()) -> Script:
    """Being written; ``invited`` have not answered yet whether they join, ``answered`` have."""
    story, days = scene.story, scene.days
    evening = moment(days.ago(1), EVENING)
    yield scene.until(evening - timedelta(days=2))
    _begin(story, texts.draft_of(story.text) if answered else story.text, scene)
    if not (invited or answered):
        return
    yield scene.until(evening)
    asked = [*answered, *invited]
    receipt = story.proposer.post(
        f"{story.path}/invite/", scene.at, members=[member.pk for member in asked]
    )
    numbers = receipt.ids("cosignature", "ask")
    for member, number in zip(answered, numbers, strict=False):
        yield scene.until(scene.at + timedelta(minutes=20))
        story.company.member(member.pk).post(
            f"cosignatures/{number}/agree/", scene.at, remark=story.write(Note.AGREEMENT)[:100]
        )


def handed_in(scene: Scene, day: date) -> Script:
    """Written, co-signed where it is joint, and handed in."""
    story = scene.story
    story.life.received_at = scene.on(day)
    yield scene.at
    intake.write(story)
    intake.hand_in(story)


def returned(scene: Scene, day: date) -> Script:
    """Sent back to its proposer, who has not rewritten it yet."""
    story = scene.story
    good, story.text = story.text, texts.draft_of(story.text)
    yield from handed_in(scene, day)
    yield scene.on(scene.days.since(day, 2))
    story.company.office(Role.COMMITTEE_CLERK).post(
        f"{story.path}/return-for-revision/",
        scene.at,
        reason=review_opinion(story.rng, story.text, ReviewOutcome.RETURN),
    )
    story.text = good


def resubmitted(scene: Scene, day: date) -> Script:
    """Sent back, rewritten, and handed in again; nobody has read it since."""
    story = scene.story
    yield from returned(scene, day)
    yield scene.on(scene.days.last)
    story.text = texts.revised(story.rng, story.text)
    story.proposer.post(f"{story.path}/edit/", scene.at, **intake.content(story, story.text))
    story.proposer.post(f"{story.path}/resubmit/", scene.at, one_matter=True)


def examined(scene: Scene, day: date, rounds: int = 2, fate: Fate = Fate.FILED) -> Script:
    """Handed in on ``day``, with so many rounds of review behind it."""
    story = scene.story
    if fate == Fate.NOT_FILED:
        rules = story.scenario.rules.review
        story.life.fate, story.life.ground = fate, "VAGUE"
        story.life.disposition = rules.dispositions[0].code
    yield from handed_in(scene, day)
    for number in range(rounds):
        yield scene.on(scene.days.since(day, 2 * (number + 1)))
        deciding.review(story, number, scene.at)


def decided(scene: Scene, day: date, fate: Fate = Fate.FILED) -> Script:
    """Filed, or not; handed in on ``day``, decided six working days later."""
    yield from examined(scene, day, fate=fate)
    yield scene.on(scene.days.since(day, 6))
    deciding.decide(scene.story, scene.at, None)


def merged(scene: Scene, host: Scene, day: date) -> Script:
    """Handed in on ``day``, and merged into one of the same matter that is filed by then."""
    scene.story.life.fate = Fate.MERGED
    yield from handed_in(scene, day)
    for number in range(2):
        yield scene.on(scene.days.since(day, 2 * (number + 1)))
        deciding.review(scene.story, number, scene.at, host.story)
    yield scene.on(scene.days.since(day, 8))
    deciding.decide(scene.story, scene.at, host.story)


def withdrawn(scene: Scene, day: date) -> Script:
    """Given up by its proposer, with the committee's consent."""
    yield from handed_in(scene, day)
    yield scene.until(scene.at + timedelta(hours=30))
    deciding.withdraw(scene.story)


def withdrawal_asked(scene: Scene, day: date) -> Script:
    """Its proposer wants to give it up; the committee has not answered."""
    yield from examined(scene, day, rounds=1)
    yield scene.on(scene.days.last)
    deciding.ask_to_withdraw(scene.story, scene.at)


def _begin(story: Story, text: texts.ProposalText, scene: Scene) -> None:
    draft = {**intake.content(story, text), "committee": story.company.committee.pk}
    if story.life.kind == ProposerKind.COLLECTIVE and story.body is not None:
        draft["body"] = story.body.pk
    story.id = story.proposer.post("proposals/draft/", scene.at, **draft).id
