"""Run the whole product on one machine: a private Redis, worker, beat and web."""

import fcntl
import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from config import demo
from config.broker import private_redis
from config.processes import Child, Supervisor
from members.services import first_account

CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]


class Command(BaseCommand):
    """Run the whole product in one terminal; docs/operations.md runs its parts apart."""

    help = "Serve the pages and the API, with worker, beat and, without REDIS_URL, a private Redis."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen; the environment's HOST and PORT are the defaults."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        refuse_a_taken_port(host, port)
        children = [worker(), beat(), web(host, port)]
        if settings.REDIS_URL == settings.PRIVATE_REDIS_URL:
            children.insert(0, private_redis(settings.PRIVATE_REDIS_SOCKET))
        with only_copy(settings.DATA_DIR):
            try:
                Supervisor(children, say=self.stderr.write).run(
                    on_ready=lambda: self.stdout.write(welcome(host, port))
                )
            except TimeoutError as error:
                raise CommandError(str(error)) from error


def refuse_a_taken_port(host: str, port: int) -> None:
    """Ask before starting: the web server would share the port with another copy, unseen."""
    try:
        socket.create_server((host, port), family=family(host)).close()
    except OSError as error:
        raise CommandError(
            f"Cannot listen: {error.strerror}. Choose another port: make run PORT={port + 1}"
        ) from error


def only_copy(folder: Path) -> IO[str]:
    """Hold the folder's lock until closed: two copies would take each other's Redis away."""
    lock = (folder / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CommandError(
            f"Another copy is serving from {folder}. Stop it, or choose another DATA_DIR."
        ) from error
    return lock


def worker() -> Child:
    """Two tasks at a time: this one machine also serves pages."""
    return Child("worker", [*CELERY, "worker", "--loglevel=INFO", "--concurrency=2"])


def beat() -> Child:
    """A process of its own: inside a worker that is killed it would go on as an orphan."""
    schedule = settings.DATA_DIR / "beat-schedule"
    return Child("beat", [*CELERY, "beat", f"--schedule={schedule}", "--pidfile="])


def web(host: str, port: int) -> Child:
    """WSGI with threads: of the servers measured, the cheapest for each request."""
    argv = [sys.executable, "-m", "granian", "--interface=wsgi", f"--host={host}", f"--port={port}"]
    argv += ["--workers=2", "--blocking-threads=4", "--no-ws", "config.wsgi:application"]
    return Child("web", argv, is_ready=lambda: answers(host, port))


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket(family(host)) as probe:
        return probe.connect_ex((host, port)) == 0


def family(host: str) -> socket.AddressFamily:
    """The kind of socket for a host, as a name, an IPv4 or an IPv6 address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def welcome(host: str, port: int) -> str:
    """Print what somebody needs to begin."""
    logins = [
        "  ".join(["", who.username, who.password, who.label, who.scope]).rstrip()
        for who in demo.logins()
    ]
    return "\n".join([f"提案 Ti'an: http://{host}:{port}", *logins, *setting_up(host, port)])


def setting_up(host: str, port: int) -> list[str]:
    """The link that creates the first account, while there is none."""
    try:
        return (
            [f"  {first_account.link(f'http://{host}:{port}')}"] if first_account.is_empty() else []
        )
    except DatabaseError:
        return []  # not migrated yet, as the pages will tell
