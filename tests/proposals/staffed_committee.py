"""A committee with somebody for every role, who take steps over the HTTP API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from members import clock
from members.enums import BodyKind, Role
from members.models import Committee, Member, Unit, User
from members.reader import Reader
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.permissions import may
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    SessionFactory,
    TermFactory,
    UnitFactory,
)

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
STAFF = (Role.UNIT_LIAISON, Role.UNIT_HANDLER, Role.UNIT_SIGNATORY)


class StaffedCommittee:
    """The people of one committee in the collection window of its session in January 2024."""

    committee: Committee
    members: list[Member]
    units: list[Unit]

    def __init__(self, rulebook: Any = "county", *, members: int = 3, units: int = 3) -> None:
        self.committee = CommitteeFactory(rulebook=rulebook)
        self.session = SessionFactory(term=TermFactory(committee=self.committee))
        self.members = MemberFactory.create_batch(members, committee=self.committee)
        for member in self.members:
            member.terms.add(self.session.term)
        self.body = BodyFactory(committee=self.committee, kind=BodyKind.PARTY)
        self.units = UnitFactory.create_batch(units, committee=self.committee)
        self._officers = {
            role: PostFactory(role=role, committee=self.committee).user for role in OFFICES
        }
        self.contact: User = PostFactory(
            role=Role.COLLECTIVE_CONTACT, committee=self.committee, body=self.body
        ).user
        self._staff = {
            (role, unit.pk): PostFactory(role=role, committee=self.committee, unit=unit).user
            for role in STAFF
            for unit in self.units
        }

    def officer(self, role: Role) -> User:
        """Who holds an office of the committee."""
        return self._officers[role]

    def staff(self, role: Role, unit: Unit) -> User:
        """Who holds a role in a unit."""
        return self._staff[role, unit.pk]

    @property
    def proposers(self) -> list[User]:
        """The members, and the contact of a body."""
        return [*(member.user for member in self.members if member.user), self.contact]

    @property
    def officials(self) -> list[User]:
        """Who holds an office of the committee, of the assigning side or of inspection."""
        return list(self._officers.values())

    @property
    def staff_of_units(self) -> list[User]:
        """Everybody in the units."""
        return list(self._staff.values())

    @property
    def people(self) -> list[User]:
        """Everybody, in a fixed order."""
        return [*self.proposers, *self.officials, *self.staff_of_units]


def url_of(step: Step, subject: Subject) -> str:
    """The address of a step of ``subject``, or of one that brings such a subject into being."""
    where = [] if step.creates else [subject.pk]
    return reverse(f"{subject.kind}-{step.slug}", args=where)


def take(
    user: User,
    step: Step,
    subject: Subject,
    data: Mapping[str, Any],
    *,
    at: datetime,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Take a step over the API; files make it a form."""
    client = APIClient()
    client.force_authenticate(user)
    url, kept = url_of(step, subject), dict(headers or {})
    with clock.at(at):
        if any(hasattr(value, "read") for value in data.values()):
            form = {name: _as_in_a_form(value) for name, value in data.items()}
            return client.post(url, form, format="multipart", headers=kept)
        # Written here, for the client's own writer refuses what an attacker's would not.
        return client.post(url, json.dumps(data), content_type="application/json", headers=kept)


def _as_in_a_form(value: Any) -> Any:
    return value if hasattr(value, "read") else str(value).encode(errors="replace").decode()


def entitled(people: list[User], step: Step, subject: Subject, at: datetime) -> list[User]:
    """Those whom the declaration lets take the step."""
    return [user for user in people if may(Reader(user, at), step, subject)]
