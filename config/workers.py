"""How workers and beat are started; docs/operations.md says the same for a service manager."""

import sys
from pathlib import Path

CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]


def worker(*queues: str, name: str, concurrency: int, log_level: str = "INFO") -> list[str]:
    """The command of a worker of these queues; ``name`` is what it is called, host included.

    Workers need not hear from each other: without that they say nothing while nothing happens.
    """
    return [
        *CELERY,
        "worker",
        f"--queues={','.join(queues)}",
        f"--hostname={name}",
        f"--concurrency={concurrency}",
        f"--loglevel={log_level}",
        "--without-gossip",
        "--without-heartbeat",
        "--without-mingle",
    ]


def beat(schedule: Path) -> list[str]:
    """A process of its own: inside a worker that is killed it would go on as an orphan."""
    return [*CELERY, "beat", f"--schedule={schedule}", "--pidfile="]
