"""A plan: the totals of a scenario spread over one life for each proposal.

Counting the lives by any attribute gives exactly the scenario's totals. The same scenario
and seed give the same lives.
"""

from random import Random

from demo import allotment, arrivals, people, texts, wording
from demo.life import Fate, Life, Rating, Task
from demo.scenario import RETURNS, Path, Scenario, Stage
from members.enums import AssignmentRole, BodyKind, PeriodKind, ProposerKind, UnitKind
from proposals.enums import Adoption

# What is not filed is seldom secret and mostly vague; the disposition narrows the ground.
_GROUNDS = {
    "opinion": ("VAGUE", "VAGUE", "VAGUE", "MULTI_MATTER", "ACADEMIC", "PROHIBITED"),
    "social_info": ("VAGUE", "ACADEMIC", "DUPLICATE_SOLVED", "PARTY_INTERNAL"),
    "letter": ("PERSONAL", "PETITION", "LITIGATION", "ACCUSATION"),
    "upper_level": ("OUT_OF_JURISDICTION", "PROHIBITED"),
    "leader_reference": ("PARTY_INTERNAL", "DEM_PARTY_INTERNAL", "ACADEMIC"),
    "none": ("PROMOTION", "SECRET", "LITIGATION", "NOT_MEMBER"),
}
_SESSION_BODIES = {
    BodyKind.PARTY: 45,
    BodyKind.SPECIAL_COMMITTEE: 15,
    BodyKind.SECTOR: 20,
    BodyKind.PEOPLES_ORGANISATION: 12,
    BodyKind.GROUP: 8,
}
# Proposers of what is not filed or merged: kinds in per cent.
_OTHER_KINDS = {ProposerKind.INDIVIDUAL: 75, ProposerKind.JOINT: 18, ProposerKind.COLLECTIVE: 7}
# So many merged proposals share a host, on the average.
_PER_HOST = 1.5
SUGGESTIONS_MAX = 3


def plan(scenario: Scenario, seed: int) -> list[Life]:
    """One life for each received proposal, in order of receipt, then the rolled-over ones."""
    rng = Random(f"{scenario.committee.code}:{seed}")  # noqa: S311 -- a plan, not a secret
    lives = _born(rng, scenario)
    _decide(rng, scenario, lives)
    _propose(rng, scenario, lives)
    filed = [life for life in lives if life.fate == Fate.FILED]
    allotment.finish(rng, scenario, filed)
    allotment.walk(rng, scenario, filed)
    for life in filed:
        _assign(rng, scenario, life)
        _answer(rng, scenario, life)
    _batch(scenario, filed)
    return lives


def _born(rng: Random, scenario: Scenario) -> list[Life]:
    """Lives with their moments; what comes between sessions is filed, by the scenario."""
    year = scenario.totals
    moments = [
        *(
            (at, PeriodKind.SESSION)
            for at in arrivals.in_window(rng, scenario.session, year.received - year.intersession)
        ),
        *(
            (at, PeriodKind.INTERSESSION)
            for at in arrivals.between_sessions(rng, scenario.session, year.intersession)
        ),
    ]
    lives = [
        Life(index, at, period, rng.getrandbits(48)) for index, (at, period) in enumerate(moments)
    ]
    for at in arrivals.after_rollover(rng, scenario.session, year.rollover):
        seed = rng.getrandbits(48)
        lives.append(Life(len(lives), at, PeriodKind.SESSION, seed, fate=Fate.NEXT_SESSION))
    return lives


def _decide(rng: Random, scenario: Scenario, lives: list[Life]) -> None:
    """Deal out the fates; a proposal between sessions is always filed."""
    year, rules = scenario.totals, scenario.rules
    known = {ground.code for ground in rules.review.grounds}
    in_session = [
        life
        for life in lives
        if life.period == PeriodKind.SESSION and life.fate != Fate.NEXT_SESSION
    ]
    rng.shuffle(in_session)
    for fate, count in ((Fate.MERGED, year.merged), (Fate.WITHDRAWN, year.withdrawn)):
        for _ in range(count):
            in_session.pop().fate = fate
    for disposition, count in year.not_filed.items():
        fitting = [code for code in _GROUNDS[disposition] if code in known]
        for _ in range(count):
            life = in_session.pop()
            life.fate, life.disposition = Fate.NOT_FILED, disposition
            life.ground = rng.choice(fitting or sorted(known))


