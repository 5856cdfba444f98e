"""``python -m bench.pages``: what pages cost in a committee with fifty thousand proposals.

Every page that each role comes to is read twice: in a small committee with everything in every
state, and again once the same committee has ``--size`` proposals, with tasks and open duties.
The number of queries must be the same, and at most 20. Times stand beside a floor measured in
the same run: the reader's account page, which reads nothing of proposals.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

from tests.services import start

SIZE = 50_000
TIMES = 3
STATES = ("submitted", "reviewing", "filed", "handling", "replied", "concluded")
FLOOR = "/me/"
SLOW = 3.0
"""A page that takes so many times as long as in the small committee is named."""

COLUMNS = "{:<26}{:<44}{:>8}{:>8}{:>9}{:>9}{:>8}"


def main() -> None:
    """Build, read, fill, read again, print; ``--json`` ends with one line of figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    with ExitStack() as services:
        start(services, wanted.database)
        import django  # noqa: PLC0415 -- after the services are known

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        try:
            found = _measure(wanted.size)
        finally:
            connections.close_all()
    if wanted.json:
        print(json.dumps(found, ensure_ascii=False))


def _measure(size: int) -> dict[str, Any]:
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from members import clock  # noqa: PLC0415
    from tests.browser.crawl import Crawl  # noqa: PLC0415
    from tests.browser.town import NOBODY, ROLES, Town  # noqa: PLC0415
    from tests.proposals.world import NOW  # noqa: PLC0415

    setup_test_environment()
    with clock.at(NOW):
        town = Town()
        roles = [role for role in ROLES if role != NOBODY]
        pages: dict[tuple[str, str], str] = {}
        for role in roles:
            for seen in Crawl(town.person(role)).walk():
                if seen.is_page:
                    pages.setdefault((role, seen.view), seen.address)
        pages |= {(role, "floor"): FLOOR for role in roles}
        small = {key: _read(town.person(key[0]), at) for key, at in pages.items()}
        began = time.perf_counter()
        _fill(size)
        print(f"{size:,} proposals in {time.perf_counter() - began:.0f} s")
        large = {key: _read(town.person(key[0]), at) for key, at in pages.items()}
    return _told(pages, small, large)


def _read(user: Any, address: str) -> tuple[int, float]:
    """How many queries a page takes, and its median in ms."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client()
    client.force_login(user)
    client.get(address)  # whatever is remembered from one request to the next
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    seconds = []
    for _time in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        seconds.append(time.perf_counter() - began)
    return len(asked), statistics.median(seconds) * 1000


def _told(
    pages: dict[tuple[str, str], str],
    small: dict[tuple[str, str], tuple[int, float]],
    large: dict[tuple[str, str], tuple[int, float]],
) -> dict[str, Any]:
    print(COLUMNS.format("role", "page", "queries", "then", "ms", "then", "floors"))
    floors = {role: large[role, "floor"][1] for role, view in pages if view == "floor"}
    named = 0
    for (role, view), address in sorted(pages.items()):
        few, many = small[role, view], large[role, view]
        changed = few[0] != many[0] or many[0] > 20 or many[1] > SLOW * few[1]
        named += changed
        if changed or view in ("home", "worklist", "proposal", "floor"):
            floor = many[1] / floors[role]
            row = (f"{few[0]}", f"{many[0]}", f"{few[1]:.0f}", f"{many[1]:.0f}", f"{floor:.1f}")
            print(COLUMNS.format(role, address[:42], *row))
    ratios = [large[key][1] / floors[key[0]] for key in pages if key[1] != "floor"]
    found = {
        "pages": len(ratios),
        "most_queries": max(many[0] for many in large.values()),
        "queries_changed": sum(small[key][0] != large[key][0] for key in pages),
        "floor_ms": round(statistics.median(floors.values()), 1),
        "median_floors": round(statistics.median(ratios), 2),
        "most_floors": round(max(ratios), 1),
    }
    print(found)
    return found


# -- Filling ---------------------------------------------------------------------------------


def _fill(size: int) -> None:
    """Copies of a proposal of each state, those in hand with a task and a duty."""
    from django.db import connection  # noqa: PLC0415

    from proposals.models import Assignment, Proposal  # noqa: PLC0415
    from supervision.models import Duty  # noqa: PLC0415

    models: list[Proposal] = [_model(state) for state in STATES]
    task = Assignment.objects.filter(state="handling").first()
    duty = Duty.objects.filter(kind="reply", closed_at=None).first()
    numbers = count(10_000_000)
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
            own |= {"case_no": f"C{key}", "case_serial": key}
    values |= {name: value for name, value in own.items() if name in values} | changes
    return type(row)(**values)


if __name__ == "__main__":
    main()
