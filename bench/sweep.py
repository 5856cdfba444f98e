"""``python -m bench.sweep``: what a sweep for reminders costs, by the number of open duties.

A thousand duties are due each time, among ten thousand open ones and among a hundred thousand:
the time must be the same, and so must the number of queries.
"""

from __future__ import annotations

import json
import statistics
import time

from bench.database import arguments, empty_database

OPEN = (10_000, 100_000)
DUE = 1_000
ROUNDS = 5
COLUMNS = "{:<10}{:>9}{:>7}{:>9}{:>9}{:>9}{:>9}"


def main() -> None:
    """Fill, sweep, print; ``--json`` ends with one line of figures."""
    parser = arguments("bench.sweep", __doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    wanted = parser.parse_args()
    with empty_database(wanted.database):
        found = _measure(wanted.database)
    if wanted.json:
        print(json.dumps(found))


def _measure(database: str) -> dict[str, dict[str, float]]:
    from django.db import connection, reset_queries  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from bench.duties import Office  # noqa: PLC0415
    from members import clock  # noqa: PLC0415
    from supervision.models import Duty  # noqa: PLC0415
    from supervision.reminders import remind  # noqa: PLC0415

    office = Office()
    found: dict[str, dict[str, float]] = {}
    print(COLUMNS.format("database", "open", "due", "p50 ms", "most ms", "queries", "idle ms"))
    for size in OPEN:
        at = clock.now()
        office.owe(size - DUE - Duty.objects.open().count(), at=at, is_due=False)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        seconds, queries = [], 0
        for _round in range(ROUNDS):
            keys = office.owe(DUE, at=at, is_due=True)
            reset_queries()
            with CaptureQueriesContext(connection) as asked:
                began = time.perf_counter()
                sent = remind(at=at)
                seconds.append(time.perf_counter() - began)
            if sent < DUE:
                raise SystemExit(f"{sent} reminders instead of {DUE}")
            queries = len(asked)
            Duty.objects.filter(pk__in=keys).update(remind_at=None)
        began = time.perf_counter()
        remind(at=at)
        idle = time.perf_counter() - began
        row = {
            "p50_ms": round(statistics.median(seconds) * 1000, 1),
            "most_ms": round(max(seconds) * 1000, 1),
            "queries": queries,
            "idle_ms": round(idle * 1000, 2),
        }
        found[str(size)] = row
        print(COLUMNS.format(database, f"{size:,}", f"{DUE:,}", *row.values()))
    few, many = (found[str(size)]["p50_ms"] for size in OPEN)
    print(f"{database:<10}a hundred thousand take {many / few:.2f} times as long as ten thousand")
    return found


if __name__ == "__main__":
    main()
