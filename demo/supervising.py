"""Beside the other acts of a played year: key topics, from the nomination to the report.

A key proposal is nominated, chosen by the chairpersons' meeting, announced, and supervised
while its unit works on it. Of every five plans one misses its last milestone, which is told to
the leaders before it is met.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from demo.caller import Caller
from demo.letters import Note
from demo.scenario import Path
from demo.story import Story
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


def choose(story: Story, at: datetime) -> None:
    """The committee nominates it, the chairpersons' meeting fixes it, and it is announced."""
    nominate(story, at)
    list_it(story, at + timedelta(hours=1))
    bodies = story.company.bodies[BodyKind.SPECIAL_COMMITTEE]
    meeting = at + timedelta(hours=20)
    decide(story, meeting, story.rng.choice(bodies) if bodies else None)


def nominate(story: Story, at: datetime) -> None:
    """The office recommends that it become a key topic."""
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    reason = story.write(Note.KEY)
    receipt = clerk.post("key-topics/nominate/", at, proposals=[story.id], reason=reason)
    story.topic = receipt.id


def list_it(story: Story, at: datetime) -> None:
    """It goes on the list for the chairpersons' meeting."""
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    clerk.post(f"key-topics/{story.topic}/put-on-list/", at)


def decide(story: Story, meeting: datetime, body: Body | None) -> None:
    """The meeting chooses it and names the leader and who helps; it is announced afterwards."""
    company, path = story.company, f"key-topics/{story.topic}"
    director = company.office(Role.COMMITTEE_DIRECTOR)
    director.post(
        f"{path}/decide/",
        meeting,
        meeting="主席会议",
        met_on=meeting.date().isoformat(),
        supervisors=[company.office(Role.LEADING_SUPERVISOR).user.pk],
        supervising_body=body.pk if body else None,
        participants="提案委员会、承办单位、部分委员",
        methods=[method.value for _day, method, _name in MILESTONES],
    )
    director.post(f"{path}/announce/", meeting + timedelta(hours=1))


def supervise(story: Story) -> None:
    """Plan, activities, milestones and report, before the unit replies."""
    if not story.topic:
        return
    path, by = f"key-topics/{story.topic}", _supervisor(story)
    pace = 0.4 if story.life.on(Path.URGENT) else 1.0
    days = [max(1, round(day * pace)) for day, _method, _name in MILESTONES]
    planned_at = story.assigned_at + timedelta(hours=8)
    rows = [
        {
            "name": name,
            "method": method.value,
            "due_on": (story.assigned_at + timedelta(days=day)).date().isoformat(),
        }
        for day, (_number, method, name) in zip(days, MILESTONES, strict=True)
    ]
    receipt = by.post(f"{path}/make-plan/", planned_at, text=story.write(Note.KEY), milestones=rows)
    numbers = receipt.ids("milestone", "plan")
    misses = story.rng.randrange(ONE_MISSES_OF) == 0
    for number, day, (_day, method, name) in zip(numbers, days, MILESTONES, strict=True):
        due = story.assigned_at + timedelta(days=day)
        late = misses and number == numbers[-1]
        at = due + timedelta(days=2) if late else due - timedelta(hours=3)
        _let_time_pass(story, [("milestone", key) for key in numbers], at)
        if late:
            story.company.office(Role.COMMITTEE_CLERK).post(
                f"milestones/{number}/escalate/", at, reason="承办单位工作冲突，现场督办推迟"
            )
            at += timedelta(hours=20)
        meet(story, number, method, name, at, by)
    _report(story, at + timedelta(hours=6), by, instructed=misses)


def meet(
    story: Story, number: int, method: SupervisionMethod, name: str, at: datetime, by: Caller
) -> None:
    """An activity of the plan takes place, and its milestone is met."""
    by.post(
        f"key-topics/{story.topic}/record-activity/",
        at,
        held_at=at - timedelta(hours=2),
        place=story.life.tasks[0].unit,
        method=method.value,
        people=f"{story.company.office(Role.LEADING_SUPERVISOR).user.name}、提案委员会",
        findings=story.write(Note.COORDINATION),
    )
    by.post(f"milestones/{number}/meet/", at + timedelta(minutes=10), evidence=name)


def remind(story: Story, until: datetime) -> None:
    """Bells ring for what is owed on a key proposal; all others are reminded of at the end."""
    if story.topic:
        _let_time_pass(story, [], until)


def _report(story: Story, at: datetime, by: Caller, *, instructed: bool) -> None:
    """The report, accepted by the leader; where something went wrong, with an instruction."""
    path, company = f"key-topics/{story.topic}", story.company
    leader = company.office(Role.LEADING_SUPERVISOR)
    if instructed:
        unit = story.life.tasks[0].unit
        receipt = company.office(Role.COMMITTEE_CLERK).post(
            f"{path}/record-instruction/",
            at,
            leader=leader.user.name,
            text=story.write(Note.LEADER, unit=unit),
            given_on=at.date().isoformat(),
            units=[company.units[unit].pk],
        )
        (number,) = receipt.ids("instruction", "give")
        evidence = story.write(Note.COMMITMENT_EVIDENCE, unit=unit)
        company.liaison(unit).post(
            f"instructions/{number}/follow-up/", at + timedelta(hours=20), evidence=evidence
        )
    by.post(f"{path}/submit-report/", at + timedelta(hours=1), text=story.write(Note.COORDINATION))
    leader.post(f"{path}/accept-report/", at + timedelta(hours=2))


def _supervisor(story: Story) -> Caller:
    """The contact of the body that helps to supervise; else the office."""
    clerk = story.company.office(Role.COMMITTEE_CLERK)
    topic = clerk.get(f"key-topics/{story.topic}/", story.assigned_at)
    body = topic["supervising_body"]
    if body is None:
        return clerk
    return story.company.contact(body["id"] if isinstance(body, dict) else body)


def _let_time_pass(story: Story, also: list[tuple[str, int]], until: datetime) -> None:
    """The bells ring until then for what is owed on a key proposal and its topic."""
    among = Q(proposal=story.id)
    for kind, key in [("keytopic", story.topic), *also]:
        among |= Q(subject_kind=kind, subject_id=key)
    sweep(among=among, until=until)
