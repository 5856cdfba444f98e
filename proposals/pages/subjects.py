"""Which subjects have pages, at which addresses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse

from members.reader import Reader
from members.visibility import visible_row
from proposals import models
from proposals.machine.step import Step
from proposals.machine.subject import Subject

Row = TypeVar("Row", bound=Model)


def row_or_404(reader: Reader, rows: QuerySet[Row], key: int) -> Row:
    """The row with that key, if the reader sees it; else a 404."""
    row = visible_row(reader, rows, key)
    if row is None:
        raise Http404
    return row


def keys_among(texts: Iterable[str]) -> list[int]:
    """The keys among what an address or a form names; what cannot be one is left out."""
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


def key_in(sent: QueryDict, name: str) -> int:
    """The key that a parameter or field holds, or 0."""
    return next(iter(keys_among([sent.get(name, "")])), 0)


def _nothing(subject: Any, reader: Reader) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class SubjectPage:
    """The page of a kind of subject: its address, its context, its template.

    ``slug`` is that of the API; ``context`` gives the template what it shows beside the
    subject, in a constant number of queries. ``tab`` is where the page of the proposal shows it.
    """

    model: type[Subject]
    slug: str
    template: str = "proposals/subject.html"
    related: tuple[str, ...] = ()
    prefetched: tuple[str | Prefetch, ...] = ()
    context: Callable[[Any, Reader], dict[str, Any]] = field(default=_nothing)
    tab: str = ""

    @property
    def name(self) -> str:
        """The name of its address; with ``-step`` and ``-begin`` those of its forms."""
        return self.model.kind

    def url(self, subject: Subject) -> str:
        """The page of a subject."""
        return reverse(self.name, args=[subject.pk])

    def step_url(self, subject: Subject, step: Step) -> str:
        """The form of a step."""
        if step.creates:
            return reverse(f"{self.name}-begin", args=[step.slug])
        return reverse(f"{self.name}-step", args=[subject.pk, step.slug])


PAGES: list[SubjectPage] = []
"""Every declaration, as the applications add them; see ``add``."""


def add(*pages: SubjectPage) -> None:
    """Give kinds of subjects their pages."""
    PAGES.extend(pages)
    _by_model.cache_clear()


@cache
def _by_model() -> dict[type[Subject], SubjectPage]:
    return {page.model: page for page in PAGES}


def page_of_model(model: type[Subject]) -> SubjectPage:
    """The page of a kind of subject."""
    return _by_model()[model]


def page_of(subject: Subject) -> SubjectPage:
    """The page of the subject's kind."""
    return page_of_model(type(subject))


def page_of_kind(kind: str) -> SubjectPage:
    """The page of a kind of subject, as events and addresses name it; Http404 if it has none."""
    for page in PAGES:
        if page.model.kind == kind:
            return page
    raise Http404


def pages_of(subject: Subject) -> list[str]:
    """Where the subject is shown: its own page, and that of the proposal it hangs on."""
    if subject.pk is None:
        return []
    shown = [subject, subject.root] if subject.root_id is not None else [subject]
    return list(dict.fromkeys(page_of(one).url(one) for one in shown))


SUBJECT_PAGES = (
    SubjectPage(
        models.Proposal,
        "proposals",
        related=("lead", "body", "committee", "session__term", "session__committee"),
    ),
    SubjectPage(models.PreAssignment, "pre-assignments", related=("unit", "proposal")),
)
"""The pages that show nothing of their own, or have a view to themselves."""
