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

from demo import answering, assigning, feedback, key_topics, proposing, reviewing
from demo.case import Case
from demo.case_plan import Outcome
from demo.days import ONE_DAY, Days
from demo.people import People, set_up
from demo.planning import complete, plan_cases, texts_of
from demo.scenario import Path, Scenario, Stage
from members.enums import PeriodKind
from members.models import Committee
from supervision.sweeps import sweep

LEARNT = ("id", "text", "rng")
"""What a case learns before it is assigned, and takes along from one process to the next."""

WORTH_SHARING = 8
"""Fewer cases than that are played faster than processes are begun."""

UNFINISHED = (Stage.HANDLING, Stage.DRAFTING, Stage.REPLIED)
"""Where something is still owed when the year ends, so that its reminders come."""

Result = TypeVar("Result")
Watch = Callable[[str, Iterable[Case], int], Iterable[Case]]
"""Passes on the cases of an act, by name and number, and may show how far it has come."""


def silently(_name: str, cases: Iterable[Case], _count: int) -> Iterable[Case]:
    """Shows nothing."""
    return cases


@dataclass
class Year:
    """A year to be played: the plan, the people, and one case for each proposal.

    What gives out numbers happens one after the other, so that the same seed gives the same
    numbers. In between every proposal goes its own way, and ``processes`` share them.
    """

    scenario: Scenario
    people: People
    cases: list[Case]
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
        """Set up the committee and lay out the cases; the same seed gives the same year."""
        rng = Random(f"{code}:{seed}")  # noqa: S311 -- invented people, not secrets
        people = set_up(scenario, rng, code, _morning(scenario.term.begins_on))
        plans, days = plan_cases(scenario, seed), Days(date.max - ONE_DAY * 99)
        cases = [
            Case(plan, text, scenario, people, Random(plan.text_seed), days)  # noqa: S311 -- texts
            for plan, text in zip(plans, texts_of(scenario, plans), strict=True)
        ]
        return cls(scenario, people, cases, watch, processes)

    @contextmanager
    def own_clock(self) -> Iterator[None]:
        """Until this ends, however it does, no sweep by the clock looks at the committee."""
        committee = Committee.objects.filter(pk=self.people.committee.pk)
        committee.update(has_own_clock=True)
        try:
            yield
        finally:
            committee.update(has_own_clock=False)

    def play(self) -> None:
        """All acts, in the order of the year."""
        session = [s for s in self.cases if s.plan.period == PeriodKind.SESSION]
        between = [s for s in self.cases if s.plan.period == PeriodKind.INTERSESSION]
        closed_at = self.scenario.session.collection_closes_at
        meeting_at = _morning(self.scenario.session.closes_on) + timedelta(days=21)
        self._take_in(session)
        self._decide(session, closed_at + timedelta(hours=40))
        self._assign(session, meeting_at)
        self._take_in(between)
        for case in between:
            self._decide([case], case.plan.received_at + timedelta(days=1))
            self._assign([case], case.plan.received_at + timedelta(days=12))
        self._handle([s for s in [*session, *between] if s.plan.outcome == Outcome.FILED])
        last_day = date(self.scenario.session.closes_on.year, 12, 31)
        owing = [s.id for s in self.cases if s.plan.stage in UNFINISHED]
        if owing:
            sweep(among=Q(proposal__in=owing), until=_morning(last_day))

    def go_on(self) -> None:
        """What came in after the roll-over is handled in the next year, and answered well."""
        left = [case for case in self.cases if case.plan.outcome == Outcome.NEXT_SESSION]
        if not left or self.scenario.next_session is None:
            return
        for case in left:
            complete(self.scenario, case.plan)
        closed_at = self.scenario.next_session.collection_closes_at
        self._decide(left, closed_at + timedelta(hours=40))
        self._assign(left, closed_at + timedelta(days=21))
        self._handle(left)

    def finish(self, case: Case) -> None:
        """One assigned proposal, from the units' signature to what became of it."""
        assigning.settle_returns(case)
        assigning.acknowledge(case)
        if case.plan.on(Path.RETURN_LATE):
            assigning.ask_too_late(case, case.later(case.assigned_at, 15, 18))
        key_topics.supervise(case)
        answering.handle(case)
        feedback.conclude(case)
        feedback.look_after(case, self.scenario.session.closes_on.year)

    def _take_in(self, cases: list[Case]) -> None:
        """Written and looked after by many at once; handed in one after the other."""
        for case in cases:
            proposing.choose_proposer(case)
        self._share("起草", proposing.write, cases)
        for case in self.watch("收件", cases, len(cases)):
            proposing.hand_in(case)
        self._share("修改", proposing.look_after, cases)

    def _decide(self, cases: list[Case], at: datetime) -> None:
        """Examined by many at once; decided in order, hosts before what is merged into them."""
        decided = [s for s in cases if s.plan.outcome in reviewing.REVIEW_OUTCOMES]
        decided.sort(key=lambda case: case.plan.outcome == Outcome.MERGED)

        def examine(case: Case) -> datetime:
            return reviewing.examine(case, at, self._host(case))

        done = self._share("审查", examine, decided)
        for case, done_at in zip(self.watch("审定", decided, len(decided)), done, strict=True):
            reviewing.decide(case, case.later(max(done_at, at), 1, 2), self._host(case))

    def _host(self, case: Case) -> Case | None:
        return None if case.plan.host is None else self.cases[case.plan.host]

    def _assign(self, cases: list[Case], at: datetime) -> None:
        filed = [s for s in cases if s.plan.outcome == Outcome.FILED]
        for case in filed:
            if case.plan.on(Path.PRE_ASSIGNED, Path.PRE_ASSIGNMENT_OBJECTED):
                assigning.ask_first(case, case.later(at - timedelta(days=5), 0, 1))
        assigning.assign_batches(filed, self.people, at)
        for case in filed:
            if case.plan.batch is None:
                assigning.assign_singly(case, case.working_hour(at))

    def _handle(self, cases: list[Case]) -> None:
        """Finish every case."""
        self._share("办理", self.finish, cases)

    def _share(self, name: str, act: Callable[[Case], Result], cases: list[Case]) -> list[Result]:
        """Do the same for every case, here or in processes that share them; the results."""
        if self.processes == 1 or len(cases) < WORTH_SHARING:
            return [act(case) for case in self.watch(name, cases, len(cases))]
        connections.close_all()  # every process opens its own
        Shared.act, Shared.cases = act, cases
        results: dict[int, Result] = {}

        def done(pool: Pool) -> Iterator[Case]:
            numbers = range(len(cases))
            for number, known, result in pool.imap_unordered(_play, numbers, chunksize=4):
                vars(cases[number]).update(known)
                results[number] = result
                yield cases[number]

        with get_context("fork").Pool(self.processes) as pool:
            for _story in self.watch(name, done(pool), len(cases)):
                continue
        return [results[number] for number in range(len(cases))]


class Shared:
    """What forked processes inherit: what to do, and the cases that they share."""

    act: Callable[[Case], Any]
    cases: list[Case]


def _play(number: int) -> tuple[int, dict[str, Any], Any]:
    """Act in a forked process; what is then known of the case goes back with the result."""
    case = Shared.cases[number]
    result = Shared.act(case)
    return number, {name: getattr(case, name) for name in LEARNT}, result


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