def _propose(rng: Random, scenario: Scenario, lives: list[Life]) -> None:
    """Who proposes what: kinds and categories of the filed exact, the others' plausible."""
    year = scenario.totals
    filed = [life for life in lives if life.fate == Fate.FILED]
    kinds = allotment.dealt(rng, year.kinds)
    categories = allotment.dealt(rng, year.categories)
    for life, kind, category in zip(filed, kinds, categories, strict=True):
        life.kind, life.category = ProposerKind(kind), category
    for life in lives:
        if life.fate != Fate.FILED:
            life.kind = rng.choices(list(_OTHER_KINDS), weights=list(_OTHER_KINDS.values()))[0]
            life.category = rng.choices(
                list(year.categories), weights=list(year.categories.values())
            )[0]
        life.topic = rng.choice(wording.topics_of(life.category)).code
        _sign(rng, scenario, life)
    _merge(rng, scenario, lives)


def _sign(rng: Random, scenario: Scenario, life: Life) -> None:
    if life.kind == ProposerKind.COLLECTIVE:
        kinds = dict(_SESSION_BODIES)
        if life.period == PeriodKind.INTERSESSION:
            allowed = scenario.rules.proposers.any_time
            kinds = {kind: weight for kind, weight in kinds.items() if kind in allowed}
        life.body_kind = rng.choices(list(kinds), weights=list(kinds.values()))[0]
    elif life.kind == ProposerKind.JOINT:
        life.agreeing = rng.choices((1, 2, 3, 4, 5, 8), weights=(30, 28, 18, 12, 8, 4))[0]
        life.declining = rng.choices((0, 1, 2), weights=(80, 16, 4))[0]
        life.unanswered = rng.choices((0, 1, 2), weights=(72, 22, 6))[0]


def _merge(rng: Random, scenario: Scenario, lives: list[Life]) -> None:
    """Every merged life gets a filed host of the session, and its matter."""
    merged = [life for life in lives if life.fate == Fate.MERGED]
    if not merged:
        return
    hosts = [
        life for life in lives if life.fate == Fate.FILED and life.period == PeriodKind.SESSION
    ]
    chosen = rng.sample(hosts, min(len(hosts), max(1, round(len(merged) / _PER_HOST))))
    for number, life in enumerate(merged):
        host = chosen[number] if number < len(chosen) else rng.choice(chosen)
        life.host, life.category, life.topic = host.index, host.category, host.topic


def _assign(rng: Random, scenario: Scenario, life: Life) -> None:
    """Units by the topic's fields, in the roles that the allotment has set."""
    place = scenario.place
    fields = wording.topics()[life.topic].fields
    units = list(dict.fromkeys(people.unit_for(place, name).name for name in fields))
    role = life.tasks[0].role
    if role == AssignmentRole.SOLE:
        chosen = [Task(units[0], role)]
    elif role == AssignmentRole.SEPARATE:
        count = min(len(units), rng.choices((2, 3), weights=(80, 20))[0])
        chosen = [Task(unit, role) for unit in units[:count]]
    else:
        helpers = units[1 : 1 + rng.choices((1, 2, 3), weights=(45, 38, 17))[0]]
        if place.parts and rng.random() < 0.15:
            helpers.append(rng.choice(scenario.units[-len(place.parts) :]).name)
        chosen = [Task(units[0], role)]
        chosen += [Task(unit, AssignmentRole.ASSIST) for unit in helpers]
    life.tasks = tuple(chosen)
    if life.on(*RETURNS):
        life.other_unit = _other_unit(rng, scenario, units, chosen)


