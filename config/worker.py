"""A worker of background jobs: ``python -m config.worker QUEUES``, with Celery's options after it.

QUEUES are names of config.celery.QUEUES with commas between them. Workers need not hear from each
other: without that they say nothing while nothing happens.
"""

import sys

from celery.__main__ import main

from config.celery import LONG, OUTSIDE, PROMPT

CONCURRENCY = {PROMPT: 2, OUTSIDE: 2, LONG: 1}
"""How many tasks of a queue run at a time; what the command line says comes later and wins."""

if __name__ == "__main__":
    queues = sys.argv[1].split(",") if len(sys.argv) > 1 else []
    if not queues or not set(queues) <= set(CONCURRENCY):
        sys.exit(f"Name the queues, with commas between them: {', '.join(CONCURRENCY)}.")
    sys.argv[1:] = [
        *("--quiet", "-A", "config", "worker"),
        f"--queues={','.join(queues)}",
        f"--hostname={queues[0]}@%h",
        f"--concurrency={sum(CONCURRENCY[queue] for queue in queues)}",
        "--loglevel=INFO",
        "--without-gossip",
        "--without-heartbeat",
        "--without-mingle",
        *sys.argv[2:],
    ]
    main()
