"""A whole year, act by act: every step a call to the API by the person who takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from multiprocessing import get_context
from multiprocessing.pool import Pool
from random import Random
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from demo import afterwards, answering, assigning, deciding, intake, supervising
from demo.company import Company, gather
from demo.life import Fate
from demo.plan import complete, plan, texts_of
from demo.scenario import Path, Scenario, Stage
from demo.story import Story
from members.enums import PeriodKind
from members.models import Committee
from supervision.sweeps import sweep

LEARNT = ("id", "text", "rng")
"""What a story learns before it is assigned, and takes along from one process to the next."""

WORTH_SHARING = 8
"""Fewer stories than that are played faster than processes are begun."""

UNFINISHED = (Stage.HANDLING, Stage.DRAFTING, Stage.REPLIED)
"""Where something is still owed when the year ends, so that its reminders come."""

Result = TypeVar("Result")
Watch = Callable[[str, Iterable[Story], int], Iterable[Story]]
"""Passes on the stories of an act, by name and number, and may show how far it has come."""


def silently(_name: str, stories: Iterable[Story], _count: int) -> Iterable[Story]:
    """Shows nothing."""
    return stories


@dataclass
class Year:
    """A year to be played: the plan, the people, and one story for each proposal.

    What gives out numbers happens one after the other, so that the same seed gives the same
    numbers. In between every proposal goes its own way, and ``processes`` share them.
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

    @contextmanager
    def own_clock(self) -> Iterator[None]:
        """Until this ends, however it does, no sweep by the clock looks at the committee."""
        committee = Committee.objects.filter(pk=self.company.committee.pk)
        committee.update(has_own_clock=True)
        try:
            yield
        finally:
            committee.update(has_own_clock=False)

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
        last_day = date(self.scenario.session.closes_on.year, 12, 31)
        owing = [s.id for s in self.stories if s.life.stage in UNFINISHED]
        if owing:
            sweep(among=Q(proposal__in=owing), until=_morning(last_day))

    def go_on(self) -> None:
        """What came in after the roll-over is handled in the next year, and answered well."""
        left = [story for story in self.stories if story.life.fate == Fate.NEXT_SESSION]
        if not left or self.scenario.next_session is None:
            return
        for story in left:
            complete(self.scenario, story.life)
        closed_at = self.scenario.next_session.collection_closes_at
        self._decide(left, closed_at + timedelta(hours=40))
        self._assign(left, closed_at + timedelta(days=21))
        self._handle(left)

    def finish(self, story: Story) -> None:
        """One assigned proposal, from the units' signature to what became of it."""
        assigning.settle_returns(story)
        assigning.acknowledge(story)
        if story.life.on(Path.RETURN_LATE):
            assigning.ask_too_late(story, story.later(story.assigned_at, 15, 18))
        supervising.supervise(story)
        answering.handle(story)
        afterwards.conclude(story)
        afterwards.look_after(story, self.scenario.session.closes_on.year)

    def _take_in(self, stories: list[Story]) -> None:
        """Written and looked after by many at once; handed in one after the other."""
        for story in stories:
            intake.choose_proposer(story)
        self._share("起草", intake.write, stories)
        for story in self.watch("收件", stories, len(stories)):
            intake.hand_in(story)
        self._share("修改", intake.look_after, stories)

    def _decide(self, stories: list[Story], at: datetime) -> None:
        """Examined by many at once; decided in order, hosts before what is merged into them."""
        decided = [s for s in stories if s.life.fate in deciding.OUTCOMES]
        decided.sort(key=lambda story: story.life.fate == Fate.MERGED)

        def examine(story: Story) -> datetime:
            return deciding.examine(story, at, self._host(story))

        done = self._share("审查", examine, decided)
        for story, done_at in zip(self.watch("审定", decided, len(decided)), done, strict=True):
            deciding.decide(story, story.later(max(done_at, at), 1, 2), self._host(story))

    def _host(self, story: Story) -> Story | None:
        return None if story.life.host is None else self.stories[story.life.host]

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
        """Finish every story."""
        self._share("办理", self.finish, stories)

    def _share(
        self, name: str, act: Callable[[Story], Result], stories: list[Story]
    ) -> list[Result]:
        """Do the same for every story, here or in processes that share them; the results."""
        if self.processes == 1 or len(stories) < WORTH_SHARING:
            return [act(story) for story in self.watch(name, stories, len(stories))]
        connections.close_all()  # every process opens its own
        Shared.act, Shared.stories = act, stories
        results: dict[int, Result] = {}

        def done(pool: Pool) -> Iterator[Story]:
            numbers = range(len(stories))
            for number, known, result in pool.imap_unordered(_play, numbers, chunksize=4):
                vars(stories[number]).update(known)
                results[number] = result
                yield stories[number]

        with get_context("fork").Pool(self.processes) as pool:
            for _story in self.watch(name, done(pool), len(stories)):
                continue
        return [results[number] for number in range(len(stories))]


class Shared:
    """What forked processes inherit: what to do, and the stories that they share."""

    act: Callable[[Story], Any]
    stories: list[Story]


def _play(number: int) -> tuple[int, dict[str, Any], Any]:
    """Act in a forked process; what is then known of the story goes back with the result."""
    story = Shared.stories[number]
    result = Shared.act(story)
    return number, {name: getattr(story, name) for name in LEARNT}, result


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
