"""Runs commands for the tests of the bundle and of deploy/."""

from __future__ import annotations

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


def process(
    name: str, command: list[str], folder: Path, environment: dict[str, str], port: int = 0
) -> Child:
    """A process with that environment and no other, up when the port is."""
    alone = ["env", "--ignore-environment", f"--chdir={folder}"]
    alone += [f"{variable}={value}" for variable, value in environment.items()]
    return Child(name, alone + command, (lambda: answers(port)) if port else None)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports
