"""What knows the time: ``python -m config.beat``, with Celery's options after it.

A process of its own: inside a worker that is killed it would go on as an orphan.
"""

import sys

from celery.__main__ import main
from django.conf import settings

if __name__ == "__main__":
    sys.argv[1:] = [
        *("--quiet", "-A", "config", "beat"),
        f"--schedule={settings.DATA_DIR / 'beat-schedule'}",
        "--pidfile=",
        *sys.argv[1:],
    ]
    main()
