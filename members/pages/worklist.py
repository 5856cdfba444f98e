"""The worklist: one component for the lists of every role.

A list is declared once: whose it is, which rows, which columns, which filters, and what may be
done with many at once. Filters live in the address; how somebody likes to see it is remembered.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Page, Paginator
from django.db.models import F, Model, OrderBy, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet

from members.models import SavedView
from members.pages import navigation
from members.pages.filters import Pill, drawn, pills
from members.pages.forms import Field
from members.pages.navigation import EVERYBODY, NavigationEntry, Section
from members.pages.sessions import chosen_session
from members.punctuation import Text
from members.reader import Reader
from members.visibility import visible

PLAIN = "components/cells/_plain.html"
DAY = "components/cells/_day.html"
MOMENT = "components/cells/_moment.html"
FLAG = "components/cells/_flag.html"
STATE_BADGE = "components/cells/_state.html"

PAGE = 50
"""Rows of a page."""

FARTHEST = 10_000
"""Rows that can be leafed through; whoever has more narrows the list down."""

DENSITIES = ("wide", "compact")
"""How close the rows stand."""

ORDER = "order"
"""The parameter of the address that names the column to sort by, after ``-`` the other way."""


Rows = Callable[[Reader], QuerySet[Any]]
"""The rows of a list for a person at a moment."""


def visible_rows(rows: QuerySet[Any]) -> Rows:
    """Rows of a list: those of ``rows`` that the reader sees."""
    return lambda reader: visible(reader, rows.all())


Prepare = Callable[[list[Any], Reader], None]
"""A function that adds to the rows of a page what their cells read."""


@dataclass(frozen=True)
class Column:
    """A column: ``value`` is what an export writes, ``cell`` the part that draws it.

    ``value`` is a function of the row, or the path from the row to it, which is the name of the
    column unless something else is said. ``order`` are the fields of the database to sort by,
    none if it cannot be sorted by; ``shown`` is whether it is there before somebody chooses. The
    ``main`` one is the link.
    """

    name: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    cell: str = PLAIN
    order: Sequence[str] = ()
    shown: bool = True
    main: bool = False

    def of(self, row: Any) -> Any:
        """What the column says of a row; None where it, or something on the path, is missing."""
        if callable(self.value):
            return self.value(row)
        found = row
        for name in (self.value or self.name).split("."):
            found = getattr(found, name) if found is not None else None
        said = found() if callable(found) else found
        return None if said == "" else said


def day(name: str, label: Text, path: str, **more: Any) -> Column:
    """A column of a day, by which the list can be sorted."""
    return Column(name, label, path, **{"cell": DAY, "order": [path.replace(".", "__")], **more})


STATE = Column("state", _("状态"), "get_state_display", cell=STATE_BADGE, order=["state"])
"""In what state a row is."""


def arranged(
    columns: Sequence[Column], *, shown: Collection[str] = (), hidden: Collection[str] = ()
) -> tuple[Column, ...]:
    """The columns, of which those ``shown`` stand there at first and those ``hidden`` do not."""
    return tuple(
        replace(one, shown=(one.shown or one.name in shown) and one.name not in hidden)
        for one in columns
    )


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """A list of work.

    ``rows`` gives the rows that a person sees at a moment, filtered by visibility already;
    ``related`` are the rows beside each that its cells read, and ``prepare`` adds to the rows of
    one page what else they read, in a constant number of queries. ``session`` is the path from a
    row to its session, empty where the choice of a session does not narrow the list. ``bulk``
    are the steps that can be taken on many: methods of the model of its rows, which its filters
    know, or ``model`` where they do not. ``comes_next`` says, when it is empty, when something
    will stand here. ``tab`` is the tab at which the pages of its rows open, ``bulk_extras`` a part
    with further buttons for the chosen rows. A family of lists that have much in common is a
    subclass with defaults of its own.
    """

    slug: str
    label: Text
    icon: str
    section: Section
    roles: Collection[str]
    rows: Rows
    columns: Sequence[Column]
    page_of: Callable[[Any], str]
    comes_next: Text
    related: Sequence[str] = ()
    filterset: type[FilterSet] = FilterSet
    order: Sequence[str | OrderBy] = ("-id",)
    prepare: Prepare | None = None
    session: str = ""
    bulk: Sequence[Callable[..., Any]] = ()
    model: type[Model] | None = None
    tools: str = ""
    counted: bool = True
    tab: str = ""
    bulk_extras: str = ""

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("worklist", args=[self.slug])

    @property
    def row_model(self) -> type[Model] | None:
        """The model of its rows, as far as it is declared."""
        return self.model or self.filterset._meta.model

    @property
    def entry(self) -> NavigationEntry:
        """Its line in the navigation."""
        return NavigationEntry(
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


def add(*lines: Worklist | NavigationEntry) -> None:
    """Declare the lines of the navigation in their order: lists, and other pages.

    Raises ImproperlyConfigured for a second list of one slug.
    """
    for line in lines:
        if isinstance(line, Worklist) and WORKLISTS.setdefault(line.slug, line) is not line:
            raise ImproperlyConfigured(f"Two lists have the slug {line.slug}: rename one.")
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
    def filters(self) -> QueryDict:
        """The parameters that narrow the list, the empty ones left out."""
        found = QueryDict(mutable=True)
        for name in self.worklist.filterset.base_filters:
            values = [value for value in self.asked.getlist(name) if value.strip()]
            if values:
                found.setlist(name, values)
        return found

    @cached_property
    def base(self) -> QuerySet[Any]:
        """The rows of the list, before any filter, in the chosen session."""
        rows = self.worklist.rows(self.reader)
        if self.worklist.related:
            rows = rows.select_related(*self.worklist.related)
        chosen = chosen_session(self.reader) if self.worklist.session else None
        if chosen is not None and "session" not in self.filters:
            rows = rows.filter(**{self.worklist.session: chosen.pk})
        return rows

    @cached_property
    def filterset(self) -> FilterSet:
        """The filters as they are set."""
        return self.worklist.filterset(self.filters, queryset=self.base, request=self.request)

    @cached_property
    def is_valid(self) -> bool:
        """Whether the filters say something that can be looked for."""
        return bool(self.filterset.is_valid())

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows that the filters leave, in their order; none if a filter makes no sense."""
        if not self.is_valid:
            return self.base.none()
        return self.filterset.qs.order_by(*self.order)

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
        return drawn(self.filterset)

    @cached_property
    def pills(self) -> list[Pill]:
        """The filters that are set, each with the address without it."""
        return pills(self.filterset, self.filters)

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

    def position_query(self, position: int) -> str:
        """The query by which the page of a row knows its place in this list."""
        place = {"list": self.worklist.slug, "in": self.query, "at": position}
        return urlencode({**({"tab": self.worklist.tab} if self.worklist.tab else {}), **place})


def _turned(name: str, down: bool) -> OrderBy:
    """The field upwards or down; rows that have none stand last either way."""
    value = F(name.removeprefix("-"))
    if name.startswith("-") != down:
        return value.desc(nulls_last=True)
    return value.asc(nulls_last=True)
