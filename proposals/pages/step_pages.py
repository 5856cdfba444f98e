"""How the form of a step looks and what it says, where it differs from all other forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_stubs_ext import StrOrPromise

from members.pages.forms import Choice, Choices
from members.pages.worklist import Listing
from members.reader import Reader
from members.rules import Rules
from proposals.machine.step import Step, declared_step
from proposals.models import Event

Offered = Callable[[Any, Reader], list[Choice]]
"""Choices for a field, for a subject and a reader."""

Initial = Mapping[Any, Callable[[Any, Reader], Any]]
"""The name of a field, or a tuple of several, to what reads their values for a reader."""


def attribute(name: str) -> Callable[[Any, Reader], Any]:
    """Reads an attribute of the subject, as the initial value of a field."""
    return lambda subject, _reader: getattr(subject, name)


def _nothing(request: HttpRequest, form: Any) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class ShownWhen:
    """A field is shown only while another one has one of some values, or of those of the rules."""

    field: str
    values: Sequence[str] | Callable[[Rules], Sequence[str]]


@dataclass(frozen=True, eq=False)
class StepPage:
    """How one step looks on pages; a step without such a declaration looks like all others.

    ``step`` is the method of the machine, such as ``Reply.deliver``. ``template`` draws its form
    and has a block ``form``; ``context`` gives what it shows besides, for the request and the
    form. A ``view`` answers in place of ``steps.taken`` and ends in it; ``then`` is done once the
    step is taken, and ``success`` says that it is. ``target`` is the address to go on to, or
    empty to go where the form of any step goes.

    ``initial`` maps a field, or several, to the function that reads from the subject, for the
    reader, what the form begins with: a value, or one for each of the several fields, or None
    where nothing is known of them. ``from_address`` reads further such values from the request.
    ``choices`` maps the path of a field (``units.unit``) to what can be chosen where the input
    leaves it open, such as the key of an attachment. ``shown_when`` names fields that are shown
    only sometimes.

    ``heading`` stands above the form where the label of the step would not do. A ``full_page``
    form is too much for a sheet over another page. ``shortcut`` is the key that opens the form;
    ``hidden`` tells of a subject that the step can never be taken on it, so that it has no
    button. ``bulk`` answers when the step is chosen for many rows of a list.
    """

    step: Callable[..., Any]
    template: str = "proposals/step.html"
    context: Callable[[HttpRequest, Any], Mapping[str, Any]] = _nothing
    view: Callable[[HttpRequest, Any, Step], HttpResponse] | None = None
    then: Callable[[HttpRequest, Event], None] | None = None
    success: Callable[[Event, Reader], str] | None = None
    target: Callable[[HttpRequest, Event], str] | None = None
    initial: Initial = field(default_factory=dict)
    from_address: Callable[[HttpRequest], Mapping[str, Any]] | None = None
    choices: Mapping[str, Offered] = field(default_factory=dict)
    shown_when: Mapping[str, ShownWhen] = field(default_factory=dict)
    heading: StrOrPromise = ""
    full_page: bool = False
    shortcut: str = ""
    hidden: Callable[[Any], bool] | None = None
    bulk: Callable[[HttpRequest, Listing, Sequence[Any]], HttpResponse] | None = None

    def initial_of(self, subject: Any, reader: Reader) -> dict[str, Any]:
        """What the form begins with."""
        found: dict[str, Any] = {}
        for names, read in self.initial.items():
            value = read(subject, reader)
            if isinstance(names, str):
                found[names] = value
            elif value is not None:
                found |= zip(names, value, strict=True)
        return found

    def choices_for(self, subject: Any, reader: Reader) -> Choices:
        """The choices of the fields that the input leaves open."""

        def choices(path: str, declared: Any) -> list[Choice] | None:
            offered = self.choices.get(path)
            return None if offered is None else offered(subject, reader)

        return choices


STEP_PAGES: list[StepPage] = []
"""Every declaration, as the applications add them; see ``add``."""


def add(*pages: StepPage) -> None:
    """Add declarations."""
    STEP_PAGES.extend(pages)
    _by_step.cache_clear()


@cache
def _by_step() -> dict[Step, StepPage]:
    return {declared_step(page.step): page for page in STEP_PAGES}


def _any_step() -> None:
    """Stands for the steps without a declaration."""


PLAIN = StepPage(_any_step)
"""The form of a step without a declaration of its own."""


def step_page(step: Step) -> StepPage:
    """How a step looks."""
    return _by_step().get(step, PLAIN)
