"""Texts of proposals: composed from a topic, a place and a generator of random numbers.

The same generator state gives the same text. A text part has 80 to 400 characters, a title
at most 50 and where possible 30 (what the strictest rulebooks allow).
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from random import Random

from demo import places, wording
from demo.wording import Topic, phrases, spin

TITLE_AIM = 30
TITLE_MAX = 50
PART_MIN = 80
PART_MAX = 400

# How a title ends where the rulebook prescribes its form (铜陵).
_ENDINGS = ("的提案", "的建议")

# One proposal in so many bears a published title, when one fits its topic.
PUBLISHED_EVERY = 12

# Of the proposals on a matter, so many in a hundred speak of the whole place, and so many of
# no place at all; the others name a part of it.
_WHOLE, _NOWHERE = 40, 10


@dataclass(frozen=True)
class ProposalText:
    """What a proposer hands in. ``heads`` are the gists of the suggestions, in order."""

    title: str
    category: str
    situation: str
    analysis: str
    suggestions: tuple[str, ...]
    background: str
    topic: str
    subject: str
    where: str
    self_name: str
    committee_name: str
    unit_names: tuple[str, ...]
    heads: tuple[str, ...]
    picks: tuple[tuple[int, ...], ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Every part that a length limit applies to."""
        return (self.situation, self.analysis, *self.suggestions)


def compose(
    rng: Random,
    *,
    place: places.Place,
    committee_name: str,
    category: str,
    topic: str = "",
    taken: Container[str] = frozenset(),
) -> ProposalText:
    """A proposal on a topic of ``category`` (or on ``topic``), with a title not in ``taken``.

    Raises KeyError for an unknown category or topic, and ValueError when every title of the
    topic is taken.
    """
    matter = wording.topics()[topic] if topic else rng.choice(wording.topics_of(category))
    where, subject = place.self_name, matter.name
    title = _published(rng, matter, taken)
    if not title:
        title, where, subject = _fresh_title(rng, matter, place, taken)
    count = 3 if rng.random() < 0.75 else 2
    picks = (
        tuple(rng.sample(range(len(matter.facts)), rng.randint(1, len(matter.facts)))),
        tuple(rng.sample(range(len(matter.problems)), 2)),
        tuple(rng.sample(range(len(matter.causes)), 2)),
        tuple(rng.sample(range(len(matter.measures)), count)),
    )
    units = tuple(places.unit_for(place, field).name for field in matter.fields)
    blank = ProposalText(
        title=title,
        category=matter.category,
        situation="",
        analysis="",
        suggestions=(),
        background="",
        topic=matter.code,
        subject=subject,
        where=where,
        self_name=place.self_name,
        committee_name=committee_name,
        unit_names=tuple(dict.fromkeys(units)),
        heads=(),
        picks=picks,
    )
    return _written(rng, blank)


def near_copy(
    rng: Random, text: ProposalText, *, taken: Container[str] = frozenset()
) -> ProposalText:
    """Another member's proposal on the same matter and place, in other words."""
    matter = wording.topics()[text.topic]
    facts, problems, causes, measures = text.picks
    kept = list(measures)
    rng.shuffle(kept)
    picks = (facts, problems[::-1], causes[::-1], tuple(kept))
    title = _first_free(
        (
            _title(rng, matter, where, subject)
            for subject in (text.subject, *matter.subjects)
            for where in (text.where, "", text.self_name)
            for _ in range(12)
        ),
        {text.title},
        taken,
    )
    return _written(rng, replace(text, title=title, picks=picks))


def draft_of(text: ProposalText) -> ProposalText:
    """A first, weaker version of ``text``: what a reviewer returns for revision."""
    short = tuple(
        f"{head}。建议有关部门高度重视，加强领导，采取有力措施，切实抓好落实。"
        for head in text.heads[:2]
    )
    return replace(text, analysis="", suggestions=short, heads=text.heads[:2], background="")


def revised(rng: Random, text: ProposalText) -> ProposalText:
    """``text`` as it is handed in again after a return, saying what was improved."""
    note = rng.choice(phrases("proposal")["revisions"])
    return replace(text, background=f"{text.background}{note}")


def _written(rng: Random, text: ProposalText) -> ProposalText:
    matter = wording.topics()[text.topic]
    slots = {
        "本": text.self_name,
        "地": text.where,
        "事": text.subject,
        "会": text.committee_name,
        "目的": rng.choice(matter.aims),
        "主": text.unit_names[0],
    }
    heads = tuple(matter.measures[pick][0] for pick in text.picks[3])
    return replace(
        text,
        situation=_situation(rng, matter, text, slots),
        analysis=_analysis(rng, matter, text, slots),
        suggestions=_suggestions(rng, matter, text, slots),
        background=spin(rng, rng.choice(phrases("proposal")["backgrounds"]), slots),
        heads=heads,
    )


