"""What undertaking units write: replies, contacts with proposers, opinions to the lead unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from demo import wording
from demo.texts import ProposalText
from demo.wording import phrases, spin
from members.enums import ContactStage
from proposals.enums import Adoption, ContactWay

# How many suggestions of a reply become promises with a date, at most.
_PROMISES_MAX = 2


@dataclass(frozen=True)
class Point:
    """The answer to one suggestion; ``reason`` is empty exactly when it is adopted."""

    answer: str
    adoption: Adoption
    reason: str


@dataclass(frozen=True)
class Commitment:
    """A promise of a reply and the day by which it is to be kept."""

    text: str
    due: date


@dataclass(frozen=True)
class ReplyText:
    """A reply: its frame, one point for each suggestion, and what it promises."""

    body: str
    points: tuple[Point, ...]
    commitments: tuple[Commitment, ...]


@dataclass(frozen=True)
class Contact:
    """One talk with the proposer, as the unit records it."""

    way: ContactWay
    stage: ContactStage
    place: str
    outcome: str


def slots(rng: Random, text: ProposalText, *, unit: str, other: str = "") -> dict[str, str]:
    """The words that lines about ``text`` may ask for; one suggestion is picked as 要点."""
    matter = wording.topics()[text.topic]
    pick = rng.choice(text.picks[3])
    own = {"本": text.self_name, "地": text.where}
    return {
        **own,
        "案": text.title,
        "事": text.subject,
        "单位": unit,
        "他": other or text.unit_names[0],
        "称": "您",
        "要点": matter.measures[pick][0],
        "说明": spin(rng, matter.measures[pick][1], own),
        "进展": spin(rng, rng.choice(matter.actions), own),
        "目的": rng.choice(matter.aims),
    }


def compose_reply(
    rng: Random,
    text: ProposalText,
    *,
    unit: str,
    assists: Sequence[str] = (),
    adoption: Sequence[Adoption],
    replied_on: date,
    several: bool = False,
) -> ReplyText:
    """The reply of ``unit`` to a proposal, one adoption for each of its suggestions.

    ``several`` addresses several proposers (您们). Promises are made only on what was taken
    up, and fall due between two and ten months after ``replied_on``. Raises ValueError when
    the number of adoptions is not that of the suggestions.
    """
    if len(adoption) != len(text.suggestions):
        raise ValueError(f"{len(text.suggestions)} suggestions, {len(adoption)} adoptions")
    bank = phrases("letters")
    words = slots(rng, text, unit=unit)
    words["称"] = "您们" if several else "您"
    words["经商"] = f"经商{'、'.join(assists)}，" if assists else ""
    body = "\n".join(
        spin(rng, rng.choice(bank[part]), words)
        for part in ("reply_openings", "reply_works", "reply_closings")
    )
    points = tuple(
        _point(rng, text, pick, value, words)
        for pick, value in zip(text.picks[3], adoption, strict=True)
    )
    return ReplyText(body, points, _commitments(rng, text, points, words, replied_on))


def _point(
    rng: Random, text: ProposalText, pick: int, value: Adoption, words: dict[str, str]
) -> Point:
    matter = wording.topics()[text.topic]
    head, detail = matter.measures[pick]
    own = {
        **words,
        "要点": head,
        "说明": spin(rng, detail, words),
        "进展": spin(rng, rng.choice(matter.actions), words),
    }
    bank = phrases("letters")
    answer = f"关于“{head}”的建议。{spin(rng, rng.choice(bank[value.value]), own)}"
    if value == Adoption.ADOPTED:
        return Point(answer, value, "")
    return Point(answer, value, rng.choice(bank[f"{value.value}_reasons"]))


def _commitments(
    rng: Random,
    text: ProposalText,
    points: tuple[Point, ...],
    words: dict[str, str],
    replied_on: date,
) -> tuple[Commitment, ...]:
    promised: list[Commitment] = []
    for head, point in zip(text.heads, points, strict=True):
        if point.adoption == Adoption.NOT_ADOPTED or len(promised) == _PROMISES_MAX:
            continue
        due = _month_end(replied_on, rng.randint(2, 10))
        day = f"{due.year}年{due.month}月底"
        line = rng.choice(phrases("letters")["commitments"])
        sentence = spin(rng, line, {**words, "要点": head, "时限": day})
        promised.append(Commitment(f"{sentence}。", due))
    return tuple(promised)


def _month_end(start: date, months: int) -> date:
    """The 28th of the month ``months`` after ``start``: a day that every month has."""
    total = start.year * 12 + start.month - 1 + months
    return date(total // 12, total % 12 + 1, 28)


_PLACES = {
    ContactWay.PHONE: ("电话沟通",),
    ContactWay.VISIT: ("提案者工作单位", "提案者所在社区"),
    ContactWay.MEETING: ("{单位}会议室", "政协机关会议室"),
    ContactWay.SYMPOSIUM: ("{单位}会议室", "项目现场会议室", "委员工作室"),
    ContactWay.INVITATION: ("{地}调研现场", "有关项目现场"),
    ContactWay.ONLINE: ("视频会议", "委员履职平台"),
    ContactWay.LETTER: ("书面往来",),
}


def contact(
    rng: Random,
    text: ProposalText,
    *,
    unit: str,
    stage: ContactStage = ContactStage.DURING,
    way: ContactWay | None = None,
) -> Contact:
    """A talk of ``unit`` with the proposer; face to face in about three of five."""
    ways = list(ContactWay)
    chosen = way or rng.choices(ways, weights=(30, 15, 25, 12, 10, 6, 2))[0]
    words = slots(rng, text, unit=unit)
    outcome = spin(rng, rng.choice(phrases("letters")["contact_outcomes"]), words)
    return Contact(chosen, stage, spin(rng, rng.choice(_PLACES[chosen]), words), outcome)


def assist_opinion(rng: Random, text: ProposalText, *, unit: str, lead: str) -> str:
    """The opinion of an assisting unit, addressed to the lead unit."""
    words = slots(rng, text, unit=unit, other=lead)
    return spin(rng, rng.choice(phrases("letters")["assist_opinions"]), words)
