"""Distributes the scenario's totals over the filed plans, so that every count comes out."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from random import Random
from typing import TypeVar

from demo.case_plan import CasePlan, Task
from demo.scenario import FEEDBACK_ENDS, RETURNS, Deviation, Scenario, ScenarioInvalid, Stage
from members.enums import AssignmentRole, Channel, PeriodKind

_ANSWERED = (Stage.CONCLUDED, Stage.REPLIED)
_POOR = (Deviation.POOR_THEN_SATISFIED, Deviation.POOR_TWICE)
_BUSY = (*RETURNS, Deviation.PRE_ASSIGNED, Deviation.URGENT)
_MORE_TIME = (Deviation.EXTENDED, Deviation.EXTENSION_REFUSED)

T = TypeVar("T", bound=Hashable)
Fits = Callable[[CasePlan], bool]


def dealt(rng: Random, counts: Mapping[T, int]) -> list[T]:
    """Every key as often as its count says, shuffled."""
    cards = [key for key, count in counts.items() for _ in range(count)]
    rng.shuffle(cards)
    return cards


def finish(rng: Random, scenario: Scenario, filed: Sequence[CasePlan]) -> None:
    """Set role, stage and result class of the filed plans."""
    year = scenario.totals
    stages = dealt(rng, {Stage.CONCLUDED: year.concluded, **year.unfinished})
    for plan, role, stage in zip(filed, dealt(rng, year.roles), stages, strict=True):
        plan.tasks = (Task("", role),)
        plan.stage = stage
    concluded = [plan for plan in filed if plan.stage == Stage.CONCLUDED]
    for plan, code in zip(concluded, dealt(rng, year.results), strict=True):
        plan.result_class = code
    for plan in filed:
        if plan.stage == Stage.REPLIED:
            plan.result_class = rng.choice(list(year.results))


def deviate(rng: Random, scenario: Scenario, filed: Sequence[CasePlan]) -> None:
    """Give as many plans each deviation as the scenario says, where it makes sense.

    Raises ScenarioInvalid when too few plans could have one.
    """
    for deviation, fits in _deviations(scenario).items():
        count = scenario.deviations.get(deviation, 0)
        fitting = [plan for plan in filed if fits(plan)]
        if count > len(fitting):
            raise ScenarioInvalid(
                f"deviations.{deviation}: only {len(fitting)} proposals can have it"
            )
        for plan in rng.sample(fitting, count):
            plan.deviations |= {deviation}
            if deviation == Deviation.PAPER_ENTRY:
                plan.channel = Channel.PAPER


def _deviations(scenario: Scenario) -> dict[Deviation, Fits]:
    """Which plans may have each deviation; those with the narrowest choice first."""
    classes = scenario.rules.handling.result_classes
    followed = {entry.code for entry in classes if entry.needs_follow_up}
    planned = {entry.code for entry in classes if entry.planned and not entry.solved}
    taken_up = {entry.code for entry in classes if entry.planned or entry.solved}

    def rated(plan: CasePlan) -> bool:
        return plan.stage == Stage.CONCLUDED and not plan.has(*FEEDBACK_ENDS)

    def free(plan: CasePlan) -> bool:
        return plan.period == PeriodKind.SESSION and not plan.has(*_BUSY)

    def in_time(plan: CasePlan) -> bool:
        return not plan.has(*_MORE_TIME, *_POOR, Deviation.URGENT)

    def answered(plan: CasePlan) -> bool:
        return plan.stage in _ANSWERED

    def concluded(plan: CasePlan) -> bool:
        return plan.stage == Stage.CONCLUDED

    return {
        **dict.fromkeys(_POOR, lambda plan: rated(plan) and plan.period == PeriodKind.SESSION),
        Deviation.UNRATED: rated,
        **dict.fromkeys(RETURNS, free),
        Deviation.PRE_ASSIGNED: free,
        Deviation.URGENT: free,
        **dict.fromkeys(_MORE_TIME, in_time),
        Deviation.CLASS_CHANGED: lambda plan: plan.result_class in planned,
        Deviation.ASSIST_WAIVED: lambda plan: (
            answered(plan) and plan.tasks[0].role == AssignmentRole.LEAD
        ),
        Deviation.INSPECTION_SENT_BACK: answered,
        Deviation.CORRECTED: rated,
        Deviation.PAPER_FEEDBACK: rated,
        Deviation.FOLLOWED_UP: lambda plan: concluded(plan) and plan.result_class in followed,
        Deviation.COMMITMENTS_KEPT: lambda plan: concluded(plan) and plan.result_class in taken_up,
        Deviation.PUBLISHED: concluded,
        Deviation.KEY: lambda plan: concluded(plan) and plan.period == PeriodKind.SESSION,
        Deviation.REVISED: lambda plan: True,
        Deviation.PAPER_ENTRY: lambda plan: not plan.has(Deviation.REVISED),
    }
