"""The worklist: one component for the lists of every role.

A list is declared once: whose it is, which rows, which columns, which filters, and what may be
done with many at once. Filters live in the address; how somebody likes to see it is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, OrderBy, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from members.models import SavedView
from members.pages import navigation
from members.pages.filters import Pill, drawn, pills
from members.pages.forms import Field
from members.pages.frame import Frame, frame_of
from members.pages.navigation import EVERYBODY, Entry, Section
from members.reader import Reader
from members.visibility import visible

if TYPE_CHECKING:
    from django_filters import FilterSet
    from django_stubs_ext import StrOrPromise

PAGE = 50
"""Rows of a page."""

FARTHEST = 10_000
"""Rows that can be leafed through; whoever has more narrows the list down."""

DENSITIES = ("wide", "compact")
"""How close the rows stand."""

ORDER = "order"
"""The parameter of the address that names the column to sort by, after ``-`` the other way."""


@dataclass(frozen=True)
class Column:
    """A column: ``value`` is what an export writes, ``cell`` the part that draws it.

    ``order`` are the fields of the database to sort by, none if it cannot be sorted by;
    ``shown`` is whether it is there before somebody chooses. The ``main`` one is the link.
    """

    name: str
    label: StrOrPromise
    value: Callable[[Any], Any]
    cell: str = "components/cells/_plain.html"
    order: Sequence[str] = ()
    shown: bool = True
    main: bool = False


@dataclass(frozen=True)
class Worklist:
    """A list of work.

    ``rows`` gives the rows that a person sees at a moment, filtered by visibility already;
    ``prepare`` adds to the rows of one page what their cells read, in a constant number of
    queries. ``session`` is the path from a row to its session, empty where the choice of a
    session does not narrow the list. ``bulk`` are the steps that can be taken on many: methods
    of the model of its rows, which its filters know, or ``model`` where it has none.
    ``comes_next`` says, when it is empty, when something will stand here. ``tab`` is the tab at
    which the pages of its rows open, ``together`` a part with further buttons for the chosen rows.
    """

    slug: str
    label: StrOrPromise
    icon: str
    section: Section
    roles: Collection[str]
    rows: Callable[[Reader], QuerySet[Any]]
    columns: Sequence[Column]
    page_of: Callable[[Any], str]
    comes_next: StrOrPromise
    filterset: type[FilterSet] | None = None
    order: Sequence[str | OrderBy] = ("-id",)
    prepare: Callable[[list[Any], Reader], None] | None = None
    session: str = ""
    bulk: Sequence[Callable[..., Any]] = ()
    model: type[Model] | None = None
    tools: str = ""
    counted: bool = True
    tab: str = ""
    together: str = ""

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("worklist", args=[self.slug])

    @property
    def row_model(self) -> type[Model] | None:
        """The model of its rows, as far as it is declared."""
        return self.model or (self.filterset._meta.model if self.filterset else None)

    @property
    def entry(self) -> Entry:
        """Its line in the navigation."""
        return Entry(
            section=self.section,
            label=self.label,
            icon=self.icon,
            address=("worklist", self.slug),
            roles=self.roles,
            waiting=self.waiting if self.counted else None,
        )

    def waiting(self, reader: Reader) -> QuerySet[Any]:
        """The rows whose number stands in the navigation."""
        return self.rows(reader)

    def is_for(self, reader: Reader) -> bool:
        """Whether it is one of the person's lists today."""
        roles = reader.roles
        return self.roles is EVERYBODY or bool(roles & set(self.roles))


WORKLISTS: dict[str, Worklist] = {}
"""Every list by its slug; see ``add``."""


def add(*lines: Worklist | Entry) -> None:
    """Declare the lines of the navigation in their order: lists, and other pages."""
    for line in lines:
        if isinstance(line, Worklist):
            WORKLISTS[line.slug] = line
        navigation.add(line.entry if isinstance(line, Worklist) else line)


class Bounded(Paginator):
    """Counts no further than anybody leafs."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most ``FARTHEST`` and one."""
        rows = cast("QuerySet[Any]", self.object_list)
        return rows[: FARTHEST + 1].count()


