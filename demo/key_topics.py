"""Key topics, from the nomination to the report.

A key proposal is nominated, chosen by the chairpersons' meeting, announced, and supervised
while its unit works on it. Of every five plans one misses its last milestone, which is told to
the leaders before it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q

from demo.api_user import ApiUser
from demo.case import Case
from demo.engine import Script
from demo.letters import Note
from demo.scenario import Deviation
from members.enums import BodyKind, Role, SupervisionMethod
from members.models import Body
from supervision.models.topic_subject import on_topics

MILESTONES = (
    (7, SupervisionMethod.RESEARCH, "调研提案所提情况"),
    (11, SupervisionMethod.CONSULTATION, "召开协商座谈会，听取承办单位和提案者意见"),
    (16, SupervisionMethod.SITE, "现场督办，查看落实进展"),
)
"""Days after the assignment, method and name of what every plan has."""

ONE_MISSES_OF = 5
"""One plan in so many misses a milestone."""


def choose(case: Case) -> Script:
    """The committee nominates it, the chairpersons' meeting fixes it, and it is announced."""
    yield case.until(case.later(case.at, 1, 2))
    nominate(case, case.at)
    yield case.until(case.at + timedelta(hours=1))
    list_it(case, case.at)
    yield case.until(case.at + timedelta(hours=19))
    bodies = case.people.bodies[BodyKind.SPECIAL_COMMITTEE]
    decide(case, case.at, case.rng.choice(bodies) if bodies else None)


def nominate(case: Case, at: datetime) -> None:
    """The office recommends that it become a key topic."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    reason = case.write(Note.KEY)
    receipt = clerk.post("key-topics/nominate/", at, proposals=[case.id], reason=reason)
    case.topic = receipt.id


def list_it(case: Case, at: datetime) -> None:
    """Put it on the list for the chairpersons' meeting."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    clerk.post(f"key-topics/{case.topic}/put-on-list/", at)


def decide(case: Case, meeting: datetime, body: Body | None) -> None:
    """The meeting chooses it and names the leader and who helps; it is announced afterwards."""
    people, path = case.people, f"key-topics/{case.topic}"
    director = people.office(Role.COMMITTEE_DIRECTOR)
    director.post(
        f"{path}/decide/",
        meeting,
        meeting="主席会议",
        met_on=meeting.date().isoformat(),
        supervisors=[people.office(Role.LEADING_SUPERVISOR).user.pk],
        supervising_body=body.pk if body else None,
        participants="提案委员会、承办单位、部分委员",
        methods=[method.value for _day, method, _name in MILESTONES],
    )
    director.post(f"{path}/announce/", meeting + timedelta(hours=1))


def supervise(case: Case) -> Script:
    """Plan, activities, milestones and report, before the unit replies."""
    if not case.topic:
        return
    by, start = _supervisor(case), case.assigned_at
    pace = 0.4 if case.plan.has(Deviation.URGENT) else 1.0
    days = [max(1, round(day * pace)) for day, _method, _name in MILESTONES]
    at = start + timedelta(hours=8)
    yield at
    numbers = make_plan(case, at, by, [(start + timedelta(days=day)).date() for day in days])
    misses = case.rng.randrange(ONE_MISSES_OF) == 0
    for number, day, (_day, method, name) in zip(numbers, days, MILESTONES, strict=True):
        due = start + timedelta(days=day)
        if misses and number == numbers[-1]:
            at = due + timedelta(days=2)
            yield at
            case.people.office(Role.COMMITTEE_CLERK).post(
                f"milestones/{number}/escalate/", at, reason="承办单位工作冲突，现场督办推迟"
            )
            at += timedelta(hours=20)
        else:
            at = due - timedelta(hours=3)
        yield at
        meet(case, number, method, name, at, by)
    yield from _report(case, at + timedelta(hours=6), by, instructed=misses)


def make_plan(case: Case, at: datetime, by: ApiUser, due: Sequence[date]) -> list[int]:
    """The plan of supervision, its milestones ``due`` in order; returns their keys."""
    rows = [
        {"name": name, "method": method.value, "due_on": day}
        for day, (_number, method, name) in zip(due, MILESTONES, strict=True)
    ]
    receipt = by.post(
        f"key-topics/{case.topic}/make-plan/", at, text=case.write(Note.KEY), milestones=rows
    )
    return receipt.ids("milestone", "plan")


def meet(
    case: Case, number: int, method: SupervisionMethod, name: str, at: datetime, by: ApiUser
) -> None:
    """An activity of the plan takes place, and its milestone is met."""
    by.post(
        f"key-topics/{case.topic}/record-activity/",
        at,
        held_at=at - timedelta(hours=2),
        place=case.unit,
        method=method.value,
        people=f"{case.people.office(Role.LEADING_SUPERVISOR).user.name}、提案委员会",
        findings=case.write(Note.COORDINATION),
    )
    by.post(f"milestones/{number}/meet/", at + timedelta(minutes=10), evidence=name)


def instruct(case: Case, at: datetime) -> int:
    """A leader has written an instruction to its unit; returns its key."""
    leader = case.people.office(Role.LEADING_SUPERVISOR)
    receipt = case.people.office(Role.COMMITTEE_CLERK).post(
        f"key-topics/{case.topic}/record-instruction/",
        at,
        leader=leader.user.name,
        text=case.write(Note.LEADER, unit=case.unit),
        given_on=at.date(),
        units=[case.people.units[case.unit].pk],
    )
    (number,) = receipt.ids("instruction", "give")
    return number


def submit_report(case: Case, at: datetime, by: ApiUser) -> None:
    """The report on how it was supervised."""
    text = case.write(Note.COORDINATION)
    by.post(f"key-topics/{case.topic}/submit-report/", at, text=text)


def owed_on(cases: Iterable[Case]) -> Q:
    """The duties on these proposals and on their key topics."""
    topics = [case.topic for case in cases if case.topic]
    return Q(proposal__in=[case.id for case in cases if case.id]) | on_topics(topics)


def _report(case: Case, at: datetime, by: ApiUser, *, instructed: bool) -> Script:
    """The report, accepted by the leader; where something went wrong, with an instruction."""
    if instructed:
        yield at
        number = instruct(case, at)
        at += timedelta(hours=20)
        yield at
        evidence = case.write(Note.COMMITMENT_EVIDENCE, unit=case.unit)
        case.people.liaison(case.unit).post(
            f"instructions/{number}/follow-up/", at, evidence=evidence
        )
    yield at + timedelta(hours=1)
    submit_report(case, at + timedelta(hours=1), by)
    yield at + timedelta(hours=2)
    case.people.office(Role.LEADING_SUPERVISOR).post(
        f"key-topics/{case.topic}/accept-report/", at + timedelta(hours=2)
    )


def _supervisor(case: Case) -> ApiUser:
    """The contact of the body that helps to supervise; else the office."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    topic = clerk.get(f"key-topics/{case.topic}/", case.assigned_at)
    body = topic["supervising_body"]
    if body is None:
        return clerk
    return case.people.contact(body["id"] if isinstance(body, dict) else body)
