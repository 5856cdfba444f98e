"""``python -m bench.pages``: what pages cost in a committee with fifty thousand proposals.

Every page that each role comes to is read in a small committee with everything in every state,
and again once the same committee has ``--size`` proposals more, with tasks and open duties. Ends
with 1 when a page takes more queries then, or more than 20. Times stand beside the floor of the
same run: the reader's account page, which has the frame of all pages and reads no proposals.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from bench.database import arguments, empty_database
from tests import MOST_QUERIES

SIZE = 50_000
TIMES = 10
STATES = ("submitted", "reviewing", "filed", "handling", "replied", "concluded")
FLOOR = "/me/"
TAB = re.compile(r"\?tab=\w+")
FIRST_KEY, FIRST_SERIAL = 10_000_000, 1_000
"""Of the copies: beyond those of the small committee, and with no gap between the numbers."""

COLUMNS = "{:<9}{:>9} {:<44} {:<24}{:>8}{:>9}{:>9}{:>9}  {}"


def main() -> int:
    """Build, look, fill, read, print; 1 when a page takes too many queries."""
    parser = arguments("bench.pages", __doc__)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--roles", nargs="+", help="whose pages; everybody's if none is named")
    parser.add_argument("--all", action="store_true", help="print a page for each of its roles")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    wanted = parser.parse_args()
    with empty_database(wanted.database):
        costs = _measure(wanted.size, wanted.roles)
    _print(costs, wanted.database, wanted.size, every=wanted.all)
    found = _figures(costs)
    print(found)
    if wanted.json:
        print(json.dumps(found))
    return 1 if found["faults"] else 0


@dataclass(frozen=True)
class Cost:
    """What a page costs somebody: queries before and after the filling, and times in ms."""

    page: str
    role: str
    few: int
    queries: int
    p50: float
    p95: float
    floors: float

    @property
    def fault(self) -> str:
        """What is wrong with it, if anything."""
        if self.queries > MOST_QUERIES:
            return f"more than {MOST_QUERIES} queries"
        return f"{self.few} queries in a small committee" if self.queries > self.few else ""


def _measure(size: int, wanted: list[str] | None) -> list[Cost]:
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from members import clock  # noqa: PLC0415
    from tests.browser.full_committee import NOBODY, ROLES, FullCommittee  # noqa: PLC0415
    from tests.proposals.subjects_in_every_state import NOW  # noqa: PLC0415

    setup_test_environment()
    costs = []
    with clock.at(NOW):
        full_committee = FullCommittee()
        roles = wanted or [role for role in ROLES if role != NOBODY]
        pages = {role: _pages(full_committee.person(role)) for role in roles}
        few = {
            (role, page): _queries(_client(full_committee.person(role)), address)
            for role in roles
            for page, address in pages[role].items()
        }
        began = time.perf_counter()
        _fill(size)
        took = f"{size:,} proposals in {time.perf_counter() - began:,.0f} s"
        print(took, file=sys.stderr, flush=True)
        for role in roles:
            client = _client(full_committee.person(role))
            client.get(FLOOR)
            floor, _slowest = _times(client, FLOOR)
            for page, address in pages[role].items():
                queries = _queries(client, address)
                p50, p95 = _times(client, address)
                costs.append(Cost(page, role, few[role, page], queries, p50, p95, p50 / floor))
    return sorted(costs, key=lambda cost: (cost.page, -cost.p50))


def _pages(user: Any) -> dict[str, str]:
    """An address of each page and tab that links lead somebody to, the floor among them."""
    from tests.browser import crawl  # noqa: PLC0415

    crawl.MOST_INSTANCES = 1  # what costs differently by state is for the tests of pages
    found = {FLOOR: FLOOR}
    for seen in crawl.Crawl(user).walk():
        if seen.is_page:
            tab = TAB.search(seen.address)
            found.setdefault(f"{seen.page}{tab[0] if tab else ''}", seen.address)
    return found


def _client(user: Any) -> Any:
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(user)
    return client


def _queries(client: Any, address: str) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client.get(address)  # whatever is remembered from one request to the next
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def _times(client: Any, address: str) -> tuple[float, float]:
    """The median and the slowest but for one in twenty, in ms."""
    times = []
    for _time in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1]


def _print(costs: list[Cost], database: str, size: int, *, every: bool) -> None:
    """A line for each page, of the role that waits longest for it; and for what is wrong."""
    titles = ("page", "role", "queries", "p50 ms", "p95 ms", "x floor", "")
    print(COLUMNS.format("database", "proposals", *titles))
    printed = set()
    for cost in costs:
        if every or cost.fault or cost.page not in printed:
            times = (f"{cost.p50:.1f}", f"{cost.p95:.1f}", f"{cost.floors:.1f}")
            line = (cost.page[:44], cost.role, cost.queries, *times, cost.fault)
            print(COLUMNS.format(database, f"{size:,}", *line).rstrip())
        printed.add(cost.page)


def _figures(costs: list[Cost]) -> dict[str, float]:
    return {
        "pages": len(costs),
        "most_queries": max(cost.queries for cost in costs),
        "median_floors": round(statistics.median(cost.floors for cost in costs), 2),
        "most_floors": round(max(cost.floors for cost in costs), 1),
        "faults": sum(bool(cost.fault) for cost in costs),
    }


# -- Filling ---------------------------------------------------------------------------------


def _fill(size: int) -> None:
    """Copies of a proposal of each state, those in hand with a task and a duty."""
    from django.db import connection  # noqa: PLC0415

    from proposals.models import Assignment, Proposal  # noqa: PLC0415
    from supervision.models import Duty  # noqa: PLC0415

    models: list[Proposal] = [_model(state) for state in STATES]
    task = Assignment.objects.filter(state="handling").first()
    duty = Duty.objects.filter(kind="reply", closed_at=None).first()
    numbers = count(FIRST_KEY)
    for wanted in _portions(size):
        rows = [_copy(models[n % len(models)], next(numbers)) for n in range(wanted)]
        Proposal.objects.bulk_create(rows, batch_size=500)
        held = [row for row in rows if row.state == "handling"]
        tasks = [_copy(task, row.pk, proposal_id=row.pk) for row in held if task]
        Assignment.objects.bulk_create(tasks, batch_size=500)
        duties = [
            _copy(duty, row.pk, proposal_id=row.pk, subject_id=row.pk) for row in held if duty
        ]
        Duty.objects.bulk_create(duties, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _portions(size: int) -> Iterator[int]:
    for begun in range(0, size, 5_000):
        yield min(5_000, size - begun)


def _model(state: str) -> Any:
    from proposals.models import Proposal  # noqa: PLC0415

    row = Proposal.objects.filter(state=state).order_by("id").first()
    if row is None:
        raise SystemExit(f"the small committee has no proposal that is {state}")
    return row


def _copy(row: Any, key: int, **changes: Any) -> Any:
    """The row again under another key; what must be unique differs."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    own = {"id": key, "ledger_hash": ""}
    if "receipt_no" in values:
        own |= {"receipt_no": f"R{key}", "text_digest": ""}
        if values["case_no"]:
            own |= {"case_no": f"C{key}", "case_serial": key - FIRST_KEY + FIRST_SERIAL}
    values |= {name: value for name, value in own.items() if name in values} | changes
    return type(row)(**values)


if __name__ == "__main__":
    sys.exit(main())
