"""The one door: every change of state goes through ``perform``."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_fsm import TransitionNotAllowed
from rest_framework.serializers import Serializer

from members import clock
from members.enums import Channel
from members.models import User
from members.outage import database_is_away
from members.prepared import KEY, prepared
from members.reader import Reader
from members.rules import Rules
from members.selectors import NoRulebook, rules_for
from proposals import notices
from proposals.errors import (
    Busy,
    Conflict,
    KeyReused,
    RuleBroken,
    Stale,
    Unmet,
)
from proposals.ledger import recorded
from proposals.machine import who
from proposals.machine.step import Following, Step, StepContext
from proposals.machine.subject import Subject
from proposals.models import Event, Proposal
from proposals.refusals import refusal, with_state, wrong_state
from proposals.signals import call_recorded, event_recorded, step_checked

logger = logging.getLogger(__name__)

DEADLOCK_TRIES = 3
"""How often a call is tried when the database aborts it in favour of a simultaneous one."""


@dataclass
class Call:
    """All that one call of ``perform`` shares with the steps that follow from it."""

    by: User | None
    at: datetime
    channel: Channel
    address: str | None
    reader: Reader | None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    roots: dict[int, Proposal] = field(default_factory=dict)
    rules: dict[int, Rules] = field(default_factory=dict)
    undo: list[Any] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The local day of the call."""
        return timezone.localtime(self.at).date()

    def rules_of(self, subject: Subject) -> Rules:
        """The rules that the subject's committee has in force on the day."""
        key = subject.committee_id
        if key not in self.rules:
            try:
                known = self.reader
                self.rules[key] = known.rules(key) if known else rules_for(key, self.day)
            except NoRulebook as error:
                raise Unmet(str(error)) from error
        return self.rules[key]


def perform(
    subject: Subject,
    step: Step | str,
    actor: User | None,
    data: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
    key: str | None = None,
    channel: Channel = Channel.WEB,
    address: str | None = None,
    at: datetime | None = None,
) -> Event:
    """Take one step of a subject's life, or refuse and change nothing.

    ``subject`` is a row, or an unsaved one for a step that brings it into being; ``step`` may be
    its name, and ``data`` is its raw input; ``actor`` is None for the system. ``version`` is the
    version that the caller saw. ``key`` makes the call safe to repeat: the first call's Event
    comes back. ``at`` is the moment of the step, now by default.

    Returns the Event; its ``subject`` attribute is the moved row. Raises NotYours (403),
    WrongState, Stale, Unmet, TooLate or Busy (409), RuleBroken (400), KeyReused (422).
    """
    step = subject.all_steps()[step] if isinstance(step, str) else step
    moment = at or clock.now()
    for left in reversed(range(DEADLOCK_TRIES)):
        call = _call(actor, moment, channel, address)
        tried = copy(subject) if subject.pk is None else subject
        try:
            with transaction.atomic():
                return _perform(call, tried, step, data or {}, version, key)
        except IntegrityError as error:
            _undo(call)
            if first := _first(actor, key):
                return _same(first, subject, step, data or {})
            logger.warning("%s %s met a constraint: %s", subject.kind, step.name, error)
            raise Busy from error
        except OperationalError as error:
            _undo(call)
            if database_is_away(error):
                raise
            if not left or connection.in_atomic_block:
                raise Busy from error
        except BaseException:
            _undo(call)
            raise
    raise AssertionError("the loop returns or raises")


# -- One call ---------------------------------------------------------------------------------


def _call(actor: User | None, at: datetime, channel: Channel, address: str | None) -> Call:
    """The posts are read anew: those that a page has read may have ended since."""
    reader = Reader(actor, at) if actor is not None else None
    channel = channel if actor is not None else Channel.SYSTEM
    return Call(by=actor, at=at, channel=channel, address=address, reader=reader)


