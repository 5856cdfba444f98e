"""A whole year, act by act: every step a call to the API by the person who takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from multiprocessing import get_context
from random import Random

from django.db import connections
from django.utils import timezone

from members.enums import PeriodKind
from proposals.year import afterwards, answering, assigning, deciding, intake
from proposals.year.company import Company, gather
from proposals.year.life import Fate
from proposals.year.plan import plan, texts_of
from proposals.year.scenario import Path, Scenario
from proposals.year.story import Story

Watch = Callable[[str, Iterable[Story], int], Iterable[Story]]
"""Passes on the stories of an act, by name and number, and may show how far it has come."""


def silently(_name: str, stories: Iterable[Story], _count: int) -> Iterable[Story]:
    """Shows nothing."""
    return stories


@dataclass
class Year:
    """A year to be played: the plan, the people, and one story for each proposal.

    Up to the assignment one thing happens after the other, so that the same seed gives the
    same numbers. From then on every proposal goes its own way, and ``processes`` share them.
    """

    scenario: Scenario
    company: Company
    stories: list[Story]
    watch: Watch = field(default=silently)
    processes: int = 1

    @classmethod
    def prepare(
        cls,
        scenario: Scenario,
        seed: int,
        code: str,
        watch: Watch = silently,
        processes: int = 1,
    ) -> Year:
        """Set up the committee and lay out the stories; the same seed gives the same year."""
        rng = Random(f"{code}:{seed}")  # noqa: S311 -- invented people, not secrets
        company = gather(scenario, rng, code, _morning(scenario.term.begins_on))
        lives = plan(scenario, seed)
        stories = [
            Story(life, text, scenario, company, Random(life.text_seed))  # noqa: S311 -- texts
            for life, text in zip(lives, texts_of(scenario, lives), strict=True)
        ]
        return cls(scenario, company, stories, watch, processes)

    def play(self) -> None:
        """All acts, in the order of the year."""
        session = [s for s in self.stories if s.life.period == PeriodKind.SESSION]
        between = [s for s in self.stories if s.life.period == PeriodKind.INTERSESSION]
        closed_at = self.scenario.session.collection_closes_at
        meeting_at = _morning(self.scenario.session.closes_on) + timedelta(days=21)
        self._take_in(session)
        self._decide(session, closed_at + timedelta(hours=40))
        self._assign(session, meeting_at)
        self._take_in(between)
        for story in between:
            self._decide([story], story.life.received_at + timedelta(days=1))
            self._assign([story], story.life.received_at + timedelta(days=12))
        self._handle([s for s in [*session, *between] if s.life.fate == Fate.FILED])

    def finish(self, story: Story) -> None:
        """One assigned proposal, from the units' signature to what became of it."""
        assigning.settle_returns(story)
        assigning.acknowledge(story)
        if story.life.on(Path.RETURN_LATE):
            assigning.ask_too_late(story, story.later(story.assigned_at, 15, 18))
        answering.handle(story)
        afterwards.conclude(story)
        afterwards.look_after(story, self.scenario.session.closes_on.year)

    def _take_in(self, stories: list[Story]) -> None:
        for story in self.watch("收件", stories, len(stories)):
            intake.hand_in(story)
            if story.life.on(Path.REVISED):
                intake.revise(story)
            intake.polish(story)
            if story.life.fate == Fate.WITHDRAWN:
                deciding.withdraw(story)

    def _decide(self, stories: list[Story], at: datetime) -> None:
        """Hosts before what is merged into them."""
        decided = [s for s in stories if s.life.fate in deciding.OUTCOMES]
        decided.sort(key=lambda story: story.life.fate == Fate.MERGED)
        for story in self.watch("审查", decided, len(decided)):
            host = None if story.life.host is None else self.stories[story.life.host]
            done_at = deciding.examine(story, at, host)
            deciding.decide(story, story.later(max(done_at, at), 1, 2), host)

    def _assign(self, stories: list[Story], at: datetime) -> None:
        filed = [s for s in stories if s.life.fate == Fate.FILED]
        for story in filed:
            if story.life.on(Path.PRE_ASSIGNED, Path.PRE_ASSIGNMENT_OBJECTED):
                assigning.ask_first(story, story.later(at - timedelta(days=5), 0, 1))
        assigning.assign_batches(filed, self.company, at)
        for story in filed:
            if story.life.batch is None:
                assigning.assign_singly(story, story.working_hour(at))

    def _handle(self, stories: list[Story]) -> None:
        """Finish every story, here or in processes that share them."""
        if self.processes == 1:
            for story in self.watch("办理", stories, len(stories)):
                self.finish(story)
            return
        connections.close_all()  # every process opens its own
        Shared.year, Shared.stories = self, stories
        with get_context("fork").Pool(self.processes) as pool:
            done = pool.imap_unordered(_finish, range(len(stories)), chunksize=4)
            for _story in self.watch("办理", map(stories.__getitem__, done), len(stories)):
                continue


class Shared:
    """What forked processes inherit: the year, and the stories that they share."""

    year: Year
    stories: list[Story]


def _finish(number: int) -> int:
    Shared.year.finish(Shared.stories[number])
    return number


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
