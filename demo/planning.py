"""The totals of a scenario spread over plans, one for each proposal.

Counting the plans by any attribute gives exactly the scenario's totals. The same scenario
and seed give the same plans.
"""

from random import Random

from demo import arrivals, distribution, places, texts, wording
from demo.case_plan import CasePlan, Outcome, Rating, Task
from demo.scenario import RETURNS, Deviation, Scenario, Stage
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


def plan_cases(scenario: Scenario, seed: int) -> list[CasePlan]:
    """One plan for each received proposal, in order of receipt, then the rolled-over ones."""
    rng = Random(f"{scenario.committee.code}:{seed}")  # noqa: S311 -- a plan, not a secret
    plans = _received(rng, scenario)
    _decide(rng, scenario, plans)
    _propose(rng, scenario, plans)
    filed = [plan for plan in plans if plan.outcome == Outcome.FILED]
    distribution.finish(rng, scenario, filed)
    distribution.deviate(rng, scenario, filed)
    for plan in filed:
        _assign(rng, scenario, plan)
        _answer(rng, scenario, plan)
    _batch(scenario, filed)
    return plans


def _received(rng: Random, scenario: Scenario) -> list[CasePlan]:
    """Plans with their moments; what comes between sessions is filed, by the scenario."""
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
    plans = [
        CasePlan(index, at, period, rng.getrandbits(48))
        for index, (at, period) in enumerate(moments)
    ]
    for at in arrivals.after_rollover(rng, scenario.session, year.rollover):
        seed = rng.getrandbits(48)
        plans.append(
            CasePlan(len(plans), at, PeriodKind.SESSION, seed, outcome=Outcome.NEXT_SESSION)
        )
    return plans


def _decide(rng: Random, scenario: Scenario, plans: list[CasePlan]) -> None:
    """Deal out the outcomes; a proposal between sessions is always filed."""
    year, rules = scenario.totals, scenario.rules
    known = {ground.code for ground in rules.review.grounds}
    in_session = [
        plan
        for plan in plans
        if plan.period == PeriodKind.SESSION and plan.outcome != Outcome.NEXT_SESSION
    ]
    rng.shuffle(in_session)
    for outcome, count in ((Outcome.MERGED, year.merged), (Outcome.WITHDRAWN, year.withdrawn)):
        for _ in range(count):
            in_session.pop().outcome = outcome
    for disposition, count in year.not_filed.items():
        fitting = [code for code in _GROUNDS[disposition] if code in known]
        for _ in range(count):
            plan = in_session.pop()
            plan.outcome, plan.disposition = Outcome.NOT_FILED, disposition
            plan.ground = rng.choice(fitting or sorted(known))


def _propose(rng: Random, scenario: Scenario, plans: list[CasePlan]) -> None:
    """Who proposes what: kinds and categories of the filed exact, the others' plausible."""
    year = scenario.totals
    filed = [plan for plan in plans if plan.outcome == Outcome.FILED]
    kinds = distribution.dealt(rng, year.kinds)
    categories = distribution.dealt(rng, year.categories)
    for plan, kind, category in zip(filed, kinds, categories, strict=True):
        plan.kind, plan.category = ProposerKind(kind), category
    for plan in plans:
        if plan.outcome != Outcome.FILED:
            plan.kind = rng.choices(list(_OTHER_KINDS), weights=list(_OTHER_KINDS.values()))[0]
            plan.category = rng.choices(
                list(year.categories), weights=list(year.categories.values())
            )[0]
        plan.topic = rng.choice(wording.topics_of(plan.category)).code
        _sign(rng, scenario, plan)
    _merge(rng, scenario, plans)


def _sign(rng: Random, scenario: Scenario, plan: CasePlan) -> None:
    if plan.kind == ProposerKind.COLLECTIVE:
        kinds = dict(_SESSION_BODIES)
        if plan.period == PeriodKind.INTERSESSION:
            allowed = scenario.rules.proposers.any_time
            kinds = {kind: weight for kind, weight in kinds.items() if kind in allowed}
        plan.body_kind = rng.choices(list(kinds), weights=list(kinds.values()))[0]
    elif plan.kind == ProposerKind.JOINT:
        plan.agreeing = rng.choices((1, 2, 3, 4, 5, 8), weights=(30, 28, 18, 12, 8, 4))[0]
        plan.declining = rng.choices((0, 1, 2), weights=(80, 16, 4))[0]
        plan.unanswered = rng.choices((0, 1, 2), weights=(72, 22, 6))[0]


def _merge(rng: Random, scenario: Scenario, plans: list[CasePlan]) -> None:
    """Every merged plan gets a filed host of the session, and its matter."""
    merged = [plan for plan in plans if plan.outcome == Outcome.MERGED]
    if not merged:
        return
    hosts = [
        plan
        for plan in plans
        if plan.outcome == Outcome.FILED and plan.period == PeriodKind.SESSION
    ]
    chosen = rng.sample(hosts, min(len(hosts), max(1, round(len(merged) / _PER_HOST))))
    for number, plan in enumerate(merged):
        host = chosen[number] if number < len(chosen) else rng.choice(chosen)
        plan.host, plan.category, plan.topic = host.index, host.category, host.topic


