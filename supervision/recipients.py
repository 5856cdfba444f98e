"""Who is reminded of a duty: people found by their posts, for many duties at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from members.enums import Recipient, Role
from members.models import Member, Post
from supervision.models import Duty

IN_COMMITTEE: dict[Recipient, tuple[Role, ...]] = {
    Recipient.OFFICE: (Role.COMMITTEE_CLERK,),
    Recipient.DIRECTOR: (Role.COMMITTEE_DIRECTOR,),
    Recipient.ASSIGNING_OFFICE: (Role.ASSIGNING_OFFICER,),
    Recipient.INSPECTION_OFFICE: (Role.INSPECTION_OFFICER,),
    Recipient.LEADER: (Role.LEADING_SUPERVISOR,),
}
"""Recipients who are found in the duty's committee."""

IN_UNIT: dict[Recipient, tuple[Role, ...]] = {
    Recipient.UNIT_LIAISON: (Role.UNIT_LIAISON,),
    Recipient.UNIT_HANDLER: (Role.UNIT_HANDLER,),
    Recipient.UNIT_LEADER: (Role.UNIT_SIGNATORY,),
}
"""Recipients who are found in the unit that owes the duty."""


class People:
    """The holders of posts around some duties on a day; two queries, however many duties."""

    def __init__(self, duties: Sequence[Duty], on: date) -> None:
        self._holders: dict[tuple[str, int, str], list[int]] = defaultdict(list)
        self._members: dict[int, int | None] = {}
        units = {duty.unit_id for duty in duties if duty.unit_id}
        bodies = {duty.body_id for duty in duties if duty.body_id}
        committees = {duty.committee_id for duty in duties}
        official: set[str] = {role for roles in IN_COMMITTEE.values() for role in roles}
        official |= {duty.role for duty in duties if not (duty.unit_id or duty.body_id)}
        posts = (
            Post.objects.held_on(on)
            .filter(
                Q(unit__in=units)
                | Q(body__in=bodies)
                | Q(committee__in=committees, role__in=official, unit=None, body=None, member=None)
            )
            .filter(user__is_active=True)
            .order_by("id")
        )
        columns = ("user_id", "role", "unit_id", "body_id", "committee_id")
        user: int
        role: str
        unit: int | None
        body: int | None
        for user, role, unit, body, committee in posts.values_list(*columns):
            if unit is not None:
                self._holders["unit", unit, role].append(user)
            elif body is not None:
                self._holders["body", body, role].append(user)
            else:
                self._holders["committee", committee, role].append(user)
        members = {duty.member_id for duty in duties if duty.member_id}
        if members:
            self._members = dict(Member.objects.filter(pk__in=members).values_list("pk", "user_id"))

    def of(self, duty: Duty, recipients: Iterable[Recipient]) -> list[int]:
        """Keys of the users who are meant, each once, in the order of ``recipients``."""
        found = [user for recipient in recipients for user in self._one(duty, recipient)]
        return list(dict.fromkeys(found))

    def _one(self, duty: Duty, recipient: Recipient) -> list[int]:
        if recipient == Recipient.OWNER:
            return self._owners(duty)
        if recipient in IN_UNIT:
            return self._held("unit", duty.unit_id, IN_UNIT[recipient])
        return self._held("committee", duty.committee_id, IN_COMMITTEE[recipient])

    def _owners(self, duty: Duty) -> list[int]:
        if duty.person_id is not None:
            return [duty.person_id]
        if duty.member_id is not None:
            user = self._members.get(duty.member_id)
            return [user] if user is not None else []
        role = (Role(duty.role),)
        if duty.unit_id is not None:
            return self._held("unit", duty.unit_id, role)
        if duty.body_id is not None:
            return self._held("body", duty.body_id, role)
        return self._held("committee", duty.committee_id, role)

    def _held(self, kind: str, scope: int | None, roles: Iterable[Role]) -> list[int]:
        if scope is None:
            return []
        return [user for role in roles for user in self._holders.get((kind, scope, role), [])]
