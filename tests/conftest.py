"""What every test may use, and how the suite treats its databases."""

import hashlib
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from config.celery import QUEUES, TIMETABLE, app
from config.processes import Child
from tests.contract.answers import METHODS, ROOT, description
from tests.ledger import suspended
from tests.services import running

hypothesis_settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
hypothesis_settings.load_profile("suite")


pytest_plugins = ["tests.browser.fixtures", "tests.contract.fixtures"]

ON_SQLITE_TOO = (
    "tests/browser/",
    "tests/members/test_prepared.py",
    "tests/proposals/matching/test_index.py",
    "tests/proposals/matching/test_similar.py",
    "tests/proposals/matching/test_search.py",
    "tests/proposals/test_api.py",
    "tests/proposals/test_invariants.py::"
    "test_whatever_people_try_everything_holds[proposal merged]",
    "tests/proposals/test_ledger.py",
    "tests/supervision/test_calendar_changes.py",
    "tests/supervision/test_reminders.py::test_killed_workers_lose_and_double_nothing",
)
"""Where SQLite can answer differently: prepared queries, index, door, ledger, calendar lock.

What several do at once can differ too: each test that commits is run on SQLite as well, the
journeys among them. Everything runs on PostgreSQL, save the crawl of all pages.
"""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what can differ on SQLite, before ``-m`` chooses."""
    if item.nodeid.startswith(ON_SQLITE_TOO) or commits(item):
        item.add_marker(pytest.mark.sqlite)


@pytest.hookimpl(trylast=True)  # after pytest-django has put them in order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to each database what it is for, and put what is seen in a browser last."""
    skipped, reason = "postgres", "runs on PostgreSQL"
    if connection.vendor == "postgresql":
        skipped, reason = "browser", "a browser sees the same on SQLite"
    for item in items:
        if item.get_closest_marker(skipped):
            item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=in_a_browser)


def commits(item: pytest.Item) -> bool:
    """Whether the test's rows are seen by other threads and processes."""
    database = item.get_closest_marker("django_db")
    transaction = database is not None and database.kwargs.get("transaction", False)
    return transaction or "transactional_db" in getattr(item, "fixturenames", ())


def in_a_browser(item: pytest.Item) -> tuple[int, str]:
    """Where the test stands: without a browser, with one, or with rows that stay for many.

    The last are put together by role: see ``ByRole``.
    """
    if item.get_closest_marker("browser"):
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        return 2, parameters.get("role", "~")
    return int("chromium" in getattr(item, "fixturenames", ())), ""


class ByRole(LoadScopeScheduling):
    """Gives a process all tests of a role's pages, so that it asks for these pages once."""

    def _split_scope(self, nodeid: str) -> str:
        test, _bracket, parameter = nodeid.partition("[")
        return parameter if test.startswith("tests/browser/") and parameter else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByRole:
    """Share out the tests in their order, one by one or by role."""
    config.option.loadscopereorder = False
    return ByRole(config, log)


@pytest.fixture(scope="session")
def migrated_database(request: pytest.FixtureRequest) -> Path:
    """Where an SQLite database is kept on which the migrations, as they are now, have run."""
    base = Path(settings.BASE_DIR)
    digest = hashlib.sha256()
    for file in [*sorted(base.glob("*/migrations/*.py")), base / "requirements.txt"]:
        digest.update(file.name.encode() + file.read_bytes())
    return request.config.rootpath / ".pytest_cache" / "migrated" / digest.hexdigest()


@pytest.fixture(scope="session")
def django_db_keepdb(
    django_db_modify_db_settings: None, django_db_use_migrations: bool, migrated_database: Path
) -> bool:
    """Whether the test database is there: on SQLite a copy of one that was migrated before."""
    is_there = (
        connection.vendor == "sqlite" and django_db_use_migrations and migrated_database.exists()
    )
    if is_there:
        shutil.copyfile(migrated_database, connection.settings_dict["TEST"]["NAME"])
    return is_there


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_use_migrations: bool,
    migrated_database: Path,
) -> None:
    """Keep a copy of an SQLite database that has just been migrated, for the next runs."""
    if connection.vendor != "sqlite" or django_db_keepdb or not django_db_use_migrations:
        return
    migrated_database.parent.mkdir(parents=True, exist_ok=True)
    copy = migrated_database.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    copy.rename(migrated_database)
    for file in migrated_database.parent.iterdir():
        if file != migrated_database and not file.suffix:  # of migrations as they were
            file.unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _the_ledger_lets_the_flush_pass() -> Iterator[None]:
    """Tests with ``transaction=True`` end by emptying every table, the ledger's among them.

    Its triggers refuse that, so they are away for just this moment.
    """
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(case: TransactionTestCase) -> None:
        with suspended(connection):
            flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_api_answers_as_it_is_described() -> Iterator[None]:
    """Every answer that a test gets from the API is held against ``/api/schema/``."""
    request = Client.request

    def described(client: Client, **environ: Any) -> Any:
        answer = request(client, **environ)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith(ROOT) and path != ROOT and method in METHODS:
            fault = description().fault(method, path, answer)
            assert not fault, f"{method} {path} answers {answer.status_code}: {fault}"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", described)
        yield


@pytest.fixture
def redis_url() -> str:
    """The address of a real Redis."""
    return settings.REDIS_URL


@pytest.fixture
def broker(transactional_db: None) -> Iterator[Any]:
    """The client of the real Redis, with no message of earlier tests on its way."""
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.delete(*QUEUES, *(f"on-its-way:{task}" for task in TIMETABLE))
        yield client


@pytest.fixture
def celery_worker(broker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    """A real worker process on the test database; it takes only this test process's tasks."""
    with worker_of(*QUEUES, monkeypatch=monkeypatch) as worker:
        yield worker


@contextmanager
def worker_of(
    *queues: str, monkeypatch: pytest.MonkeyPatch, concurrency: int = 2
) -> Iterator[Child]:
    """A worker of these queues, to the end of the block; needs ``broker``."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setenv("DATABASE_URL", url_of_the_test_database())
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings_test")
    monkeypatch.setenv("TEST_PREFIX", options["global_keyprefix"])
    name = f"worker-{uuid.uuid4()}@localhost"
    argv = [sys.executable, "-m", "config.worker", ",".join(queues), f"--hostname={name}"]
    argv += [f"--concurrency={concurrency}", "--loglevel=WARNING"]
    worker = Child("worker", argv, lambda: bool(app.control.ping(destination=[name], limit=1)))
    with running(worker):
        yield worker


def url_of_the_test_database() -> str:
    """DATABASE_URL with the name of the test database instead."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
