"""The web server: ``python -m config.web``, with granian's options after it.

The product is loaded before any worker is started. So a wrong setting is told once and ends the
server, where granian would start a failing worker again and again without a pause; and a worker
that is killed is replaced at once, by a copy of what is loaded.
"""

import sys
from importlib import import_module

from granian.cli import entrypoint

APPLICATION = "config.wsgi"

OPTIONS = [
    "--interface=wsgi",  # with threads: of the servers measured, the cheapest for each request
    "--workers=2",
    "--blocking-threads=4",
    "--no-ws",
    "--respawn-failed-workers",  # else the port is closed until all are started again
]
"""Those of granian; what the command line says comes later and wins."""

if __name__ == "__main__":
    import_module(APPLICATION)
    sys.argv[1:] = [*OPTIONS, *sys.argv[1:], f"{APPLICATION}:application"]
    entrypoint()
