"""Count a plan again, line by line, to compare with the scenario that it came from."""

from collections import Counter

from demo.life import Fate, Life
from demo.scenario import REASSIGNED, Scenario, Stage
from members.enums import PeriodKind
from proposals.enums import Adoption


def tally(scenario: Scenario, lives: list[Life]) -> dict[str, int]:
    """What the lives add up to, by the names of the scenario's lines."""
    year = [life for life in lives if life.fate != Fate.NEXT_SESSION]
    filed = [life for life in year if life.fate == Fate.FILED]
    codes = [c.code for c in scenario.rules.feedback.result if c.satisfied]
    lines: Counter[str] = Counter()
    lines["received"] = len(year)
    lines["rollover"] = len(lives) - len(year)
    lines.update(life.fate.value for life in year if life.fate != Fate.NOT_FILED)
    lines.update(f"not_filed.{life.disposition}" for life in year if life.disposition)
    for life in filed:
        lines[f"kinds.{life.kind.value}"] += 1
        lines[f"categories.{life.category}"] += 1
        lines[f"roles.{life.tasks[0].role.value}"] += 1
        lines["intersession"] += life.period == PeriodKind.INTERSESSION
        finished = life.stage == Stage.CONCLUDED
        lines["concluded" if finished else f"unfinished.{life.stage}"] += 1
        taken_up = life.adoption[:1] != () and life.adoption[0] != Adoption.NOT_ADOPTED
        lines["adopted"] += finished and taken_up
        lines["satisfied"] += bool(finished and life.ratings and life.ratings[-1].result in codes)
        lines["reassigned"] += life.on(*REASSIGNED)
        if finished:
            lines[f"results.{life.result_class}"] += 1
        lines.update(f"paths.{path.value}" for path in life.paths)
    return {line: count for line, count in sorted(lines.items()) if count}


def totals(scenario: Scenario) -> dict[str, int]:
    """The scenario's lines in the shape of ``tally``."""
    year = scenario.totals
    lines = {
        name: getattr(year, name)
        for name in (
            "received",
            "filed",
            "merged",
            "withdrawn",
            "rollover",
            "intersession",
            "concluded",
            "adopted",
            "satisfied",
            "reassigned",
        )
    }
    for name in ("not_filed", "kinds", "categories", "roles", "results", "unfinished"):
        lines |= {f"{name}.{getattr(k, 'value', k)}": v for k, v in getattr(year, name).items()}
    lines |= {f"paths.{path.value}": count for path, count in scenario.paths.items()}
    return {line: count for line, count in sorted(lines.items()) if count}
