"""What the tests of the bundle and of deploy/ share: commands, ports, and a client with cookies."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from config.processes import Child

ROOT = Path(__file__).resolve().parents[2]


def run(
    command: list[str],
    folder: Path,
    environment: dict[str, str] | None = None,
    *,
    fails: bool = False,
) -> str:
    """What the command prints; when it unexpectedly fails, or does not, all of that is shown."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if fails != bool(done.returncode):
        pytest.fail(f"{' '.join(command)}\n{done.stdout}", pytrace=False)
    return done.stdout


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def process(
    name: str, command: list[str], folder: Path, environment: dict[str, str], port: int = 0
) -> Child:
    """A process with that environment and no other, up when the port is."""
    alone = ["env", "--ignore-environment", f"--chdir={folder}"]
    alone += [f"{variable}={value}" for variable, value in environment.items()]
    return Child(name, alone + command, (lambda: answers(port)) if port else None)


class Client:
    """Asks as a browser at ``https://tian.example`` would, wherever on this machine that is."""

    def __init__(self, folder: Path, options: list[str]) -> None:
        curl = shutil.which("curl")
        assert curl, "The tests of deploy/ need curl."
        jar = str(folder / "cookies")
        self.command = [curl, "--silent", "--show-error", "--cookie", jar, "--cookie-jar", jar]
        self.command += ["--write-out", r"\n%{http_code} %{redirect_url}", *options]

    def get(self, address: str, *options: str) -> tuple[int, str, str]:
        """The status, where it leads, and the body."""
        asked = subprocess.run(
            [*self.command, *options, address], stdout=subprocess.PIPE, text=True, check=True
        )
        body, _, last = asked.stdout.rpartition("\n")
        status, _, leads_to = last.partition(" ")
        return int(status), leads_to, body

    def post(self, address: str, **fields: str) -> tuple[int, str, str]:
        """Fill in the form that is there and send it."""
        _status, _leads_to, form = self.get(address)
        fields["csrfmiddlewaretoken"] = hidden(form, "csrfmiddlewaretoken")
        sent = [word for item in fields.items() for word in ("--data-urlencode", "=".join(item))]
        return self.get(address, "--referer", address, *sent)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]
