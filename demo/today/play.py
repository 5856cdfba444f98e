"""Playing the present session, from its opening to the evening before the visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from random import Random

from django.db.models import Q

from demo.days import Days, moment
from demo.engine import Script, Tell, run, silently
from demo.key_topics import owed_on
from demo.people import People
from demo.scenario import Scenario
from demo.today import opening
from demo.today.session import Login, TodaysSession
from demo.today.todays_cases import scripts
from demo.year import Year
from members import clock
from members.enums import Role
from members.services import mark_read
from proposals.enums import ProposalState
from proposals.matching import indexing, scan
from proposals.models import MergeCandidate
from supervision.sweeps import sweep

READ_UNTIL = 7
"""The people of the visit have read what is older than so many days."""

CLOSING_TIME = 17
"""The hour at which a scan for merge candidates is run on the last day of work."""


def is_over(scenario: Scenario, today: date) -> bool:
    """Whether a year, with what came of it, lies before the session that is present today."""
    return opening.begins_on(Days(today)).year > scenario.session.closes_on.year + 1


def continue_to_today(
    year: Year,
    seed: int,
    today: date,
    *,
    prefix: str = "",
) -> list[Login]:
    """Settle in the years between what a played year has left open, then play today's session."""
    year.play_rolled_over()
    left = [
        *opening.promises_kept(year.people, year.cases),
        *opening.followed_up(year.cases, year.scenario),
    ]
    run(left, year.tell)
    return play_todays_session(
        year.people, year.scenario, seed, today, prefix=prefix, tell=year.tell
    )


def seeded_random(seed: int, today: date) -> Random:
    """Chance that is the same for the same seed and day."""
    return Random(f"{seed}:{today}")  # noqa: S311 -- invented people


def play_todays_session(
    people: People,
    scenario: Scenario,
    seed: int,
    today: date,
    *,
    prefix: str = "",
    tell: Tell = silently,
) -> list[Login]:
    """Play the session up to ``today``; returns the people whom a visitor can sign in as.

    Each day is swept before its first step. A ``prefix`` tells their usernames from those of real
    people; then there is no administrator of the platform among them.
    """
    days = Days(today)
    people, scenario = opening.open_session(people, scenario, days)
    session = TodaysSession(people, scenario, days, seeded_random(seed, today))
    logins = session.logins(prefix)
    readers = _readers(logins, moment(days.about(READ_UNTIL), 18))

    def day_begins(day: date) -> None:
        sweep(among=owed_on(session.cases), until=moment(day, 0))

    run([*scripts(session), readers], tell, day_begins)
    _look_for_candidates(people, moment(days.last, CLOSING_TIME))
    day_begins(today)
    return logins


def _readers(logins: Sequence[Login], at: datetime) -> Script:
    yield at
    with clock.at(at):
        for login in logins:
            mark_read(notices=login.user.notices.all(), at=at)


def _look_for_candidates(people: People, at: datetime) -> None:
    """The office has the session scanned, and decides at once on what is not new."""
    with clock.at(at):
        indexing.catch_up()
        indexing.recount(at=at)
        while indexing.reweigh():
            indexing.catch_up()
        clerk = people.office(Role.COMMITTEE_CLERK)
        ordered = scan.ask(people.session, clerk.user, at)
        scan.run(ordered.pk, at)
    fresh = Q(members__proposal__state=ProposalState.SUBMITTED)
    of_one_kind = MergeCandidate.objects.filter(scan=ordered).exclude(fresh)
    for key in of_one_kind.order_by("pk").values_list("pk", flat=True):
        clerk.post(f"merge-candidates/{key}/relate/", at, note="事项相近，分别办理")
