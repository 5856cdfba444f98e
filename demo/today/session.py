"""Who plays the present session: the people whom a visitor signs in as, and all the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from random import Random

from django.contrib.auth.hashers import make_password

from demo import places, texts, wording
from demo.case import LONG_AGO, Case
from demo.case_plan import CasePlan, Rating, Task
from demo.days import Days, moment
from demo.people import UNIT_STAFF, People
from demo.scenario import Deviation, Scenario
from members.enums import AssignmentRole, BodyKind, PeriodKind, ProposerKind, Role
from members.models import Body, Member, Post, User
from members.services import give_posts
from members.services.account import one_time_password
from proposals.enums import Adoption
from proposals.models import Proposal

SHORT_NAMES = {
    Role.COMMITTEE_CLERK: "clerk",
    Role.COMMITTEE_REVIEWER: "reviewer",
    Role.COMMITTEE_DIRECTOR: "director",
    Role.ASSIGNING_OFFICER: "assigner",
    Role.INSPECTION_OFFICER: "inspector",
    Role.LEADING_SUPERVISOR: "leader",
    Role.COMMITTEE_ADMINISTRATOR: "admin",
    Role.AUDITOR: "auditor",
    Role.UNIT_LIAISON: "liaison",
    Role.UNIT_HANDLER: "handler",
    Role.UNIT_SIGNATORY: "signatory",
}
"""The usernames with which a visitor signs in, by role."""


@dataclass(frozen=True)
class Login:
    """Somebody whom a visitor can be; ``scope`` is the unit or body, where the role has one."""

    role: Role
    user: User
    name: str
    scope: str = ""

    def with_password(self) -> dict[str, str]:
        """Give them a password; what is to be known to sign in."""
        password = one_time_password()
        self.user.set_password(password)
        self.user.save(update_fields=["password"])
        return {
            "role": self.role.value,
            "scope": self.scope,
            "username": self.user.username,
            "password": password,
        }


@dataclass
class TodaysSession:
    """Makes a case for each proposal, with people and a matter that fit it."""

    people: People
    scenario: Scenario
    days: Days
    rng: Random
    member: Member = field(init=False)
    second: Member = field(init=False)
    body: Body = field(init=False)  # supervises key topics, and proposes
    units: list[str] = field(init=False)  # those that get the most; nobody signs in at the last
    first_unit: str = field(init=False)
    second_unit: str = field(init=False)
    third_unit: str = field(init=False)
    cases: list[Case] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Choose the people of the visit; everybody else works unseen."""
        self.member, self.second, *others = self.people.members
        self.body = self.people.bodies[BodyKind.SPECIAL_COMMITTEE][0]
        self._leads: Iterator[Member] = cycle(self.rng.sample(others, len(others)))
        self._topics = list(wording.topics().values())
        self.rng.shuffle(self._topics)
        self._used: Counter[str] = Counter()
        self._taken = set(
            Proposal.objects.filter(committee=self.people.committee).values_list("title", flat=True)
        )
        self.units = self._busiest()
        self.first_unit, self.second_unit, self.third_unit = self.units

    def case(
        self,
        *,
        unit: str = "",
        assists: Sequence[str] = (),
        lead: Member | None = None,
        body: Body | None = None,
        like: Case | None = None,
        public: bool = False,
        solved: bool = True,
    ) -> Case:
        """A proposal, if asked for by certain people, for certain units, or like another."""
        seed = self.rng.getrandbits(48)
        plan = CasePlan(len(self.cases), LONG_AGO, PeriodKind.INTERSESSION, seed)
        topic = wording.topics()[like.plan.topic] if like else self._topic(unit)
        plan.category, plan.topic = topic.category, topic.code
        units = self._units(topic)
        first = unit or next(name for name in units if name not in assists)
        plan.tasks = (
            Task(first, AssignmentRole.LEAD if assists else AssignmentRole.SOLE),
            *(Task(name, AssignmentRole.ASSIST) for name in assists),
        )
        classes = self.scenario.rules.handling.result_classes
        fitting = [c for c in classes if (c.solved if solved else c.planned)]
        plan.result_class = plan.drafted_class = fitting[0].code
        plan.adoption = (Adoption.ADOPTED, Adoption.PARTLY, Adoption.NOT_ADOPTED)
        if public:
            plan.deviations |= {Deviation.PUBLISHED}
        if body is not None:
            plan.kind, plan.body_kind = ProposerKind.COLLECTIVE, BodyKind(body.kind)
        elif len(self.cases) % 5 == 4:
            plan.kind, plan.agreeing = ProposerKind.JOINT, 1 + len(self.cases) % 3
        text = self._text(plan, like)
        rng = Random(seed)  # noqa: S311 -- invented texts
        case = Case(plan, text, self.scenario, self.people, rng, self.days)
        case.body = body
        case.lead = None if body else lead or next(self._leads)
        self.cases.append(case)
        return case

    def marks(self, *, poor: bool = False) -> Rating:
        """A rating on both scales of the rulebook: all well, or poor in its result."""
        scales = self.scenario.rules.feedback
        attitude = next(entry.code for entry in scales.attitude if entry.satisfied)
        result = next(e.code for e in scales.result if (e.poor if poor else e.satisfied))
        return Rating(attitude, result)

    def logins(self, prefix: str = "") -> list[Login]:
        """The people of the visit; their accounts are renamed, to be typed with ease.

        A ``prefix`` tells them from real people; then nobody looks after the platform.
        """
        people = self.people
        found = [
            Login(Role.MEMBER, people.member(self.member.pk).user, "member"),
            Login(Role.MEMBER, people.member(self.second.pk).user, "member2"),
            Login(
                Role.COLLECTIVE_CONTACT,
                people.contact(self.body.pk).user,
                "contact",
                self.body.name,
            ),
        ]
        for role, name in SHORT_NAMES.items():
            if role not in UNIT_STAFF:
                found.append(Login(role, people.office(role).user, name))
        for unit, mark in ((self.first_unit, ""), (self.second_unit, "2")):
            staff = (people.liaison(unit), people.handler(unit), people.signatory(unit))
            for role, caller in zip(UNIT_STAFF, staff, strict=True):
                found.append(Login(role, caller.user, f"{SHORT_NAMES[role]}{mark}", unit))
        if not prefix:
            operator = _platform_administrator(moment(self.days.last, 8))
            found.append(Login(Role.PLATFORM_ADMINISTRATOR, operator, "platform"))
        for login in found:
            if not User.objects.filter(username=f"{prefix}{login.name}").exists():
                login.user.username = f"{prefix}{login.name}"
                login.user.save(update_fields=["username"])
        return found

    def _busiest(self) -> list[str]:
        """The three units that the most matters point to first or second."""
        pointed = Counter(name for topic in self._topics for name in self._units(topic)[:2])
        ranked = sorted(pointed, key=lambda name: (-pointed[name], name))
        return ranked[:3]

    def _units(self, topic: wording.Topic) -> list[str]:
        place = self.scenario.place
        return list(dict.fromkeys(places.unit_for(place, name).name for name in topic.fields))

    def _topic(self, unit: str) -> wording.Topic:
        """A matter that the unit deals with; each in its turn, so that few are alike."""
        fitting = [t for t in self._topics if not unit or unit in self._units(t)]
        topic = min(fitting, key=lambda topic: self._used[topic.code])
        self._used[topic.code] += 1
        return topic

    def _text(self, plan: CasePlan, like: Case | None) -> texts.ProposalText:
        rng = Random(plan.text_seed)  # noqa: S311 -- invented texts
        if like is not None:
            text = texts.near_copy(rng, like.text, taken=self._taken)
        else:
            text = texts.compose(
                rng,
                place=self.scenario.place,
                committee_name=self.scenario.committee.short_name,
                category=plan.category,
                topic=plan.topic,
                taken=self._taken,
            )
        self._taken.add(text.title)
        return text


def _platform_administrator(at: datetime) -> User:
    """Who looks after the platform; belongs to no committee."""
    user, is_new = User.objects.get_or_create(
        username="platform", defaults={"name": "平台管理员", "password": make_password(None)}
    )
    if is_new:
        post = Post(user=user, role=Role.PLATFORM_ADMINISTRATOR)
        give_posts([post], at=at, reason="演示")
    return user
