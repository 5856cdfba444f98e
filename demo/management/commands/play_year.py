"""Play a committee's whole year through the API, and check that the published figures come out."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _
from tqdm import tqdm

from demo.api_user import refusals_expected
from demo.scenario import Scenario, load, names
from demo.today.play import continue_to_today, is_over
from demo.today.session import Login
from demo.year import Year
from members import clock
from members.models import Committee
from proposals.statistics import Report, last_moment, report

COUNTS = (
    "received",
    "filed",
    "merged",
    "not_filed",
    "withdrawn",
    "assigned",
    "replied",
    "concluded",
    "adopted",
    "satisfied",
)
"""The figures of the summary, by their codes in ``proposals.statistics``."""


class Command(BaseCommand):
    """``play_year PRESET [--seed N] [--code CODE] [--processes N] [--json] [--demo]``."""

    help = "Create a committee from a scenario and play a complete session through the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which year to play, and how to report it."""
        parser.add_argument("preset", help=", ".join(names()))
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same year")
        parser.add_argument("--code", default="", help="code of the committee; else the scenario's")
        parser.add_argument("--processes", type=int, default=0, help="as many as cores by default")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")
        parser.add_argument(
            "--demo", action="store_true", help="bring a session of today too, and print logins"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, sum up, compare."""
        try:
            scenario = load(options["preset"])
        except KeyError:
            raise CommandError(
                _("没有情景“%(name)s”，可选：%(names)s")
                % {"name": options["preset"], "names": "、".join(names())}
            ) from None
        today = clock.today()
        if options["demo"] and not is_over(scenario, today):
            raise CommandError(_("演示须用早已过去的年度，例如 lingwu-2022"))
        if not connection.introspection.table_names():
            call_command("migrate", verbosity=0)  # a database that is quite new
        code = options["code"] or scenario.committee.code
        if Committee.objects.filter(code=code).exists():
            raise CommandError(_("委员会 %(code)s 已存在，请用 --code 另取代码") % {"code": code})
        # Looking for cycles among what is loaded for good takes a tenth of the time.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        start = time.monotonic()
        bar = tqdm(disable=not sys.stderr.isatty())
        year = Year.prepare(scenario, options["seed"], code, bar.update, _processes(options))
        with bar, refusals_expected(), year.own_clock():
            year.play()
            tell_the_planner()
            known = self._report(year)
            self._compare(scenario, known)
            seconds = round(time.monotonic() - start, 1)
            self._sum_up(known, seconds)
            if options["demo"]:
                self._open_for_visitors(continue_to_today(year, options["seed"], today))
                seconds = round(time.monotonic() - start, 1)
        if options["json"]:
            counts = {code: known.count(code) for code in COUNTS}
            self.stdout.write(json.dumps({**counts, "seconds": seconds}))

    def _report(self, year: Year) -> Report:
        session = year.people.session
        at = last_moment(session)
        if at is None:
            raise CommandError(_("这一年什么也没有发生"))
        return report(session, at)

    def _compare(self, scenario: Scenario, known: Report) -> None:
        """The year must give the scenario's totals, or the product is wrong."""
        totals = scenario.totals
        wanted = {
            "received": totals.received,
            "filed": totals.filed,
            "merged": totals.merged,
            "not_filed": sum(totals.not_filed.values()),
            "withdrawn": totals.withdrawn,
            "concluded": totals.concluded,
            "adopted": totals.adopted,
            "satisfied": totals.satisfied,
        }
        wrong = [
            f"{known.figure(code).label} {known.count(code)} ≠ {count}"
            for code, count in wanted.items()
            if known.count(code) != count
        ]
        if wrong:
            raise CommandError(_("与情景不符：%(wrong)s") % {"wrong": "；".join(wrong)})

    def _sum_up(self, known: Report, seconds: float) -> None:
        self.stdout.write(str(known.session))
        for code in COUNTS:
            figure = known.figure(code)
            share = f"（{figure.percent}%，{figure.base}）" if figure.percent is not None else ""
            self.stdout.write(f"  {figure.label} {figure.numerator}{share}")
        self.stdout.write(_("用时 %(seconds)s 秒") % {"seconds": seconds})

    def _open_for_visitors(self, logins: list[Login]) -> None:
        """Give these people passwords, print them, and keep them for the home page."""
        kept = [login.with_password() for login in logins]
        for login, row in zip(logins, kept, strict=True):
            words = (
                str(login.role.label),
                *(row[key] for key in ("scope", "username", "password")),
            )
            self.stdout.write("  " + "\t".join(filter(None, words)))
        path = settings.DATA_DIR / "demo-logins.json"
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def _processes(options: Mapping[str, Any]) -> int:
    """The number requested, else one a core; one inside a transaction that others cannot see."""
    return 1 if connection.in_atomic_block else options["processes"] or os.cpu_count() or 1


def tell_the_planner() -> None:
    """Let PostgreSQL count what was loaded before it is asked for; it would do so later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
