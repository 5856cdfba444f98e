"""One proposal on its way to the present, and the order in which everybody acts."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.present.days import Days, moment
from demo.story import LONG_AGO, Story

Script = Iterator[datetime]
"""Gives the moment of its next act, and takes that act when it is resumed."""


@dataclass(eq=False)
class Scene:
    """A story with the moment that it has come to."""

    story: Story
    days: Days
    at: datetime = LONG_AGO

    def on(self, day: date) -> datetime:
        """Go on to a working hour of ``day``, never back; returns the moment."""
        return self.until(self.story.working_hour(moment(day, 9)))

    def until(self, at: datetime) -> datetime:
        """Go on to a moment, never back; returns it."""
        self.at = max(at, self.at + timedelta(minutes=5))
        return self.at

    @property
    def unit(self) -> str:
        """The first unit that answers."""
        return self.story.life.tasks[0].unit


def play(scripts: Iterable[Script], day_passes: Callable[[date], None]) -> None:
    """Run all scripts together in the order of their moments.

    ``day_passes`` is told of each day before its first act.
    """
    waiting: list[tuple[datetime, int, Script]] = []
    for number, script in enumerate(scripts):
        first = next(script, None)
        if first is not None:
            heapq.heappush(waiting, (first, number, script))
    today = None
    while waiting:
        at, number, script = heapq.heappop(waiting)
        if at.date() != today:
            today = at.date()
            day_passes(today)
        following = next(script, None)
        if following is not None:
            heapq.heappush(waiting, (following, number, script))
