"""Empties an outbox: claim, send, record the outcome; the same for every way out.

A claim is committed before anything is sent, and what came of it is written afterwards: nothing
is sent inside a transaction. A worker killed in between leaves a row whose lease ends, and which
is then sent again with the same key.
"""

import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Min, QuerySet
from django.utils.translation import gettext as _

from members.enums import SETTLED, UNDELIVERED, OutgoingState
from members.models import Delivery, Outgoing, WebhookCall
from members.models.outbox import LOGGED
from members.sweeps import Sweep

logger = logging.getLogger(__name__)

SENDING_MAIL = Sweep("members.tasks.deliver")
SENDING_TO_ROBOTS = Sweep("members.tasks.deliver_to_robots")
SENDING_SMS = Sweep("members.tasks.deliver_sms")
CALLING_WEBHOOKS = Sweep("members.tasks.call_webhooks")

SWEEPS: dict[type[Outgoing], tuple[Sweep, ...]] = {
    Delivery: (SENDING_MAIL, SENDING_SMS, SENDING_TO_ROBOTS),
    WebhookCall: (CALLING_WEBHOOKS,),
}
"""Who sends the rows of each outbox."""

BATCH = 20
"""How many rows one claim takes."""

BUDGET = 60.0
"""Seconds after which a run leaves the rest to the next; well below the lease."""

