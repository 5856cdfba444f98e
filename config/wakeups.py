"""Wakes a worker for work that has just been committed.

One message at most is on its way for each sweep, however many commits ask for it: a key in the
broker stands for that message. A worker that starts the sweep deletes the key before it looks, so
that what is committed later sends another message. The timetable makes good what goes wrong.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from celery.signals import task_prerun
from django.conf import settings
from django.dispatch import receiver
from kombu import Connection, Producer
from kombu.exceptions import OperationalError
from kombu.pools import producers
from redis import Redis
from redis.exceptions import RedisError

from config.celery import TIMETABLE, app
from members.signals import sweep_wanted
from members.sweeps import Sweep

logger = logging.getLogger(__name__)

JOINING = 0.5
"""Seconds before the sweep starts: what a burst commits meanwhile is done in the same run."""

FORGOTTEN_AFTER = 600
"""Seconds after which a message counts as lost, should no run of the timetable come before."""

ANSWERED_WITHIN = 3.0
"""Seconds in which a broker must answer."""

LEFT_ALONE = 30.0
"""Seconds for which a process does not turn to a broker that has not answered."""

_left_alone_until = 0.0


def impatient_connection() -> Connection:
    """A connection on which a broker that hangs is an error, for whoever cannot wait.

    Not for a worker's own ones: it would never come over an acknowledgement that failed.
    """
    return app.connection_for_write(transport_options={"socket_timeout": ANSWERED_WITHIN})


@receiver(sweep_wanted, dispatch_uid="wake-a-worker")
def wake(sender: Sweep, **_signal: Any) -> None:
    """Send the message for a sweep, unless one is on its way."""

    def send(producer: Producer, client: Redis) -> None:
        if client.set(_key(sender.task), 1, nx=True, ex=FORGOTTEN_AFTER):
            app.send_task(sender.task, countdown=JOINING, producer=producer)

    _turn_to_the_broker(send)


@task_prerun.connect
def note_the_start(sender: Any, **_signal: Any) -> None:
    """Let later commits send another message: this run may not see them."""
    if sender.name in TIMETABLE:
        _turn_to_the_broker(lambda _producer, client: client.delete(_key(sender.name)))


def _turn_to_the_broker(say: Callable[[Producer, Redis], object]) -> None:
    """Say it, or do without; a request waits for a broker that is away once in a while only."""
    global _left_alone_until
    if time.monotonic() < _left_alone_until or _nobody_serves():
        return
    try:
        with producers[_connection()].acquire(block=True) as producer:
            channel: Any = producer.channel
            say(producer, channel.client)
    except (OSError, OperationalError, RedisError) as error:
        _left_alone_until = time.monotonic() + LEFT_ALONE
        logger.warning("Cannot reach the broker, beat will find the work: %s", error)


@cache
def _connection() -> Connection:
    """The one of which the pool makes as many as there are threads."""
    return impatient_connection()


def _nobody_serves() -> bool:
    """Whether the private Redis is down: it runs only while ``manage.py serve`` does."""
    is_private = settings.REDIS_URL == settings.PRIVATE_REDIS_URL
    return is_private and not settings.PRIVATE_REDIS_SOCKET.exists()


def _key(task: str) -> str:
    return f"on-its-way:{task}"
