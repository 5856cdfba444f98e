"""The declaration of a step, and the context in which it is taken."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, cast

from django.utils import timezone
from django_fsm import transition
from django_stubs_ext import StrOrPromise
from rest_framework import serializers

from members.enums import Channel, DutyKind
from members.models import Member, Post, User
from members.reader import Reader
from members.rules import Rules
from proposals.audiences import Audience
from proposals.enums import Tone
from proposals.errors import NotYours
from proposals.machine.who import Who


class NoInput(serializers.Serializer[Any]):
    """The step needs nothing but the decision to take it."""


class Condition:
    """A named precondition of a step; ``message`` says what is missing and how to go on."""

    def __init__(self, message: StrOrPromise, test: Callable[[Any], bool]) -> None:
        self.message = message
        self.test = test

    def __call__(self, subject: Any) -> bool:
        return self.test(subject)


class Linked(Protocol):
    """Something with an address."""

    @property
    def link(self) -> str:
        """Its address in the API."""


@dataclass(frozen=True)
class News:
    """The text of a notice about a step whose label would not say enough.

    ``about`` is what the notice leads to, most often the proposal.
    """

    title: str
    lines: Sequence[str]
    about: Linked


DutyList = Sequence[DutyKind] | Callable[[Any], Sequence[DutyKind]]
"""Kinds of duties that a step opens, or a function of the subject that returns them."""


@dataclass(frozen=True, eq=False)
class Step:
    """The declaration of one step of a machine; each is equal to itself alone.

    ``source`` and ``target`` are states (an empty ``source`` brings the subject into being, a
    ``target`` of None keeps the state); ``targets`` are the possible ones when the body
    decides. ``within`` is a duty whose time limit the step must keep. ``opens``, ``closes``
    (done) and ``cancels`` (no longer owed) are kinds of duties; ``extends`` is the kind whose
    date the subject asks to move, or moves once granted, to its ``new_due_at``; ``pauses`` and
    ``resumes`` stop the clocks of these kinds and let them run on; ``reminds_anew`` when what
    the proposal owes is reminded of differently from now on. ``tells`` are the audiences of its
    notices, and ``news`` words these unlike other steps of the subject. A ``rollup`` step is
    taken by the system as soon as its conditions hold; it names the subjects beside its own
    whose moves can bring that about. ``locks`` tells further proposals to lock, from the raw input.
    """

    name: str
    label: StrOrPromise
    about: str
    source: tuple[str, ...]
    targets: tuple[str, ...]
    who: Who
    input: type[serializers.Serializer[Any]]
    tone: Tone
    conditions: tuple[Condition, ...]
    within: DutyKind | None
    opens: DutyList
    closes: DutyList
    cancels: Sequence[DutyKind]
    extends: DutyKind | None
    pauses: tuple[DutyKind, ...]
    resumes: tuple[DutyKind, ...]
    reminds_anew: bool
    tells: tuple[Audience, ...]
    news: Callable[[Any, StepContext], News] | None
    rollup: tuple[Any, ...]  # kinds of subjects
    locks: Callable[[Any, Mapping[str, Any]], Iterable[int]] | None

    @property
    def creates(self) -> bool:
        """Whether the step brings its subject into being."""
        return self.source == ("",)

    @property
    def slug(self) -> str:
        """The name as it stands in a URL."""
        return self.name.replace("_", "-")

    def not_yours(self, subject: Any, rules: Rules) -> NotYours:
        """The refusal for those who may not take the step; it names the roles that may."""
        roles = [str(role.label) for role in self.who.roles_on(subject, rules)]
        return NotYours(str(self.label), roles)

    def opened_by(self, subject: Any) -> Sequence[DutyKind]:
        """The kinds of duties that taking the step on ``subject`` opens."""
        return self.opens(subject) if callable(self.opens) else self.opens

    def closed_by(self, subject: Any) -> Sequence[DutyKind]:
        """The kinds of duties that taking the step on ``subject`` satisfies."""
        return self.closes(subject) if callable(self.closes) else self.closes


def step(
    *,
    source: str | Sequence[str],
    target: Any = None,
    who: Who,
    label: StrOrPromise,
    input: type[serializers.Serializer[Any]] = NoInput,
    tone: Tone = Tone.NEUTRAL,
    conditions: Sequence[Condition] = (),
    within: DutyKind | None = None,
    opens: DutyList = (),
    closes: DutyList = (),
    cancels: Sequence[DutyKind] = (),
    extends: DutyKind | None = None,
    pauses: Sequence[DutyKind] = (),
    resumes: Sequence[DutyKind] = (),
    reminds_anew: bool = False,
    tells: Sequence[Audience] = (),
    news: Callable[[Any, StepContext], News] | None = None,
    rollup: Sequence[Any] = (),
    locks: Callable[[Any, Mapping[str, Any]], Iterable[int]] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method as a step of the machine; see Step for what the words mean."""
    sources = (source,) if isinstance(source, str) else tuple(source)

    def declare(method: Callable[..., Any]) -> Callable[..., Any]:
        declared = Step(
            name=method.__name__,
            label=label,
            about=(method.__doc__ or "").strip(),
            source=sources,
            targets=_targets(target),
            who=who,
            input=input,
            tone=tone,
            conditions=tuple(conditions),
            within=within,
            opens=opens,
            closes=closes,
            cancels=tuple(cancels),
            extends=extends,
            pauses=tuple(pauses),
            resumes=tuple(resumes),
            reminds_anew=reminds_anew,
            tells=tuple(tells),
            news=news,
            rollup=tuple(rollup),
            locks=locks,
        )
        return transition(
            "state",
            source=list(sources),
            target=target,
            permission=cast("Any", who),  # asked with a Reader in place of a user
            conditions=list(conditions),
            custom={"step": declared},
        )(method)

    return declare


