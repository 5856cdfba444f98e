"""Several people take steps at once, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

from django.db import connections

from members.models import User
from proposals.machine.subject import Subject
from tests.proposals.staffed_committee import take

AT = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)

Call = tuple[User, Subject, str, dict[str, Any]]
"""Who takes which step on what, with which input."""


def at_once(
    calls: list[Call], headers: dict[str, str] | None = None, refused: Iterable[int] = ()
) -> list[Any]:
    """The answers to simultaneous calls, in the order of the calls; none may be an error.

    Each is done, or in conflict with the others, or ``refused`` with one of these codes.
    """
    barrier = Barrier(len(calls))

    def make(call: Call) -> Any:
        user, subject, name, data = call
        with connection_of_its_own():
            user = User.objects.get(pk=user.pk)
            step = subject.all_steps()[name]
            barrier.wait(timeout=60)
            return take(user, step, subject, data, at=AT, headers=headers)

    with ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(make, calls))
    for answer in answers:
        allowed = {200, 201, 409, *refused}
        assert answer.status_code in allowed, (answer.status_code, answer.content)
        if answer.status_code >= 400:
            assert answer.json()["errors"][0]["detail"]
    return answers


@contextmanager
def connection_of_its_own() -> Iterator[None]:
    try:
        yield
    finally:
        connections.close_all()
