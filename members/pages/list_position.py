"""The position of a row in the list that it was opened from: the row before and the row after."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from members.pages.page_context import Length
from members.pages.worklist import FARTHEST, WORKLISTS, Listing
from members.reader import Reader


@dataclass
class ListPosition:
    """Where the page of a row stands in a filtered list.

    A row that is done with leaves most lists, and the next one moves up to its ``position``. The
    row is known by one of its ``pages``, or by the ``key`` of its page where none are named.
    """

    listing: Listing
    position: int
    key: int
    pages: Sequence[str] = ()

    @cached_property
    def _around(self) -> list[Any]:
        """The rows here, each with how long the list is: pages read both in one query.

        What the cells of the list would have read ahead, nobody asks of these.
        """
        first = max(self.position - 2, 0)
        rows = self.listing.rows.prefetch_related(None).annotate(long=Length(self._bounded))
        return list(rows[first : self.position + 1])

    @property
    def _bounded(self) -> QuerySet[Any]:
        return self.listing.rows.order_by()[: FARTHEST + 1].values("pk")

    @cached_property
    def _at(self) -> int | None:
        """Where in ``_around`` the row of this page is, if it is still in the list."""
        for place, row in enumerate(self._around):
            page = self.listing.worklist.page_of(row)
            if page in self.pages or (not self.pages and self._page_key(row) == self.key):
                return place
        return None

    def _page_key(self, row: Any) -> int:
        """The key in the address of the row's page, which may be that of a proposal."""
        return int(self.listing.worklist.page_of(row).rstrip("/").rpartition("/")[2])

    @property
    def previous(self) -> str:
        """The page of the row before, or nothing."""
        if self._at is not None:
            return self._page(self._around[self._at - 1], self.position - 1) if self._at else ""
        before = self._around[: 1 if self.position > 1 else 0]
        return self._page(before[0], self.position - 1) if before else ""

    @property
    def next(self) -> str:
        """The page of the row after; of a row that has left, of the one in its place."""
        if self._at is not None:
            after = self._around[self._at + 1 : self._at + 2]
            return self._page(after[0], self.position + 1) if after else ""
        here = self._around[1 if self.position > 1 else 0 :][:1]
        return self._page(here[0], self.position) if here else ""

    def _page(self, row: Any, position: int) -> str:
        return f"{self.listing.worklist.page_of(row)}?{self.listing.position_query(position)}"

    @cached_property
    def count(self) -> int:
        """How long the list is, as far as it is counted."""
        if self._around:
            return int(self._around[0].long)
        return self._bounded.count() if self.position > 2 else 0  # else it was read from its start

    @property
    def list_url(self) -> str:
        """The list with its filters."""
        query = self.listing.query
        return f"{self.listing.worklist.url}?{query}" if query else self.listing.worklist.url

    @property
    def query(self) -> str:
        """The part of the address that carries the position on."""
        return self.listing.position_query(self.position)


def list_position_of(
    request: HttpRequest, reader: Reader, key: int, pages: Sequence[str] = ()
) -> ListPosition | None:
    """The position that the address carries, if it names a list of the reader's.

    ``pages`` are the addresses that the row can have there: its own, or that of its proposal.
    """
    asked = request.POST if request.method == "POST" and "list" in request.POST else request.GET
    worklist = WORKLISTS.get(asked.get("list", ""))
    position = asked.get("at", "")
    if worklist is None or not position.isdecimal() or not worklist.is_for(reader):
        return None
    listing = Listing(worklist, reader, request, QueryDict(asked.get("in", "")))
    return ListPosition(listing, max(1, min(int(position[:6]), FARTHEST)), key, pages)


def carried(request: HttpRequest) -> str:
    """The position in the address as it is, to be put on another address of the same row."""
    names = ("list", "in", "at")
    return urlencode({name: request.GET[name] for name in names if name in request.GET})