def _perform(
    call: Call,
    subject: Subject,
    step: Step,
    raw: Mapping[str, Any],
    version: int | None,
    key: str | None,
) -> Event:
    subject = _lock(call, subject, step, raw)
    if first := _first(call.by, key):
        return _same(first, subject, step, raw)
    subject.rules = call.rules_of(subject)
    _require(call, subject, step)
    if version is not None and version != subject.version:
        raise with_state(Stale(), call.reader, subject, since=version)
    if subject.state not in step.source:
        raise with_state(wrong_state(subject, step), call.reader, subject)
    checked = _validate(call, subject, step, raw)
    if step.within:
        step_checked.send(sender=type(subject), subject=subject, step=step, at=call.at)
    event = _take(call, subject, step, checked, key=key or "", raw=raw)
    _roll_up(call)
    call_recorded.send(sender=type(subject), events=call.events)
    event.consequences = call.events[1:]
    return event


def _lock(call: Call, subject: Subject, step: Step, raw: Mapping[str, Any]) -> Subject:
    """Lock the proposals concerned, in one order for everybody, and read the subject anew."""
    root_id = subject.root_id
    numbers = set(step.locks(subject, raw)) if step.locks else set()
    if root_id is not None:
        numbers.add(root_id)
    lock_proposals(call.roots, numbers)
    if subject.pk is None:
        return subject
    if isinstance(subject, Proposal):
        fresh_root = call.roots[subject.pk]
        if step.locks:  # the row's references may have changed while we waited for its lock
            lock_proposals(call.roots, step.locks(fresh_root, raw))
        return fresh_root
    found = _locking(type(subject))(subject.pk)
    if not found:
        raise type(subject).DoesNotExist
    fresh = found[0]
    if root_id is not None:
        _share_root(fresh, call.roots[root_id])
    return fresh


def lock_proposals(held: dict[int, Proposal], numbers: Iterable[int]) -> None:
    """Add the locked rows to ``held``, by ascending keys so that no two calls deadlock."""
    wanted = sorted(set(numbers) - set(held))
    if len(wanted) == 1:
        held.update({proposal.pk: proposal for proposal in _locking(Proposal)(*wanted)})
    elif wanted:
        rows = Proposal.objects.filter(pk__in=wanted).select_for_update(no_key=True)
        held.update({proposal.pk: proposal for proposal in rows.order_by("pk")})


@cache
def _locking(model: type[Subject]) -> Callable[[int], list[Any]]:
    """A function that reads one row of a kind and locks it."""

    @prepared(KEY)
    def rows(key: int) -> QuerySet[Any]:
        every: QuerySet[Any] = model._default_manager.all()
        found = every.filter(pk=key).order_by().select_for_update(no_key=True, of=("self",))
        return found.select_related("assignment") if hasattr(model, "assignment") else found

    return rows


def _share_root(subject: Subject, root: Proposal) -> None:
    """Let a subject see the locked proposal, not a copy of it."""
    if "proposal" in {field.name for field in subject._meta.fields}:
        subject.proposal = root
    if hasattr(subject, "assignment"):
        subject.assignment.proposal = root


def _first(actor: User | None, key: str | None) -> Event | None:
    """The event of an earlier call with the same key by the same person."""
    if not key or actor is None:
        return None
    return Event.objects.filter(actor=actor, key=key).first()


def _same(first: Event, subject: Subject, step: Step, raw: Mapping[str, Any]) -> Event:
    """The first call's event, if this call asks for the same; raises KeyReused if not."""
    same_subject = step.creates or first.subject_id == subject.pk
    if (
        first.subject_kind != subject.kind
        or first.action != step.name
        or not same_subject
        or first.committee_id != subject.committee_id
        or first.input != recorded(raw)
    ):
        raise KeyReused
    return first


def _require(call: Call, subject: Subject, step: Step) -> None:
    if not step.who(subject, call.reader):
        raise step.not_yours(subject, subject.rules)


def _validate(call: Call, subject: Subject, step: Step, raw: Mapping[str, Any]) -> dict[str, Any]:
    context = {"subject": subject, "rules": subject.rules, "at": call.at}
    serializer: Serializer[Any] = step.input(data=dict(raw), context=context)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