def declared_step(method: Callable[..., Any]) -> Step:
    """The declaration of a step, given its method, such as ``Proposal.submit``.

    A method that is no step raises TypeError.
    """
    machine = getattr(method, "_django_fsm", None)
    if machine is None:
        raise TypeError(f"{getattr(method, '__qualname__', method)} is no step")
    declared: Step = next(iter(machine.transitions.values())).custom["step"]
    return declared


def _targets(target: Any) -> tuple[str, ...]:
    if target is None:
        return ()
    if hasattr(target, "allowed_states"):
        return tuple(target.allowed_states)
    return (target,)


@dataclass(frozen=True)
class Following:
    """A step that follows from another."""

    subject: Any
    step: Step
    data: Mapping[str, Any]
    where: str
    quiet: bool


@dataclass
class StepContext:
    """The context of a step being taken: who, when, with what; passed to its method.

    The body may write rows of its own at once when the subject is in the database; ``after``
    takes what must wait until it is saved, ``then`` further steps, taken once this one is
    recorded: by the system, or by the same person where a person takes such a step. ``undo``
    takes what to undo outside the database if the step fails. ``others`` are further proposals
    that the step concerns: their people are told as well.
    """

    step: Step
    by: User | None
    at: datetime
    data: dict[str, Any]
    channel: Channel
    address: str | None
    rules: Rules
    id: uuid.UUID
    taker: Reader | None
    locked: Mapping[int, Any]  # proposals
    on_behalf_of: Member | None = None
    after: list[Callable[[], object]] = field(default_factory=list)
    undo: list[Callable[[], object]] = field(default_factory=list)
    next: list[Following] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)

    def then(
        self,
        method: Callable[..., Any],
        data: Mapping[str, Any] | None = None,
        *,
        where: str = "",
        quiet: bool = False,
    ) -> None:
        """Take a further step in the same transaction, as the consequence of this one.

        ``method`` is the step on its subject, such as ``form.void``. ``data`` is checked already;
        ``where`` is the place in the input that a refusal names; ``quiet`` when the notice of this
        step speaks of the further one too.
        """
        subject = method.__self__  # type: ignore[attr-defined]  # of a bound method
        self.next.append(Following(subject, declared_step(method), data or {}, where, quiet))

    @property
    def person(self) -> User:
        """The person who takes the step; a step of the system has none."""
        return self.reader.user

    @property
    def responsible(self) -> User:
        """Who answers for the step: the person, or the maker of the token that takes it."""
        person = self.person
        return person.service_token.made_by if person.is_service_account else person

    @property
    def reader(self) -> Reader:
        """The taker, with the posts that they hold on the day."""
        if self.taker is None:
            raise TypeError(f"{self.step.name} is taken by a person")
        return self.taker

    @property
    def posts(self) -> Sequence[Post]:
        """The posts of the person who takes the step; none for the system."""
        return self.taker.posts if self.taker else ()

    @property
    def day(self) -> date:
        """The local day of the step."""
        return timezone.localtime(self.at).date()
