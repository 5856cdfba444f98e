"""The product served from this process as web serves it, with the clock in the test's hands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings

from config import settings as production
from members import clock

HOST = "127.0.0.1"
PATIENCE = 10.0  # seconds in which a request ends


class Server:
    """Serves pages and static files; inside it is ``moment``, or the present when that is None."""

    def __init__(self) -> None:
        self.moment: datetime | None = None
        self._running = 0
        self._lock = Lock()
        # Files and pages alike come from the middleware, as in production.
        self._thread = LiveServerThread(HOST, lambda _files: self._answering(WSGIHandler()))
        self._thread.daemon = True

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._thread.port}"

    @property
    def time(self) -> AbstractContextManager[None]:
        """Lets this thread see the time that the server sees."""
        return clock.at(self.moment) if self.moment else nullcontext()

    def start(self) -> None:
        """Return once it listens."""
        self._thread.start()
        self._thread.is_ready.wait()
        if self._thread.error:
            raise self._thread.error

    def stop(self) -> None:
        """End it with its connections."""
        self._thread.terminate()

    def wait_until_idle(self) -> None:
        """Return once every request is answered, so that the tables can be emptied."""
        deadline = time.monotonic() + PATIENCE
        while self._running and time.monotonic() < deadline:
            time.sleep(0.01)

    def _answering(self, product: Callable[..., Iterable[bytes]]) -> Callable[..., Any]:
        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            with self._counted(), self.time:
                return product(environ, start_response)

        return answer

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1


@dataclass
class OtherServer:
    """The product in processes of its own, at the present time."""

    url: str
    time: AbstractContextManager[None] = field(default_factory=nullcontext)

    def wait_until_idle(self) -> None:
        """Its rows are nobody else's."""


@contextmanager
def collected(folder: Path) -> Iterator[None]:
    """Static files collected into ``folder`` under the names of production, from here on.

    A template that names a file that is not there fails, as it would in production.
    """
    with override_settings(
        STATIC_ROOT=folder,
        STORAGES={**settings.STORAGES, "staticfiles": production.STORAGES["staticfiles"]},
        WHITENOISE_AUTOREFRESH=False,
        # Without TLS browsers would not send these back.
        CSRF_COOKIE_SECURE=False,
        SESSION_COOKIE_SECURE=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


@contextmanager
def served() -> Iterator[Server]:
    """A server that runs from here to the end of the block."""
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()