def _other_unit(rng: Random, scenario: Scenario, units: list[str], chosen: list[Task]) -> str:
    """A unit with no task that could be thought responsible: of the topic, if there is one."""
    taken = {task.unit for task in chosen}
    departments = [unit.name for unit in scenario.units if unit.kind == UnitKind.GOVERNMENT]
    likely = [unit for unit in units if unit not in taken]
    return rng.choice(likely or [unit for unit in departments if unit not in taken])


def _answer(rng: Random, scenario: Scenario, life: Life) -> None:
    """Adoption to fit the result class, and the ratings of each round."""
    if life.stage not in (Stage.CONCLUDED, Stage.REPLIED):
        return
    rules = scenario.rules
    entry = {c.code: c for c in rules.handling.result_classes}[life.result_class]
    life.adoption = _adoption(rng, solved=entry.solved, planned=entry.planned)
    better = [c.code for c in rules.handling.result_classes if c.solved]
    changed = life.on(Path.CLASS_CHANGED)
    life.drafted_class = rng.choice(better) if changed else life.result_class
    good = [rating.code for rating in rules.feedback.result if rating.satisfied]
    poor = [rating.code for rating in rules.feedback.result if rating.poor]
    kind = [rating.code for rating in rules.feedback.attitude if rating.satisfied]
    results = []
    if life.on(Path.POOR_THEN_SATISFIED, Path.POOR_TWICE):
        results.append(poor[0])
    if life.stage == Stage.CONCLUDED and not life.on(Path.UNRATED):
        results.append(poor[0] if life.on(Path.POOR_TWICE) else rng.choice(good))
    life.ratings = tuple(Rating(rng.choice(kind), result) for result in results)


def _adoption(rng: Random, *, solved: bool, planned: bool) -> tuple[Adoption, ...]:
    """Three adoptions, the first of them telling whether anything was taken up."""
    if not (solved or planned):
        return (Adoption.NOT_ADOPTED,) * SUGGESTIONS_MAX
    first = Adoption.ADOPTED if solved else rng.choice((Adoption.ADOPTED, Adoption.PARTLY))
    weights = (70, 25, 5) if solved else (30, 45, 25)
    rest = rng.choices(tuple(Adoption), weights=weights, k=SUGGESTIONS_MAX - 1)
    return (first, *rest)


def _batch(scenario: Scenario, filed: list[Life]) -> None:
    """Proposals of the session go out in lists; the later ones and urgent ones singly."""
    listed = [
        life for life in filed if life.period == PeriodKind.SESSION and not life.on(Path.URGENT)
    ]
    for number, life in enumerate(listed):
        life.batch = number // scenario.counts.batch_size + 1


def complete(scenario: Scenario, life: Life) -> None:
    """Let a life that was planned no further than its receipt be filed, answered and concluded."""
    rng = Random(life.text_seed)  # noqa: S311 -- a plan, not a secret
    life.fate, life.stage = Fate.FILED, Stage.CONCLUDED
    life.tasks = (Task("", AssignmentRole.SOLE),)
    life.result_class = next(c.code for c in scenario.rules.handling.result_classes if c.solved)
    _assign(rng, scenario, life)
    _answer(rng, scenario, life)


def texts_of(scenario: Scenario, lives: list[Life]) -> list[texts.ProposalText]:
    """The text of every life, in the plan's order; no two have the same title."""
    taken: set[str] = set()
    written: dict[int, texts.ProposalText] = {}
    # A merged proposal is worded after its host, which may have come later.
    for life in sorted(lives, key=lambda life: (life.host is not None, life.index)):
        rng = Random(life.text_seed)  # noqa: S311 -- a text, not a secret
        if life.host is None:
            text = texts.compose(
                rng,
                place=scenario.place,
                committee_name=scenario.committee.short_name,
                category=life.category,
                topic=life.topic,
                taken=taken,
            )
        else:
            text = texts.near_copy(rng, written[life.host], taken=taken)
        taken.add(text.title)
        written[life.index] = text
    return [written[life.index] for life in lives]
