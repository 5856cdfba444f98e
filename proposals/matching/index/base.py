"""The interface of an index; tests/proposals/matching/index_suite.py checks implementations."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db.models import Q

from proposals.matching.index.query_tree import Expression, Where
from proposals.matching.likeness import Vector
from proposals.models import IndexEntry

PUBLISHED = 0
"""The scope of what every committee may be shown; any other scope is a committee's key."""


class Index(ABC):
    """Finds proposals by likeness and by words; holds nothing that cannot be made anew."""

    @abstractmethod
    def put(self, entries: Sequence[IndexEntry]) -> None:
        """Store the entries, each in place of the one that the proposal had."""

    @abstractmethod
    def drop(self, proposals: Iterable[int]) -> None:
        """Forget the entries of these proposals; those it does not have are no error."""

    @abstractmethod
    def nearest(self, words: Vector, scope: int, limit: int) -> list[int]:
        """Keys of up to ``limit`` proposals of the scope that share the weightiest words.

        Best first, by an approximation: the caller compares the whole profiles.
        """

    @abstractmethod
    def match(self, asked: Expression, where: Where = Where.TEXT) -> Q:
        """A condition on proposals: what is asked holds in these columns of the entry.

        Columns are searched as one text: of two words, one may stand in the title and the other
        in the body. Nothing asked, an ``AllOf`` or ``AnyOf`` without parts: nothing matches.
        """

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Around the statements of one search; an index may prepare its database for them."""
        yield

    @abstractmethod
    def size(self) -> int:
        """Bytes on disk, of entries and everything that helps to find them."""
