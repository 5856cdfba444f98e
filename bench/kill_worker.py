"""``python bench/kill_worker.py --rounds N --json``: reminders while workers are killed.

Real Redis, two real workers. Each round makes duties due, sends the task several times at once,
kills one worker with SIGKILL at a random moment, in some rounds empties the broker as well,
starts another worker, and goes on until everything has been sent. Ends with
``{"rounds": N, "lost": …, "doubled": …}``: reminders that never came, and reminders that came
more than once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from tests.services import running, start  # noqa: E402 -- found once the path is known

DUTIES = 600
"""How many fall due in a round: three batches."""

LONGEST = 0.8
"""Seconds after the first message within which a worker dies."""

FLUSHED = 1 / 3
"""The share of rounds in which the broker loses everything that it holds."""

PATIENCE = 60.0
"""Seconds in which not one more has come, after which what has not come counts as lost."""


def main() -> int:
    """Kill, count, print; 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["PYTHONPATH"] = ROOT
    with ExitStack() as services:
        start(services, wanted.database)
        import django  # noqa: PLC0415 -- after the services are known

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        try:
            lost, doubled = _play(wanted.rounds, random.Random(wanted.seed))
        finally:
            connections.close_all()
    if wanted.json:
        print(json.dumps({"rounds": wanted.rounds, "lost": lost, "doubled": doubled}))
    return 1 if lost or doubled else 0


def _play(rounds: int, rng: random.Random) -> tuple[int, int]:
    from collections import Counter  # noqa: PLC0415

    from bench.duties import Office  # noqa: PLC0415
    from config.processes import Child  # noqa: PLC0415
    from members import clock  # noqa: PLC0415
    from members.models import Notice  # noqa: PLC0415
    from supervision.models import Reminder  # noqa: PLC0415
    from supervision.tasks import send_reminders  # noqa: PLC0415

    def worker() -> Child:
        name = f"worker-{uuid.uuid4()}@localhost"
        argv = [sys.executable, "-m", "config.worker", PROMPT, f"--hostname={name}"]
        argv += ["--concurrency=1", "--loglevel=ERROR"]
        return Child("worker", argv, lambda: bool(app.control.ping(destination=[name], limit=1)))

    from config.celery import PROMPT, app  # noqa: PLC0415

    office = Office()
    lost = doubled = 0
    with ExitStack() as alive:
        pair = [alive.enter_context(running(worker())) for _number in range(2)]
        for number in range(1, rounds + 1):
            seen = Notice.objects.order_by("pk").values_list("pk", flat=True).last() or 0
            keys = set(office.owe(DUTIES, at=clock.now(), is_due=True))
            for _bell in range(rng.randint(2, 4)):
                send_reminders.delay()
            time.sleep(rng.uniform(0, LONGEST))
            victim = rng.randrange(len(pair))
            _kill(pair[victim])
            if rng.random() < FLUSHED:
                with app.connection_for_write() as broker:
                    broker.default_channel.client.flushall()
            pair[victim] = alive.enter_context(running(worker()))
            told = Reminder.objects.filter(duty__in=keys, state="sent").values("duty").distinct()
            came, since = 0, time.monotonic()
            while came < len(keys) and time.monotonic() < since + PATIENCE:
                send_reminders.delay()
                time.sleep(0.2)
                if (now := told.count()) > came:
                    came, since = now, time.monotonic()
            time.sleep(0.3)  # a second reminder would come about now
            notices = Notice.objects.filter(pk__gt=seen)
            times = Counter(notices.values_list("title", "recipient"))
            titles = {title for title, _recipient in times}
            lost += len(keys) - len({title for title in titles if "第 " in title})
            doubled += sum(count - 1 for count in times.values())
            print(f"round {number}: lost {lost}, doubled {doubled}", file=sys.stderr, flush=True)
    return lost, doubled


def _kill(child: object) -> None:
    """The worker with everything that it has started, without a warning."""
    process = child.process  # type: ignore[attr-defined]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
