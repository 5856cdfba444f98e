"""A whole year: every step a call to the API by the person who takes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from random import Random

from demo import answering, assigning, feedback, key_topics, proposing, reviewing
from demo.case import Case
from demo.case_plan import Outcome
from demo.days import ONE_DAY, Days, moment
from demo.engine import Script, Tell, run, run_in_processes, silently
from demo.people import People, set_up
from demo.planning import complete, plan_cases, texts_of
from demo.scenario import Deviation, Scenario, Stage
from members.enums import PeriodKind
from members.models import Committee
from supervision.sweeps import sweep

WORTH_A_PROCESS = 20
"""So many proposals to handle are worth a process of their own."""

FOREVER = Days(date.max - 400 * ONE_DAY)
"""A year is played to its end, whatever day it is."""


@dataclass
class Year:
    """A year to be played: the plan, the people, and one case for each proposal.

    Once assigned, every proposal goes its own way, and ``processes`` share them. Everything that
    gives out numbers, sweeps with their chase documents too, happens in one process, so that the
    same seed gives the same numbers.
    """

    scenario: Scenario
    people: People
    cases: list[Case]
    tell: Tell = silently
    processes: int = 1

    @classmethod
    def prepare(
        cls,
        scenario: Scenario,
        seed: int,
        code: str,
        tell: Tell = silently,
        processes: int = 1,
    ) -> Year:
        """Set up the committee and lay out the cases; the same seed gives the same year."""
        rng = Random(f"{code}:{seed}")  # noqa: S311 -- invented people, not secrets
        people = set_up(scenario, rng, code, moment(scenario.term.begins_on, 9))
        plans = plan_cases(scenario, seed)
        cases = [
            Case(plan, text, scenario, people, Random(plan.text_seed), FOREVER)  # noqa: S311 -- texts
            for plan, text in zip(plans, texts_of(scenario, plans), strict=True)
        ]
        return cls(scenario, people, cases, tell, processes)

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
        """From the first draft to what has become of every proposal."""
        session = [c for c in self.cases if c.plan.period == PeriodKind.SESSION]
        between = [c for c in self.cases if c.plan.period == PeriodKind.INTERSESSION]
        closes_on = self.scenario.session.closes_on
        reviewed_from = self.scenario.session.collection_closes_at + timedelta(hours=40)
        self._run(self._decided(case, reviewed_from) for case in session)
        self._assign(session, moment(closes_on, 9) + timedelta(days=21))
        self._run(self._decided_and_assigned(case) for case in between)
        filed = [c for c in [*session, *between] if c.plan.outcome == Outcome.FILED]
        self._handle(filed, date(closes_on.year, 12, 31))

    def play_rolled_over(self) -> None:
        """What came in after the roll-over is handled in the next year, and answered well."""
        left = [case for case in self.cases if case.plan.outcome == Outcome.NEXT_SESSION]
        session = self.scenario.next_session
        if not left or session is None:
            return
        for case in left:
            complete(self.scenario, case.plan)
        reviewed_from = session.collection_closes_at + timedelta(hours=40)
        self._run(self._reviewed(case, reviewed_from) for case in left)
        self._assign(left, session.collection_closes_at + timedelta(days=21))
        self._handle(left, date(session.closes_on.year, 12, 31))

    def _run(self, scripts: Iterator[Script]) -> None:
        run(scripts, self.tell)

    # -- To the assignment --------------------------------------------------------------------

    def _decided(self, case: Case, reviewed_from: datetime) -> Script:
        proposing.choose_proposer(case)
        yield from proposing.propose(case)
        yield from self._reviewed(case, reviewed_from)

    def _reviewed(self, case: Case, start: datetime) -> Script:
        """Examined and decided on, where it comes to that in the year."""
        if case.plan.outcome in reviewing.REVIEW_OUTCOMES:
            host = None if case.plan.host is None else self.cases[case.plan.host]
            yield from reviewing.examine(case, start, host)
            yield case.until(case.later(case.at, 1, 2))
            yield from reviewing.decide(case, host)

    def _decided_and_assigned(self, case: Case) -> Script:
        received_at = case.plan.received_at
        yield from self._decided(case, received_at + timedelta(days=1))
        yield case.until(case.working_hour(received_at + timedelta(days=12)))
        assigning.assign_singly(case, case.at)

    def _assign(self, cases: list[Case], at: datetime) -> None:
        """Some are asked first; then the meeting hands out its lists, and the rest goes singly."""
        filed = [case for case in cases if case.plan.outcome == Outcome.FILED]
        asked = [
            c
            for c in filed
            if c.plan.has(Deviation.PRE_ASSIGNED, Deviation.PRE_ASSIGNMENT_OBJECTED)
        ]
        self._run(assigning.ask_first(case, at - timedelta(days=5)) for case in asked)
        assigning.assign_batches(filed, self.people, at)
        for case in filed:
            if case.plan.batch is None:
                assigning.assign_singly(case, case.working_hour(at))

    # -- After it -----------------------------------------------------------------------------

    def _handle(self, cases: list[Case], last_day: date) -> None:
        """Play assigned cases to their end; until ``last_day`` they are swept as time goes on."""

        def day_begins(day: date) -> None:
            if day <= last_day:
                sweep(among=key_topics.owed_on(cases), until=moment(day, 0))

        scripts = [_handled(case) for case in cases]
        count = min(self.processes, len(cases) // WORTH_A_PROCESS)
        if count > 1:
            shares = [scripts[start::count] for start in range(count)]
            run_in_processes(shares, self.tell, day_begins)
        else:
            run(scripts, self.tell, day_begins)
        day_begins(last_day)


def _handled(case: Case) -> Script:
    """One assigned proposal, from the units' signature to what became of it."""
    yield from assigning.settle_returns(case)
    yield from assigning.acknowledge(case)
    yield from merge(
        assigning.ask_too_late(case), key_topics.supervise(case), answering.handle(case)
    )
    if case.plan.stage == Stage.CONCLUDED:
        yield from feedback.conclude(case)
    yield from feedback.follow_through(case)
