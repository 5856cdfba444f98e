"""What an index must do, whatever keeps it; tests/proposals/matching/index_suite.py checks it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from proposals.matching.likeness import Vector
from proposals.models import IndexEntry

PUBLISHED = 0
"""The scope of what every committee may be shown; any other scope is a committee's key."""


@dataclass(frozen=True)
class Asked:
    """A word that a hit must contain; with ``prefix`` its beginning is enough."""

    word: str
    prefix: bool = False


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
    def match(self, asked: Sequence[Asked], *, inner: bool = False) -> Q:
        """A condition on proposals: every word asked for occurs in title or body.

        With ``inner`` the inner words count too. No word asked for: nothing matches.
        """

    @abstractmethod
    def match_any(self, asked: Sequence[Asked], *, inner: bool = False) -> Q:
        """A condition on proposals: at least one of the words occurs."""

    @abstractmethod
    def size(self) -> int:
        """Bytes on disk, of entries and everything that helps to find them."""
