"""Count a plan again, line by line, to compare with the scenario that it came from."""

from collections import Counter

from demo.case_plan import CasePlan, Outcome
from demo.scenario import REASSIGNED, Scenario, Stage
from members.enums import PeriodKind
from proposals.enums import Adoption


def tally(scenario: Scenario, plans: list[CasePlan]) -> dict[str, int]:
    """What the plans add up to, by the names of the scenario's lines."""
    year = [plan for plan in plans if plan.outcome != Outcome.NEXT_SESSION]
    filed = [plan for plan in year if plan.outcome == Outcome.FILED]
    codes = [c.code for c in scenario.rules.feedback.result if c.satisfied]
    lines: Counter[str] = Counter()
    lines["received"] = len(year)
    lines["rollover"] = len(plans) - len(year)
    lines.update(plan.outcome.value for plan in year if plan.outcome != Outcome.NOT_FILED)
    lines.update(f"not_filed.{plan.disposition}" for plan in year if plan.disposition)
    for plan in filed:
        lines[f"kinds.{plan.kind.value}"] += 1
        lines[f"categories.{plan.category}"] += 1
        lines[f"roles.{plan.tasks[0].role.value}"] += 1
        lines["intersession"] += plan.period == PeriodKind.INTERSESSION
        finished = plan.stage == Stage.CONCLUDED
        lines["concluded" if finished else f"unfinished.{plan.stage}"] += 1
        taken_up = plan.adoption[:1] != () and plan.adoption[0] != Adoption.NOT_ADOPTED
        lines["adopted"] += finished and taken_up
        lines["satisfied"] += bool(finished and plan.ratings and plan.ratings[-1].result in codes)
        lines["reassigned"] += plan.has(*REASSIGNED)
        if finished:
            lines[f"results.{plan.result_class}"] += 1
        lines.update(f"deviations.{deviation.value}" for deviation in plan.deviations)
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
    lines |= {
        f"deviations.{deviation.value}": count for deviation, count in scenario.deviations.items()
    }
    return {line: count for line, count in sorted(lines.items()) if count}
