"""The people of a played year: a committee set up from its scenario, with everybody in post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from demo import places
from demo.api_user import ApiUser
from demo.scenario import Scenario, SessionPlan
from members.enums import BodyKind, Role
from members.models import Body, Committee, Member, Post, Session, Term, Unit, User
from members.reader import Operator
from members.services import create_committee, give_posts

OFFICES = (
    Role.COMMITTEE_CLERK,
    Role.COMMITTEE_REVIEWER,
    Role.COMMITTEE_DIRECTOR,
    Role.ASSIGNING_OFFICER,
    Role.INSPECTION_OFFICER,
    Role.LEADING_SUPERVISOR,
    Role.COMMITTEE_ADMINISTRATOR,
    Role.AUDITOR,
)
UNIT_STAFF = (Role.UNIT_LIAISON, Role.UNIT_HANDLER, Role.UNIT_SIGNATORY)


@dataclass
class People:
    """Everybody who takes steps in the year, by what they are."""

    committee: Committee
    session: Session
    members: list[Member] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    bodies: dict[BodyKind, list[Body]] = field(default_factory=lambda: defaultdict(list))
    _members: dict[int, ApiUser] = field(default_factory=dict)
    _offices: dict[Role, ApiUser] = field(default_factory=dict)
    _contacts: dict[int, ApiUser] = field(default_factory=dict)
    _staff: dict[tuple[str, Role], ApiUser] = field(default_factory=dict)

    def member(self, key: int) -> ApiUser:
        """A member at the API, by key."""
        return self._members[key]

    def contact(self, key: int) -> ApiUser:
        """The contact of the collective proposer with that key."""
        return self._contacts[key]

    def office(self, role: Role) -> ApiUser:
        """The holder of an office of the committee, or beside it."""
        return self._offices[role]

    def liaison(self, unit: str) -> ApiUser:
        """The liaison of a unit."""
        return self._staff[unit, Role.UNIT_LIAISON]

    def handler(self, unit: str) -> ApiUser:
        """The handler of a unit."""
        return self._staff[unit, Role.UNIT_HANDLER]

    def signatory(self, unit: str) -> ApiUser:
        """The leader of a unit who signs."""
        return self._staff[unit, Role.UNIT_SIGNATORY]


@transaction.atomic
def set_up(scenario: Scenario, rng: Random, code: str, at: datetime) -> People:
    """Set up the committee of a scenario under ``code``, with its rulebook and its people.

    Accounts get no password that works; ``at`` is the moment of the founding.
    """
    plan = scenario.committee
    committee = create_committee(
        code=code,
        name=plan.name,
        short_name=plan.short_name,
        level=plan.level,
        place_names=plan.place_names,
        document=scenario.rules_document(),
        by=Operator(at),
    )
    term = Term.objects.create(
        committee=committee,
        number=scenario.term.number,
        begins_on=scenario.term.begins_on,
        ends_on=scenario.term.ends_on,
    )
    people = People(committee, _session(committee, term, scenario.session))
    if scenario.next_session:
        _session(committee, term, scenario.next_session)
    _SetUp(people, scenario, rng, code, term, at).fill()
    return people


def _session(committee: Committee, term: Term, plan: SessionPlan) -> Session:
    return Session.objects.create(committee=committee, term=term, **plan.model_dump())


class _SetUp:
    """Fills the committee in a few large inserts."""

    def __init__(
        self,
        people: People,
        scenario: Scenario,
        rng: Random,
        code: str,
        term: Term,
        at: datetime,
    ) -> None:
        self.people, self.scenario, self.rng = people, scenario, rng
        self.code, self.term, self.at = code, term, at
        self.unusable = make_password(None)

    def fill(self) -> None:
        """Bodies, members, offices, contacts, units."""
        committee = self.people.committee
        for plan in self.scenario.bodies:
            body = Body.objects.create(committee=committee, kind=plan.kind, name=plan.name)
            self.people.bodies[plan.kind].append(body)
        self._members()
        for role in OFFICES:
            (user,) = self._users(1, role.value)
            self._appoint([Post(user=user, role=role, committee=committee)])
            self.people._offices[role] = ApiUser(user)
        self._contacts()
        self._units()

    def _appoint(self, posts: Iterable[Post]) -> None:
        give_posts(posts, at=self.at, reason="届初任职")

    def _users(self, count: int, prefix: str) -> list[User]:
        """Accounts named ``CODE-PREFIX-N``; a single one has no number."""
        names = places.person_names(self.rng, count)
        return User.objects.bulk_create(
            User(
                username=f"{self.code}-{prefix}" + (f"-{number}" if count > 1 else ""),
                name=name,
                password=self.unusable,
                home=self.people.committee,
            )
            for number, name in enumerate(names, start=1)
        )

    def _members(self) -> None:
        committee, bodies = self.people.committee, self.people.bodies
        users = self._users(self.scenario.counts.members, "member")
        members = Member.objects.bulk_create(
            Member(
                committee=committee,
                user=user,
                number=f"{number:05}",
                name=user.name,
                sector=self.rng.choice(bodies[BodyKind.SECTOR]),
                party=self._party(),
                group=self.rng.choice(bodies[BodyKind.GROUP]),
            )
            for number, user in enumerate(users, start=1)
        )
        joined = Member.terms.through
        joined.objects.bulk_create(
            joined(member_id=member.pk, term_id=self.term.pk) for member in members
        )
        self._appoint(
            Post(user=user, role=Role.MEMBER, committee=committee, member=member)
            for user, member in zip(users, members, strict=True)
        )
        self.people.members = members
        self.people._members = {
            member.pk: ApiUser(user) for user, member in zip(users, members, strict=True)
        }

    def _party(self) -> Body | None:
        """Two members of five belong to a party that proposes."""
        return (
            self.rng.choice(self.people.bodies[BodyKind.PARTY]) if self.rng.random() < 0.4 else None
        )

    def _contacts(self) -> None:
        committee = self.people.committee
        bodies = [body for group in self.people.bodies.values() for body in group]
        users = self._users(len(bodies), "contact")
        for body, user in zip(bodies, users, strict=True):
            body.convener = self.rng.choice(self.people.members)
            body.contact_name = user.name
            self.people._contacts[body.pk] = ApiUser(user)
        Body.objects.bulk_update(bodies, ["convener", "contact_name"])
        self._appoint(
            Post(user=user, role=Role.COLLECTIVE_CONTACT, committee=committee, body=body)
            for body, user in zip(bodies, users, strict=True)
        )

    def _units(self) -> None:
        committee = self.people.committee
        units = Unit.objects.bulk_create(
            Unit(committee=committee, name=u.name, short_name=u.short_name, kind=u.kind)
            for u in self.scenario.units
        )
        self.people.units = {unit.name: unit for unit in units}
        for role in UNIT_STAFF:
            users = self._users(len(units), role.value)
            self._appoint(
                Post(user=user, role=role, committee=committee, unit=unit)
                for user, unit in zip(users, units, strict=True)
            )
            for user, unit in zip(users, units, strict=True):
                self.people._staff[unit.name, role] = ApiUser(user)
