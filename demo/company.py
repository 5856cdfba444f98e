"""The people of a played year: a committee set up from its scenario, with everybody in post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from demo import people
from demo.caller import Caller
from demo.scenario import Scenario
from demo.scenario import Session as SessionPlan
from members.enums import BodyKind, Role
from members.models import Body, Committee, Member, Post, Session, Term, Unit, User
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
class Company:
    """Everybody who acts in the year, by what they are."""

    committee: Committee
    session: Session
    members: list[Member] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    bodies: dict[BodyKind, list[Body]] = field(default_factory=lambda: defaultdict(list))
    _members: dict[int, Caller] = field(default_factory=dict)
    _offices: dict[Role, Caller] = field(default_factory=dict)
    _contacts: dict[int, Caller] = field(default_factory=dict)
    _staff: dict[tuple[str, Role], Caller] = field(default_factory=dict)

    def member(self, key: int) -> Caller:
        """A member at the API, by key."""
        return self._members[key]

    def contact(self, key: int) -> Caller:
        """The contact of the collective proposer with that key."""
        return self._contacts[key]

    def office(self, role: Role) -> Caller:
        """The holder of an office of the committee, or beside it."""
        return self._offices[role]

    def liaison(self, unit: str) -> Caller:
        """The liaison of a unit."""
        return self._staff[unit, Role.UNIT_LIAISON]

    def handler(self, unit: str) -> Caller:
        """The handler of a unit."""
        return self._staff[unit, Role.UNIT_HANDLER]

    def signatory(self, unit: str) -> Caller:
        """The leader of a unit who signs."""
        return self._staff[unit, Role.UNIT_SIGNATORY]


@transaction.atomic
def gather(scenario: Scenario, rng: Random, code: str, at: datetime) -> Company:
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
        by=None,
        at=at,
    )
    term = Term.objects.create(
        committee=committee,
        number=scenario.term.number,
        begins_on=scenario.term.begins_on,
        ends_on=scenario.term.ends_on,
    )
    company = Company(committee, _session(committee, term, scenario.session))
    if scenario.next_session:
        _session(committee, term, scenario.next_session)
    _Founding(company, scenario, rng, code, term, at).fill()
    return company


def _session(committee: Committee, term: Term, plan: SessionPlan) -> Session:
    return Session.objects.create(committee=committee, term=term, **plan.model_dump())


class _Founding:
    """Fills a company in a few large inserts."""

    def __init__(
        self,
        company: Company,
        scenario: Scenario,
        rng: Random,
        code: str,
        term: Term,
        at: datetime,
    ) -> None:
        self.company, self.scenario, self.rng = company, scenario, rng
        self.code, self.term, self.at = code, term, at
        self.unusable = make_password(None)

    def fill(self) -> None:
        """Bodies, members, offices, contacts, units."""
        committee = self.company.committee
        for plan in self.scenario.bodies:
            body = Body.objects.create(committee=committee, kind=plan.kind, name=plan.name)
            self.company.bodies[plan.kind].append(body)
        self._members()
        for role in OFFICES:
            (user,) = self._users(1, role.value)
            self._appoint([Post(user=user, role=role, committee=committee)])
            self.company._offices[role] = Caller(user)
        self._contacts()
        self._units()

    def _appoint(self, posts: Iterable[Post]) -> None:
        give_posts(posts, at=self.at, reason="届初任职")

    def _users(self, count: int, prefix: str) -> list[User]:
        """Accounts named ``CODE-PREFIX-N``; a single one has no number."""
        names = people.person_names(self.rng, count)
        return User.objects.bulk_create(
            User(
                username=f"{self.code}-{prefix}" + (f"-{number}" if count > 1 else ""),
                name=name,
                password=self.unusable,
                home=self.company.committee,
            )
            for number, name in enumerate(names, start=1)
        )

    def _members(self) -> None:
        committee, bodies = self.company.committee, self.company.bodies
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
        self.company.members = members
        self.company._members = {
            member.pk: Caller(user) for user, member in zip(users, members, strict=True)
        }

    def _party(self) -> Body | None:
        """Two members of five belong to a party that proposes."""
        return (
            self.rng.choice(self.company.bodies[BodyKind.PARTY])
            if self.rng.random() < 0.4
            else None
        )

    def _contacts(self) -> None:
        committee = self.company.committee
        bodies = [body for group in self.company.bodies.values() for body in group]
        users = self._users(len(bodies), "contact")
        for body, user in zip(bodies, users, strict=True):
            body.convener = self.rng.choice(self.company.members)
            body.contact_name = user.name
            self.company._contacts[body.pk] = Caller(user)
        Body.objects.bulk_update(bodies, ["convener", "contact_name"])
        self._appoint(
            Post(user=user, role=Role.COLLECTIVE_CONTACT, committee=committee, body=body)
            for body, user in zip(bodies, users, strict=True)
        )

    def _units(self) -> None:
        committee = self.company.committee
        units = Unit.objects.bulk_create(
            Unit(committee=committee, name=u.name, short_name=u.short_name, kind=u.kind)
            for u in self.scenario.units
        )
        self.company.units = {unit.name: unit for unit in units}
        for role in UNIT_STAFF:
            users = self._users(len(units), role.value)
            self._appoint(
                Post(user=user, role=role, committee=committee, unit=unit)
                for user, unit in zip(users, units, strict=True)
            )
            for user, unit in zip(users, units, strict=True):
                self.company._staff[unit.name, role] = Caller(user)