@dataclass
class Listing:
    """A worklist as one person sees it with the filters of one address."""

    worklist: Worklist
    reader: Reader
    request: HttpRequest
    asked: QueryDict

    @cached_property
    def frame(self) -> Frame:
        """The choices that the reader made for all pages."""
        return frame_of(self.request, self.reader)

    @cached_property
    def filters(self) -> QueryDict:
        """The parameters that narrow the list, the empty ones left out."""
        found = QueryDict(mutable=True)
        known = set(self.worklist.filterset.base_filters) if self.worklist.filterset else set()
        for name in self.asked:
            values = [value for value in self.asked.getlist(name) if value.strip()]
            if name in known and values:
                found.setlist(name, values)
        return found

    @cached_property
    def base(self) -> QuerySet[Any]:
        """The rows of the list, before any filter, in the chosen session."""
        rows = self.worklist.rows(self.reader)
        chosen = self.frame.session if self.worklist.session else None
        if chosen is not None and "session" not in self.filters:
            rows = rows.filter(**{self.worklist.session: chosen.pk})
        return rows

    @cached_property
    def filterset(self) -> FilterSet | None:
        """The filters as they are set."""
        if self.worklist.filterset is None:
            return None
        return self.worklist.filterset(self.filters, queryset=self.base, request=self.request)

    @cached_property
    def is_valid(self) -> bool:
        """Whether the filters say something that can be looked for."""
        return self.filterset is None or self.filterset.is_valid()

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows that the filters leave, in their order; none if a filter makes no sense."""
        if not self.is_valid:
            return self.base.none()
        rows = self.filterset.qs if self.filterset is not None else self.base
        return rows.order_by(*self.order)

    @cached_property
    def sorted_by(self) -> tuple[str, bool]:
        """The name of the column that the list is sorted by, and whether downwards."""
        wanted = self.asked.get(ORDER, "")
        return wanted.removeprefix("-"), wanted.startswith("-")

    @property
    def order(self) -> Sequence[str | OrderBy]:
        """The fields to sort by; the key last, so that no two rows change places."""
        name, down = self.sorted_by
        for column in self.worklist.columns:
            if column.name == name and column.order:
                return [*(_turned(field, down) for field in column.order), "id"]
        return self.worklist.order

    @cached_property
    def page(self) -> Page[Any]:
        """The rows of one page, with what their cells read."""
        page = Bounded(self.rows, PAGE).get_page(self.asked.get("page"))
        page.object_list = self.prepared(list(page.object_list))
        return page

    def prepared(self, rows: list[Any]) -> list[Any]:
        """The rows with what their cells read."""
        if self.worklist.prepare is not None:
            self.worklist.prepare(rows, self.reader)
        return rows

    # -- How it looks --------------------------------------------------------------------------

    @cached_property
    def look(self) -> dict[str, Any]:
        """What the reader chose for this list."""
        return dict(self.reader.user.preferences.get("lists", {}).get(self.worklist.slug, {}))

    @cached_property
    def density(self) -> str:
        """How close the rows stand."""
        chosen = self.look.get("density")
        return chosen if chosen in DENSITIES else DENSITIES[0]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that are shown; the main one always is."""
        chosen = self.look.get("columns")
        return [
            column
            for column in self.worklist.columns
            if column.main or (column.shown if chosen is None else column.name in chosen)
        ]

    @cached_property
    def fields(self) -> list[Field]:
        """The filters as a form."""
        return drawn(self.filterset) if self.filterset is not None else []

    @cached_property
    def pills(self) -> list[Pill]:
        """The filters that are set, each with the address without it."""
        return pills(self.filterset, self.filters) if self.filterset is not None else []

    @cached_property
    def views(self) -> list[SavedView]:
        """The reader's saved views of this list, and those shared with them."""
        rows = SavedView.objects.filter(worklist=self.worklist.slug).select_related("owner")
        return list(visible(self.reader, rows)[:20])

    @property
    def query(self) -> str:
        """The filters and the order, as the query of an address."""
        asked = self.filters.copy()
        if self.asked.get(ORDER):
            asked[ORDER] = self.asked[ORDER]
        return asked.urlencode()

    def trail(self, position: int) -> str:
        """The query by which the page of a row knows its place in this list."""
        place = {"list": self.worklist.slug, "in": self.query, "at": position}
        return urlencode({**({"tab": self.worklist.tab} if self.worklist.tab else {}), **place})


def _turned(name: str, down: bool) -> OrderBy:
    """The field upwards or down; rows that have none stand last either way."""
    value = F(name.removeprefix("-"))
    if name.startswith("-") != down:
        return value.desc(nulls_last=True)
    return value.asc(nulls_last=True)