LEASE = timedelta(minutes=5)
"""How long a claim holds; longer than a run can take, its last sending included."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
LONGEST_STOP = timedelta(minutes=1)
"""How long a whole way out is left alone when nothing can go out by it."""

LAST_TRY = 16
"""Pauses double from the first to the longest: the last try is a good day after the first."""


class Undelivered(Exception):
    """It did not arrive; the text is for operators.

    ``for_good``: trying again is useless. ``everywhere``: nothing can go out this way now.
    ``log`` are further fields of the row to write.
    """

    def __init__(
        self, reason: object, *, for_good: bool = False, everywhere: bool = False, **log: Any
    ) -> None:
        super().__init__(str(reason))
        self.for_good = for_good
        self.everywhere = everywhere
        self.log = log


@dataclass(frozen=True)
class Outlet:
    """One way out: its sweep, its rows that are due, how one is sent, and who is reached by it.

    ``send`` returns further fields of the row to write, or raises Undelivered. ``target`` names
    what a row is for, as the condition of a filter: while that fails, its other rows wait too,
    so that a dead address costs one attempt and not one for each row.
    """

    sweep: Sweep
    ready: Callable[[datetime], QuerySet[Any]]
    send: Callable[[Any, datetime], dict[str, Any]]
    target: Callable[[Any], dict[str, Hashable]]
    everywhere: dict[str, Hashable]


def run(outlet: Outlet, *, at: datetime) -> int:
    """Send what is due at ``at``, and have the rest sent soon; returns how many rows went out."""
    sent = 0
    ends = time.monotonic() + BUDGET
    while time.monotonic() < ends and (rows := claim(outlet.ready(at), at=at)):
        held: dict[Hashable, datetime] = {}
        for row in rows:
            until = held.get(_name(outlet.target(row))) or held.get(_name(outlet.everywhere))
            if until is None and time.monotonic() > ends:
                until = at
            if until is not None:
                _give_back(row, until=until)
                continue
            try:
                log = _attempt(outlet, row, at)
            except Undelivered as error:
                pause = _fail(row, error, at=at)
                if not error.for_good:
                    target = outlet.target(row)
                    if error.everywhere:
                        target, pause = outlet.everywhere, min(pause, LONGEST_STOP)
                    held[_name(target)] = _hold(outlet.ready(at).filter(**target), at + pause)
            else:
                _settle(row, OutgoingState.SENT, sent_at=at, last_error="", **log)
                sent += 1
    if time.monotonic() >= ends and outlet.ready(at).exists():
        outlet.sweep.soon()
    return sent


def claim(rows: QuerySet[Any], *, at: datetime, limit: int = BATCH) -> list[Any]:
    """Take some of ``rows`` for this worker, those that are due longest first."""
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
        found = list(rows.order_by("next_try_at", "id")[:limit])
        model = rows.model
        model.objects.filter(pk__in=[row.pk for row in found]).update(
            state=OutgoingState.SENDING,
            attempts=F("attempts") + 1,
            claimed_at=at,
            next_try_at=at + LEASE,
        )
    for row in found:
        row.state = OutgoingState.SENDING
        row.attempts += 1
        row.claimed_at = at
    return found


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)


def resend(rows: QuerySet[Any], *, at: datetime, states: tuple[str, ...]) -> int:
    """Put rows that are in one of ``states`` back into the outbox, with their keys."""
    model = rows.model
    again = {"state": OutgoingState.WAITING, "attempts": 0, "due_at": at, "next_try_at": at}
    with transaction.atomic():
        wanted = model.objects.filter(pk__in=rows.order_by().values("pk"), state__in=states)
        # Two that do this take the same order.
        chosen = [row.pk for row in wanted.select_for_update(no_key=True).order_by("pk")]
        if model is Delivery:
            model.objects.filter(carried_by__in=chosen).update(**again)
        for sweep in SWEEPS[model]:
            sweep.soon()
        return model.objects.filter(pk__in=chosen, state__in=states).update(**again)


def oldest_undelivered(at: datetime) -> datetime | None:
    """Since when the longest waiting row of any outbox is due, if one is."""
    found = (
        model.objects.filter(state__in=UNDELIVERED, due_at__lte=at).aggregate(first=Min("due_at"))
        for model in (Delivery, WebhookCall)
    )
    return min((row["first"] for row in found if row["first"]), default=None)


def _attempt(outlet: Outlet, row: Outgoing, at: datetime) -> dict[str, Any]:
    if row.attempts > LAST_TRY:  # it was claimed again and again, and its worker died each time
        raise Undelivered(_("多次尝试均未完成"), for_good=True)
    try:
        return outlet.send(row, at)
    except Undelivered:
        raise
    except Exception as error:  # whatever ails one row, the others go out
        logger.exception("Could not send %s %s", row._meta.model_name, row.key)
        raise Undelivered(f"{type(error).__name__}: {error}") from error


def _fail(row: Outgoing, error: Undelivered, *, at: datetime) -> timedelta:
    """Note a failure; returns the pause."""
    pause = pause_after(row.attempts)
    is_last = error.for_good or row.attempts >= LAST_TRY
    _settle(
        row,
        OutgoingState.DEAD if is_last else OutgoingState.FAILED,
        next_try_at=at + pause,
        last_error=str(error)[:LOGGED],
        **error.log,
    )
    return pause


def _settle(row: Outgoing, state: OutgoingState, **values: Any) -> None:
    """Write what came of an attempt, unless the claim has passed to another worker."""
    rows = type(row)._default_manager
    with transaction.atomic():
        mine = rows.filter(
            pk=row.pk, state=OutgoingState.SENDING, claimed_at=row.claimed_at
        ).update(state=state, **values)
        if mine and state in SETTLED:
            row.carried().update(state=state, sent_at=values.get("sent_at"))


def _give_back(row: Outgoing, *, until: datetime) -> None:
    """Undo a claim of which nothing came."""
    type(row)._default_manager.filter(
        pk=row.pk, state=OutgoingState.SENDING, claimed_at=row.claimed_at
    ).update(
        state=OutgoingState.FAILED if row.last_error else OutgoingState.WAITING,
        attempts=F("attempts") - 1,
        next_try_at=until,
    )


def _hold(rows: QuerySet[Any], until: datetime) -> datetime:
    """Let the other rows of a failing target wait; those claimed by a worker stay as they are.

    Workers take the rows in one order, so that two of them never wait for each other.
    """
    others = rows.select_related(None).exclude(state=OutgoingState.SENDING).order_by("pk")
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            others = others.select_for_update(skip_locked=True, no_key=True)
        rows.model.objects.filter(pk__in=others.values("pk")).update(next_try_at=until)
    return until


def _name(target: dict[str, Hashable]) -> Hashable:
    return tuple(sorted(target.items()))
