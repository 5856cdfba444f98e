"""``python -m bench.steps``: what whole steps cost with prepared queries and with plain ones.

Proposals go from the draft to the reply, by turns with the queries of ``members.prepared`` as they
are and with Django putting each together anew. Printed is the CPU time of ``perform`` alone,
the median of each step, and for each query what it takes both ways.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from statistics import median
from typing import Any

from bench.database import arguments, empty_database
from members import prepared

PREPARED, PLAIN, BOTH = "prepared", "plain", "both"
TIMES: dict[str, list[tuple[float, float]]] = defaultdict(list)
"""Name of a query to its milliseconds: plain, prepared."""

mode = PREPARED


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """The milliseconds of CPU that ``function`` takes, and what it returns."""
    begun = time.process_time()
    result = function()
    return (time.process_time() - begun) * 1000, result


def switchable(declare: Callable[..., Any]) -> Callable[..., Any]:
    """``prepared`` with a switch: the query as it is declared, or plain."""

    def with_fields(*fields: Any) -> Any:
        def declared(build: Callable[..., Any]) -> Callable[..., Any]:
            quick = declare(*fields)(build)

            @wraps(build)
            def rows(*values: Any) -> Any:
                if mode == PREPARED:
                    return quick(*values)
                plain, found = timed(lambda: list(build(*values)))
                if mode == BOTH:
                    taken, found = timed(lambda: quick(*values))
                    TIMES[f"{build.__module__}.{build.__name__}"].append((plain, taken))
                return found

            return rows

        return declared

    return with_fields


def main() -> None:
    """Measure on the database named."""
    parser = arguments("bench.steps", __doc__)
    parser.add_argument("--proposals", type=int, default=24)
    wanted = parser.parse_args()
    prepared.prepared = switchable(prepared.prepared)  # before anything declares a query
    with empty_database(wanted.database):
        _measure(wanted.proposals)


def _measure(proposals: int) -> None:
    from django.test.utils import setup_test_environment  # noqa: PLC0415 -- after the set-up

    from proposals.api import actions  # noqa: PLC0415
    from tests.proposals.conftest import Life  # noqa: PLC0415

    global mode
    spent: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    perform = actions.perform
    setup_test_environment()

    def clocked(subject: Any, step: Any, *args: Any, **options: Any) -> Any:
        taken, event = timed(lambda: perform(subject, step, *args, **options))
        spent[mode][step.name].append(taken)
        return event

    actions.perform = clocked
    life = Life()
    _one(life)  # everything has been imported and compiled once
    spent.clear()
    for number in range(proposals):
        mode = (PREPARED, PLAIN, BOTH)[number % 3]
        _one(life)
    for action, times in spent[PREPARED].items():
        _print(action, median(spent[PLAIN][action]), median(times))
    sums = [sum(map(median, spent[kind].values())) for kind in (PLAIN, PREPARED)]
    _print("all of them", *sums)
    for name, pairs in sorted(TIMES.items()):
        _print(name, *(median(times) for times in zip(*pairs, strict=True)))


def _one(life: Any) -> None:
    """From the draft to the reply that has been sent."""
    tasks = life.at_work(assist="B")
    life["B liaison"].does("give_opinion", tasks["B"], text="同意。", signed_by="局长")
    life.delivered(life.written(tasks["A"]))


def _print(what: str, plain: float, quick: float) -> None:
    print(f"{what:<48}{plain:8.2f} ms {quick:8.2f} ms {plain / quick - 1:+7.0%}")


if __name__ == "__main__":
    main()
