"""Deal out the scenario's totals over the filed lives, so that every count comes out."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from random import Random
from typing import TypeVar

from demo.life import Life, Task
from demo.scenario import OUTCOMES, RETURNS, Path, Scenario, ScenarioInvalid, Stage
from members.enums import AssignmentRole, Channel, PeriodKind

_ANSWERED = (Stage.CONCLUDED, Stage.REPLIED)
_POOR = (Path.POOR_THEN_SATISFIED, Path.POOR_TWICE)
_BUSY = (*RETURNS, Path.PRE_ASSIGNED, Path.URGENT)
_MORE_TIME = (Path.EXTENDED, Path.EXTENSION_REFUSED)

T = TypeVar("T", bound=Hashable)
Fits = Callable[[Life], bool]


def dealt(rng: Random, counts: Mapping[T, int]) -> list[T]:
    """Every key as often as its count says, shuffled."""
    cards = [key for key, count in counts.items() for _ in range(count)]
    rng.shuffle(cards)
    return cards


def finish(rng: Random, scenario: Scenario, filed: Sequence[Life]) -> None:
    """Set role, stage and result class of the filed lives."""
    year = scenario.totals
    stages = dealt(rng, {Stage.CONCLUDED: year.concluded, **year.unfinished})
    for life, role, stage in zip(filed, dealt(rng, year.roles), stages, strict=True):
        life.tasks = (Task("", role),)
        life.stage = stage
    concluded = [life for life in filed if life.stage == Stage.CONCLUDED]
    for life, code in zip(concluded, dealt(rng, year.results), strict=True):
        life.result_class = code
    for life in filed:
        if life.stage == Stage.REPLIED:
            life.result_class = rng.choice(list(year.results))


def walk(rng: Random, scenario: Scenario, filed: Sequence[Life]) -> None:
    """Send as many lives on each path as the scenario says, where the path makes sense.

    Raises ScenarioInvalid when too few lives could go a path.
    """
    for path, fits in _paths(scenario).items():
        count = scenario.paths.get(path, 0)
        fitting = [life for life in filed if fits(life)]
        if count > len(fitting):
            raise ScenarioInvalid(f"paths.{path}: only {len(fitting)} proposals can go it")
        for life in rng.sample(fitting, count):
            life.paths |= {path}
            if path == Path.PAPER_ENTRY:
                life.channel = Channel.PAPER


def _paths(scenario: Scenario) -> dict[Path, Fits]:
    """Which lives may go each path; the paths with the narrowest choice first."""
    classes = scenario.rules.handling.result_classes
    followed = {entry.code for entry in classes if entry.needs_follow_up}
    planned = {entry.code for entry in classes if entry.planned and not entry.solved}
    taken_up = {entry.code for entry in classes if entry.planned or entry.solved}

    def rated(life: Life) -> bool:
        return life.stage == Stage.CONCLUDED and not life.on(*OUTCOMES)

    def free(life: Life) -> bool:
        return life.period == PeriodKind.SESSION and not life.on(*_BUSY)

    def in_time(life: Life) -> bool:
        return not life.on(*_MORE_TIME, *_POOR, Path.URGENT)

    def answered(life: Life) -> bool:
        return life.stage in _ANSWERED

    def concluded(life: Life) -> bool:
        return life.stage == Stage.CONCLUDED

    return {
        **dict.fromkeys(_POOR, lambda life: rated(life) and life.period == PeriodKind.SESSION),
        Path.UNRATED: rated,
        **dict.fromkeys(RETURNS, free),
        Path.PRE_ASSIGNED: free,
        Path.URGENT: free,
        **dict.fromkeys(_MORE_TIME, in_time),
        Path.CLASS_CHANGED: lambda life: life.result_class in planned,
        Path.ASSIST_WAIVED: lambda life: (
            answered(life) and life.tasks[0].role == AssignmentRole.LEAD
        ),
        Path.INSPECTION_SENT_BACK: answered,
        Path.CORRECTED: rated,
        Path.PAPER_FEEDBACK: rated,
        Path.FOLLOWED_UP: lambda life: concluded(life) and life.result_class in followed,
        Path.COMMITMENTS_KEPT: lambda life: concluded(life) and life.result_class in taken_up,
        Path.PUBLISHED: concluded,
        Path.KEY: lambda life: concluded(life) and life.period == PeriodKind.SESSION,
        Path.REVISED: lambda life: True,
        Path.PAPER_ENTRY: lambda life: not life.on(Path.REVISED),
    }