def _situation(rng: Random, matter: Topic, text: ProposalText, slots: dict[str, str]) -> str:
    bank = phrases("proposal")
    facts = "；".join(_line(rng, matter.facts[pick], slots) for pick in text.picks[0])
    problems = (_line(rng, matter.problems[pick], slots) for pick in text.picks[1])
    return _fitting(
        spin(rng, rng.choice(bank["openings"]), slots),
        f"{facts}。",
        rng.choice(bank["problem_leads"]) + _numbered(problems),
    )


def _analysis(rng: Random, matter: Topic, text: ProposalText, slots: dict[str, str]) -> str:
    bank = phrases("proposal")
    causes = (_line(rng, matter.causes[pick], slots) for pick in text.picks[2])
    return _fitting(
        spin(rng, rng.choice(bank["analysis_openings"]), slots),
        _numbered(causes),
        spin(rng, rng.choice(bank["analysis_closings"]), slots),
    )


def _suggestions(
    rng: Random, matter: Topic, text: ProposalText, slots: dict[str, str]
) -> tuple[str, ...]:
    tails = rng.sample(phrases("proposal")["tails"], 2 * len(text.picks[3]))
    written = []
    for pick in text.picks[3]:
        head, detail = matter.measures[pick]
        body = f"{head}。{_line(rng, detail, slots)}。{spin(rng, tails.pop(), slots)}"
        if len(body) < PART_MIN:
            body += spin(rng, tails.pop(), slots)
        written.append(body)
    return tuple(written)


def _line(rng: Random, line: str, slots: dict[str, str]) -> str:
    return wording.reword(rng, spin(rng, line, slots))


def _numbered(sentences: Iterable[str]) -> str:
    marks = ("一是", "二是", "三是")
    return "；".join(f"{mark}{line}" for mark, line in zip(marks, sentences, strict=False)) + "。"


def _fitting(*paragraphs: str) -> str:
    """The paragraphs, without the first when they would be too long with it."""
    whole = "\n".join(paragraphs)
    return whole if len(whole) <= PART_MAX else "\n".join(paragraphs[1:])


def _published(rng: Random, matter: Topic, taken: Container[str]) -> str:
    """Now and then a published title that speaks of the topic and of no other place."""
    if rng.randrange(PUBLISHED_EVERY):
        return ""
    elsewhere = " ".join(phrases("proposal")["elsewhere"]).split()
    fitting = [
        title if title.startswith("关于") else f"关于{title}的提案"
        for category, title in wording.published_titles()
        if category == matter.category
        and any(word in title for word in matter.keywords)
        and not any(name in title for name in elsewhere)
    ]
    free = [title for title in fitting if title not in taken and title.endswith(_ENDINGS)]
    return rng.choice(free) if free else ""


def _fresh_title(
    rng: Random, matter: Topic, place: places.Place, taken: Container[str]
) -> tuple[str, str, str]:
    for attempt in range(400):
        where, named = _where(rng, place)
        subject = rng.choice(matter.subjects)
        title = _title(rng, matter, named, subject)
        too_long = len(title) > (TITLE_AIM if attempt < 100 else TITLE_MAX)
        if not too_long and title not in taken:
            return title, where, subject
    raise ValueError(f"no free title on {matter.code}")


def _where(rng: Random, place: places.Place) -> tuple[str, str]:
    """(what the text speaks of, what the title names)."""
    share = rng.randrange(100)
    if share < _WHOLE:
        return place.self_name, place.self_name
    if share < _WHOLE + _NOWHERE:
        return place.self_name, ""
    area = rng.choice(place.areas)
    return area, area


def _title(rng: Random, matter: Topic, where: str, subject: str) -> str:
    aim = f"，{rng.choice(matter.aims)}" if rng.random() < 0.2 else ""
    # 乡镇乡镇… reads like a slip of the pen.
    where = "" if where and where[:2] in subject else where
    return f"关于{rng.choice(matter.verbs)}{where}{subject}{aim}的{rng.choice(('提案', '建议'))}"


def _first_free(titles: Iterable[str], own: set[str], taken: Container[str]) -> str:
    for title in titles:
        if title not in own and title not in taken and len(title) <= TITLE_MAX:
            return title
    raise ValueError("no free title for a near copy")