# -- One step ---------------------------------------------------------------------------------


def _take(
    call: Call,
    subject: Subject,
    step: Step,
    data: Mapping[str, Any],
    *,
    key: str = "",
    raw: Mapping[str, Any] | None = None,
    by_system: bool = False,
    quiet: bool = False,
) -> Event:
    """Call the machine, save, record, announce; then take the steps that follow.

    ``quiet``: the step that this one follows from tells of it.
    """
    subject.rules = call.rules_of(subject)
    context = StepContext(
        step=step,
        by=None if by_system else call.by,
        at=call.at,
        data=dict(data),
        channel=Channel.SYSTEM if by_system else call.channel,
        address=None if by_system else call.address,
        rules=subject.rules,
        id=call.id,
        taker=None if by_system else call.reader,
        locked=call.roots,
        undo=call.undo,
    )
    source = subject.state
    if subject.version == 0:
        subject.created_at = call.at
    try:
        getattr(subject, step.name)(context)
    except TransitionNotAllowed:
        raise refusal(call.reader, subject, step) from None
    subject.version += 1
    event = _event(subject, step, context, source, key, raw if raw is not None else {})
    call.events.append(event)
    if isinstance(subject, Proposal):
        call.roots[subject.pk] = subject
    for finish in context.after:
        finish()
    if not quiet:
        notices.tell(subject, step, context)
    event_recorded.send(
        sender=type(subject), subject=subject, step=step, event=event, context=context
    )
    for following in context.next:
        _follow(call, following, quiet=quiet or following.quiet)
    return event


def _event(
    subject: Subject,
    step: Step,
    context: StepContext,
    source: str,
    key: str,
    raw: Mapping[str, Any],
) -> Event:
    """Save the subject together with the event that tells of it."""
    event = Event(
        subject_kind=subject.kind,
        sequence=subject.version,
        committee_id=subject.committee_id,
        call_id=context.id,
        action=step.name,
        source=source,
        target=subject.state,
        actor=context.by,
        on_behalf_of=context.on_behalf_of,
        channel=context.channel,
        address=context.address,
        at=context.at,
        input=recorded(raw),
        key=key,
        previous_hash=subject.ledger_hash,
    )
    if subject.pk is None:
        subject.save_changes()
    event.subject_id = subject.pk
    event.proposal_id = subject.root_id
    event.hash = subject.ledger_hash = event.digest()
    subject.save_changes()
    event.save(force_insert=True)
    event.subject = subject
    return event


def _follow(call: Call, following: Following, *, quiet: bool) -> None:
    """Take a step that follows from another, in the same transaction.

    It is the system's, unless the step is one that a person takes: then it stays theirs.
    """
    subject, data = following.subject, following.data
    if isinstance(subject, Proposal):
        subject = call.roots[subject.pk]
    elif subject.root_id is not None:
        _share_root(subject, call.roots[subject.root_id])
    personal = following.step.who is not who.system
    raw = data if personal else {}
    try:
        _take(call, subject, following.step, data, raw=raw, by_system=not personal, quiet=quiet)
    except (RuleBroken, Conflict) as error:
        raise error.at(following.where) if following.where else error from None


def _roll_up(call: Call) -> None:
    """Take every roll-up step whose conditions have come true."""
    for proposal in list(call.roots.values()):
        while step := _next_roll_up(call, proposal):
            _take(call, proposal, step, {}, by_system=True)


def _next_roll_up(call: Call, proposal: Proposal) -> Step | None:
    """A roll-up step that this call has made possible; None when there is no more."""
    moved = {event.subject_kind for event in call.events if event.source != event.target}
    proposal.rules = call.rules_of(proposal)
    for step in proposal.all_steps().values():
        causes = {proposal.kind, *(cause.kind for cause in step.rollup)}
        is_next = step.rollup and proposal.state in step.source and not moved.isdisjoint(causes)
        if is_next and all(condition(proposal) for condition in step.conditions):
            return step
    return None


def _undo(call: Call) -> None:
    for undo in call.undo:
        undo()
    call.undo.clear()
