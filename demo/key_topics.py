"""Key topics, from the nomination to the report.

A key proposal is nominated, chosen by the chairpersons' meeting, announced, and supervised
while its unit works on it. Of every five plans one misses its last milestone, which is told to
the leaders before it is met.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from demo.api_user import ApiUser
from demo.case import Case
from demo.letters import Note
from demo.scenario import Path
from members.enums import BodyKind, Role, SupervisionMethod
from members.models import Body
from supervision.sweeps import sweep

MILESTONES = (
    (7, SupervisionMethod.RESEARCH, "调研提案所提情况"),
    (11, SupervisionMethod.CONSULTATION, "召开协商座谈会，听取承办单位和提案者意见"),
    (16, SupervisionMethod.SITE, "现场督办，查看落实进展"),
)
"""Days after the assignment, method and name of what every plan has."""

ONE_MISSES_OF = 5
"""Of so many plans one misses a milestone."""


def choose(case: Case, at: datetime) -> None:
    """The committee nominates it, the chairpersons' meeting fixes it, and it is announced."""
    nominate(case, at)
    list_it(case, at + timedelta(hours=1))
    bodies = case.people.bodies[BodyKind.SPECIAL_COMMITTEE]
    meeting = at + timedelta(hours=20)
    decide(case, meeting, case.rng.choice(bodies) if bodies else None)


def nominate(case: Case, at: datetime) -> None:
    """The office recommends that it become a key topic."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    reason = case.write(Note.KEY)
    receipt = clerk.post("key-topics/nominate/", at, proposals=[case.id], reason=reason)
    case.topic = receipt.id


def list_it(case: Case, at: datetime) -> None:
    """It goes on the list for the chairpersons' meeting."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    clerk.post(f"key-topics/{case.topic}/put-on-list/", at)


def decide(case: Case, meeting: datetime, body: Body | None) -> None:
    """The meeting chooses it and names the leader and who helps; it is announced feedback."""
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


def supervise(case: Case) -> None:
    """Plan, activities, milestones and report, before the unit replies."""
    if not case.topic:
        return
    path, by = f"key-topics/{case.topic}", _supervisor(case)
    pace = 0.4 if case.plan.on(Path.URGENT) else 1.0
    days = [max(1, round(day * pace)) for day, _method, _name in MILESTONES]
    planned_at = case.assigned_at + timedelta(hours=8)
    rows = [
        {
            "name": name,
            "method": method.value,
            "due_on": (case.assigned_at + timedelta(days=day)).date().isoformat(),
        }
        for day, (_number, method, name) in zip(days, MILESTONES, strict=True)
    ]
    receipt = by.post(f"{path}/make-plan/", planned_at, text=case.write(Note.KEY), milestones=rows)
    numbers = receipt.ids("milestone", "plan")
    misses = case.rng.randrange(ONE_MISSES_OF) == 0
    for number, day, (_day, method, name) in zip(numbers, days, MILESTONES, strict=True):
        due = case.assigned_at + timedelta(days=day)
        late = misses and number == numbers[-1]
        at = due + timedelta(days=2) if late else due - timedelta(hours=3)
        _let_time_pass(case, [("milestone", key) for key in numbers], at)
        if late:
            case.people.office(Role.COMMITTEE_CLERK).post(
                f"milestones/{number}/escalate/", at, reason="承办单位工作冲突，现场督办推迟"
            )
            at += timedelta(hours=20)
        meet(case, number, method, name, at, by)
    _report(case, at + timedelta(hours=6), by, instructed=misses)


def meet(
    case: Case, number: int, method: SupervisionMethod, name: str, at: datetime, by: ApiUser
) -> None:
    """An activity of the plan takes place, and its milestone is met."""
    by.post(
        f"key-topics/{case.topic}/record-activity/",
        at,
        held_at=at - timedelta(hours=2),
        place=case.plan.tasks[0].unit,
        method=method.value,
        people=f"{case.people.office(Role.LEADING_SUPERVISOR).user.name}、提案委员会",
        findings=case.write(Note.COORDINATION),
    )
    by.post(f"milestones/{number}/meet/", at + timedelta(minutes=10), evidence=name)


def remind(case: Case, until: datetime) -> None:
    """Bells ring for what is owed on a key proposal; all others are reminded of at the end."""
    if case.topic:
        _let_time_pass(case, [], until)


def _report(case: Case, at: datetime, by: ApiUser, *, instructed: bool) -> None:
    """The report, accepted by the leader; where something went wrong, with an instruction."""
    path, people = f"key-topics/{case.topic}", case.people
    leader = people.office(Role.LEADING_SUPERVISOR)
    if instructed:
        unit = case.plan.tasks[0].unit
        receipt = people.office(Role.COMMITTEE_CLERK).post(
            f"{path}/record-instruction/",
            at,
            leader=leader.user.name,
            text=case.write(Note.LEADER, unit=unit),
            given_on=at.date().isoformat(),
            units=[people.units[unit].pk],
        )
        (number,) = receipt.ids("instruction", "give")
        evidence = case.write(Note.COMMITMENT_EVIDENCE, unit=unit)
        people.liaison(unit).post(
            f"instructions/{number}/follow-up/", at + timedelta(hours=20), evidence=evidence
        )
    by.post(f"{path}/submit-report/", at + timedelta(hours=1), text=case.write(Note.COORDINATION))
    leader.post(f"{path}/accept-report/", at + timedelta(hours=2))


def _supervisor(case: Case) -> ApiUser:
    """The contact of the body that helps to supervise; else the office."""
    clerk = case.people.office(Role.COMMITTEE_CLERK)
    topic = clerk.get(f"key-topics/{case.topic}/", case.assigned_at)
    body = topic["supervising_body"]
    if body is None:
        return clerk
    return case.people.contact(body["id"] if isinstance(body, dict) else body)


def _let_time_pass(case: Case, also: list[tuple[str, int]], until: datetime) -> None:
    """The bells ring until then for what is owed on a key proposal and its topic."""
    among = Q(proposal=case.id)
    for kind, key in [("keytopic", case.topic), *also]:
        among |= Q(subject_kind=kind, subject_id=key)
    sweep(among=among, until=until)
