"""A commit wakes a worker: at once, once, in its own queue, and never at the request's expense."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from bench.duties import Office
from config.celery import LONG, OUTSIDE, PROMPT
from demo.sample import bring_sample
from members import clock
from members.enums import JobState, Role
from members.models import Job, User
from members.pages.start.sample import SAMPLE
from members.reader import Reader
from members.services import job
from members.services.notice import Message, send
from members.services.outbox import CALLING_WEBHOOKS, SENDING_MAIL
from supervision.tasks import send_reminders
from tests.conftest import worker_of
from tests.factories.members import PostFactory, UserFactory
from tests.members.external_servers import Mailbox, mail_server
from tests.services import until

SECONDS = 30
"""Within how long mail must arrive; on a machine that does nothing else it takes one or two."""


@pytest.fixture
def box(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that web and workers know."""
    with mail_server() as box:
        settings.SENDS_EMAIL = True
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{box.port}")
        yield box


def tell(user: User, title: str) -> None:
    with transaction.atomic():
        send([Message(user.pk, title, needs_action=True)], at=clock.now())


def test_a_burst_is_one_message_and_what_follows_a_run_is_another(
    broker: Any, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = UserFactory(email="reader@example.com")

    for number in range(20):
        tell(reader, f"第 {number} 件")
    assert [broker.llen(queue) for queue in (PROMPT, OUTSIDE, LONG)] == [0, 1, 0]

    with worker_of(OUTSIDE, monkeypatch=monkeypatch):
        until(lambda: len(box.messages) == 20, SECONDS)
        tell(reader, "又一件")
        until(lambda: "又一件" in box.subjects, SECONDS)


def test_what_is_rolled_back_wakes_nobody_and_hides_nothing(broker: Any) -> None:
    with transaction.atomic():
        SENDING_MAIL.soon()
        transaction.set_rollback(True)
    assert broker.llen(OUTSIDE) == 0

    with transaction.atomic():
        with transaction.atomic():
            SENDING_MAIL.soon()
            transaction.set_rollback(True)
        SENDING_MAIL.soon()
        SENDING_MAIL.soon()
        CALLING_WEBHOOKS.soon()
        assert broker.llen(OUTSIDE) == 0
    assert broker.llen(OUTSIDE) == 2


def test_long_work_holds_up_neither_a_reminder_nor_its_mail(
    broker: Any, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    administrator = Reader(post.user, clock.now())
    office = Office()
    User.objects.filter(pk__in=[user.pk for user in office.liaisons]).update(
        email="liaison@example.com"
    )
    with (
        worker_of(LONG, monkeypatch=monkeypatch, concurrency=1) as busy,
        worker_of(PROMPT, OUTSIDE, monkeypatch=monkeypatch),
    ):
        assert job.WORK[SAMPLE] is bring_sample
        order = job.ask(kind=SAMPLE, title="示例", by=administrator, order={})
        state = Job.objects.filter(pk=order.pk).values_list("state", flat=True)
        until(lambda: state.get() == JobState.RUNNING)

        office.owe(3, at=clock.now(), is_due=True)
        send_reminders.delay()  # as beat does

        until(lambda: len(box.messages) == 3, SECONDS)
        assert state.get() == JobState.RUNNING
        assert busy.process is not None
        os.killpg(busy.process.pid, signal.SIGKILL)


@pytest.fixture
def hung() -> Iterator[str]:
    """The address of a broker that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


ASK = """
import time, django
django.setup()
from django.db import transaction
from members.services.outbox import CALLING_WEBHOOKS, SENDING_MAIL
for _request in range(3):
    began = time.monotonic()
    with transaction.atomic():
        SENDING_MAIL.soon()
        CALLING_WEBHOOKS.soon()
    print(time.monotonic() - began)
"""


def test_a_broker_that_does_not_answer_is_left_alone_for_a_while(hung: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": "sqlite://:memory:",
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "REDIS_URL": hung,
    }
    argv = [sys.executable, "-c", ASK]

    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)

    first, *others = map(float, done.stdout.split())
    assert 2 < first < 10
    assert max(others) < 0.5
    assert done.stderr.count("Cannot reach the broker") == 1
