"""Run the whole product on one machine: a private Redis, workers, beat and web."""

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
from django.utils.translation import gettext as _

from config.broker import private_redis
from config.celery import LONG, OUTSIDE, PROMPT
from config.demo_logins import logins
from config.processes import Child, NotStarted, Supervisor
from members.punctuation import stated
from members.services import first_account

LAST_PORT = 65535
ANYWHERE = "::", "0.0.0.0"  # noqa: S104 -- what ALLOWED_HOSTS asks for
"""Every address of this machine, of both kinds or of the older one."""

WORKERS = {(PROMPT, OUTSIDE): 3, (LONG,): 1}
"""The queues of each worker, and how many of their tasks run at a time.

This one machine also serves pages, and each further worker costs it 170 MB.
"""


class Command(BaseCommand):
    """Run the whole product in one terminal; docs/operations.md runs its parts apart."""

    help = "Serve pages and API, with workers, beat and, without REDIS_URL, a private Redis."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen; the environment's HOST and PORT are the defaults."""
        parser.add_argument("--host", default=os.environ.get("HOST") or usual_host())
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        refuse_a_taken_port(host, port)
        refuse_missing_static_files()
        children = [*map(worker, WORKERS), beat(), web(host, port)]
        if settings.REDIS_URL == settings.PRIVATE_REDIS_URL:
            children.insert(0, private_redis(settings.PRIVATE_REDIS_SOCKET))
        with only_copy(settings.DATA_DIR):
            try:
                Supervisor(children, say=self.stderr.write).run(
                    on_ready=lambda: self.welcome(host, port)
                )
            except NotStarted as error:
                raise CommandError(f"{error} Its reason stands above.") from error

    def welcome(self, host: str, port: int) -> None:
        """Say it at once: what goes into a file or a pipe would wait in a buffer."""
        self.stdout.write(welcome(host, port))
        self.stdout.flush()


def usual_host() -> str:
    """This machine alone, or every address once ALLOWED_HOSTS names more than this machine."""
    if settings.ONLY_HERE:
        return "127.0.0.1"
    both, older = ANYWHERE
    return both if socket.has_dualstack_ipv6() else older


def refuse_missing_static_files() -> None:
    """Without them every page would be a server error."""
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise CommandError(
            f"{settings.STATIC_ROOT} has no static files: run manage.py collectstatic --no-input."
        )


def refuse_a_taken_port(host: str, port: int) -> None:
    """Ask before starting: the web server would share the port with another copy, unseen."""
    if not 0 < port <= LAST_PORT:
        raise CommandError(f"PORT is {port}; it must be from 1 to {LAST_PORT}.")
    both = host == "::" and socket.has_dualstack_ipv6()
    try:
        socket.getaddrinfo(host, port, family(host))
        socket.create_server((host, port), family=family(host), dualstack_ipv6=both).close()
    except socket.gaierror as error:
        raise CommandError(f"HOST is {host!r}, which is no address of this machine.") from error
    except OSError as error:
        raise CommandError(
            f"Cannot listen on port {port}: {os.strerror(error.errno or 0)}. "
            f"Choose another one, such as PORT={port + 1}."
        ) from error


def only_copy(folder: Path) -> IO[str]:
    """Hold the folder's lock until closed: two copies would take each other's Redis away."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "serve.lock").open("w")
    except OSError as error:
        raise CommandError(f"Cannot write to DATA_DIR: {error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CommandError(
            f"Another copy is serving from {folder}. Stop it, or choose another DATA_DIR."
        ) from error
    return lock


def worker(queues: tuple[str, ...]) -> Child:
    """The worker of some queues."""
    argv = [sys.executable, "-m", "config.worker", ",".join(queues)]
    argv += [f"--concurrency={WORKERS[queues]}"]
    return Child(f"worker for {' and '.join(queues)}", argv)


def beat() -> Child:
    """What knows the time."""
    return Child("beat", [sys.executable, "-m", "config.beat"])


def web(host: str, port: int) -> Child:
    """The pages and the API."""
    argv = [sys.executable, "-m", "config.web", f"--host={host}", f"--port={port}"]
    return Child("web", argv, is_ready=lambda: answers(host, port))


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket(family(host)) as probe:
        return probe.connect_ex((host, port)) == 0


def family(host: str) -> socket.AddressFamily:
    """The kind of socket for a host, as a name, an IPv4 or an IPv6 address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def welcome(host: str, port: int) -> str:
    """Say where the product is, and whatever else somebody needs to begin."""
    people = [
        "  ".join(["", who.username, who.password, who.label, who.scope]).rstrip()
        for who in logins()
    ]
    site = address(host, port)
    return "\n".join([f"提案 Ti'an: {site}", *people, *setting_up(site)])


def address(host: str, port: int) -> str:
    """How browsers come here: SITE_URL, else the first allowed host that is not this machine."""
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS]
    others = [name for name in names if name not in settings.LOCAL_HOSTS]
    here = f"[{host}]" if ":" in host else host
    return f"http://{others[0] if others else here}:{port}"


def setting_up(site: str) -> list[str]:
    """The link that creates the first account, while there is none."""
    try:
        if not first_account.is_empty():
            return []
        return ["  " + stated(_("建立第一个账号的链接"), first_account.link(site))]
    except DatabaseError:
        return []  # not migrated yet, as the pages will tell