def _assign(rng: Random, scenario: Scenario, plan: CasePlan) -> None:
    """Units by the topic's fields, in the roles that the distribution has set."""
    place = scenario.place
    fields = wording.topics()[plan.topic].fields
    units = list(dict.fromkeys(places.unit_for(place, name).name for name in fields))
    role = plan.tasks[0].role
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
    plan.tasks = tuple(chosen)
    if plan.has(*RETURNS):
        plan.other_unit = _other_unit(rng, scenario, units, chosen)


def _other_unit(rng: Random, scenario: Scenario, units: list[str], chosen: list[Task]) -> str:
    """A unit with no task that could be thought responsible: of the topic, if there is one."""
    taken = {task.unit for task in chosen}
    departments = [unit.name for unit in scenario.units if unit.kind == UnitKind.GOVERNMENT]
    likely = [unit for unit in units if unit not in taken]
    return rng.choice(likely or [unit for unit in departments if unit not in taken])


def _answer(rng: Random, scenario: Scenario, plan: CasePlan) -> None:
    """Adoption to fit the result class, and the ratings of each round."""
    if plan.stage not in (Stage.CONCLUDED, Stage.REPLIED):
        return
    rules = scenario.rules
    entry = {c.code: c for c in rules.handling.result_classes}[plan.result_class]
    plan.adoption = _adoption(rng, solved=entry.solved, planned=entry.planned)
    better = [c.code for c in rules.handling.result_classes if c.solved]
    changed = plan.has(Deviation.CLASS_CHANGED)
    plan.drafted_class = rng.choice(better) if changed else plan.result_class
    good = [rating.code for rating in rules.feedback.result if rating.satisfied]
    poor = [rating.code for rating in rules.feedback.result if rating.poor]
    kind = [rating.code for rating in rules.feedback.attitude if rating.satisfied]
    results = []
    if plan.has(Deviation.POOR_THEN_SATISFIED, Deviation.POOR_TWICE):
        results.append(poor[0])
    if plan.stage == Stage.CONCLUDED and not plan.has(Deviation.UNRATED):
        results.append(poor[0] if plan.has(Deviation.POOR_TWICE) else rng.choice(good))
    plan.ratings = tuple(Rating(rng.choice(kind), result) for result in results)


def _adoption(rng: Random, *, solved: bool, planned: bool) -> tuple[Adoption, ...]:
    """Three adoptions, the first of them telling whether anything was taken up."""
    if not (solved or planned):
        return (Adoption.NOT_ADOPTED,) * SUGGESTIONS_MAX
    first = Adoption.ADOPTED if solved else rng.choice((Adoption.ADOPTED, Adoption.PARTLY))
    weights = (70, 25, 5) if solved else (30, 45, 25)
    rest = rng.choices(tuple(Adoption), weights=weights, k=SUGGESTIONS_MAX - 1)
    return (first, *rest)


def _batch(scenario: Scenario, filed: list[CasePlan]) -> None:
    """Proposals of the session go out in lists; the later ones and urgent ones singly."""
    listed = [
        plan
        for plan in filed
        if plan.period == PeriodKind.SESSION and not plan.has(Deviation.URGENT)
    ]
    for number, plan in enumerate(listed):
        plan.batch = number // scenario.counts.batch_size + 1


def complete(scenario: Scenario, plan: CasePlan) -> None:
    """Let a plan that was planned no further than its receipt be filed, answered and concluded."""
    rng = Random(plan.text_seed)  # noqa: S311 -- a plan, not a secret
    plan.outcome, plan.stage = Outcome.FILED, Stage.CONCLUDED
    plan.tasks = (Task("", AssignmentRole.SOLE),)
    plan.result_class = next(c.code for c in scenario.rules.handling.result_classes if c.solved)
    _assign(rng, scenario, plan)
    _answer(rng, scenario, plan)


def texts_of(scenario: Scenario, plans: list[CasePlan]) -> list[texts.ProposalText]:
    """The text of every plan, in the plan's order; no two have the same title."""
    taken: set[str] = set()
    written: dict[int, texts.ProposalText] = {}
    # A merged proposal is worded after its host, which may have come later.
    for plan in sorted(plans, key=lambda plan: (plan.host is not None, plan.index)):
        rng = Random(plan.text_seed)  # noqa: S311 -- a text, not a secret
        if plan.host is None:
            text = texts.compose(
                rng,
                place=scenario.place,
                committee_name=scenario.committee.short_name,
                category=plan.category,
                topic=plan.topic,
                taken=taken,
            )
        else:
            text = texts.near_copy(rng, written[plan.host], taken=taken)
        taken.add(text.title)
        written[plan.index] = text
    return [written[plan.index] for plan in plans]
