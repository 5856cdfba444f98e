"""Deal out the scenario's totals over the filed plans, so that every count comes out."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from random import Random
from typing import TypeVar

from demo.case_plan import CasePlan, Task
from demo.scenario import FEEDBACK_ENDS, RETURNS, Path, Scenario, ScenarioInvalid, Stage
from members.enums import AssignmentRole, Channel, PeriodKind

_ANSWERED = (Stage.CONCLUDED, Stage.REPLIED)
_POOR = (Path.POOR_THEN_SATISFIED, Path.POOR_TWICE)
_BUSY = (*RETURNS, Path.PRE_ASSIGNED, Path.URGENT)
_MORE_TIME = (Path.EXTENDED, Path.EXTENSION_REFUSED)

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


def walk(rng: Random, scenario: Scenario, filed: Sequence[CasePlan]) -> None:
    """Send as many plans on each path as the scenario says, where the path makes sense.

    Raises ScenarioInvalid when too few plans could go a path.
    """
    for path, fits in _paths(scenario).items():
        count = scenario.paths.get(path, 0)
        fitting = [plan for plan in filed if fits(plan)]
        if count > len(fitting):
            raise ScenarioInvalid(f"paths.{path}: only {len(fitting)} proposals can go it")
        for plan in rng.sample(fitting, count):
            plan.paths |= {path}
            if path == Path.PAPER_ENTRY:
                plan.channel = Channel.PAPER


def _paths(scenario: Scenario) -> dict[Path, Fits]:
    """Which plans may go each path; the paths with the narrowest choice first."""
    classes = scenario.rules.handling.result_classes
    followed = {entry.code for entry in classes if entry.needs_follow_up}
    planned = {entry.code for entry in classes if entry.planned and not entry.solved}
    taken_up = {entry.code for entry in classes if entry.planned or entry.solved}

    def rated(plan: CasePlan) -> bool:
        return plan.stage == Stage.CONCLUDED and not plan.on(*FEEDBACK_ENDS)

    def free(plan: CasePlan) -> bool:
        return plan.period == PeriodKind.SESSION and not plan.on(*_BUSY)

    def in_time(plan: CasePlan) -> bool:
        return not plan.on(*_MORE_TIME, *_POOR, Path.URGENT)

    def answered(plan: CasePlan) -> bool:
        return plan.stage in _ANSWERED

    def concluded(plan: CasePlan) -> bool:
        return plan.stage == Stage.CONCLUDED

    return {
        **dict.fromkeys(_POOR, lambda plan: rated(plan) and plan.period == PeriodKind.SESSION),
        Path.UNRATED: rated,
        **dict.fromkeys(RETURNS, free),
        Path.PRE_ASSIGNED: free,
        Path.URGENT: free,
        **dict.fromkeys(_MORE_TIME, in_time),
        Path.CLASS_CHANGED: lambda plan: plan.result_class in planned,
        Path.ASSIST_WAIVED: lambda plan: (
            answered(plan) and plan.tasks[0].role == AssignmentRole.LEAD
        ),
        Path.INSPECTION_SENT_BACK: answered,
        Path.CORRECTED: rated,
        Path.PAPER_FEEDBACK: rated,
        Path.FOLLOWED_UP: lambda plan: concluded(plan) and plan.result_class in followed,
        Path.COMMITMENTS_KEPT: lambda plan: concluded(plan) and plan.result_class in taken_up,
        Path.PUBLISHED: concluded,
        Path.KEY: lambda plan: concluded(plan) and plan.period == PeriodKind.SESSION,
        Path.REVISED: lambda plan: True,
        Path.PAPER_ENTRY: lambda plan: not plan.on(Path.REVISED),
    }
