"""Finds who is reminded of a duty, by their posts, for many duties at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from members.enums import Recipient, Role
from members.models import Member, Post
from proposals.models import Proposal
from supervision.enums import KEY_STATES
from supervision.models import Duty, TopicProposal
from supervision.models.topic_subject import topic_subjects

IN_COMMITTEE: dict[Recipient, Role] = {
    Recipient.OFFICE: Role.COMMITTEE_CLERK,
    Recipient.DIRECTOR: Role.COMMITTEE_DIRECTOR,
    Recipient.ASSIGNING_OFFICE: Role.ASSIGNING_OFFICER,
    Recipient.INSPECTION_OFFICE: Role.INSPECTION_OFFICER,
    Recipient.LEADER: Role.LEADING_SUPERVISOR,
}
"""Recipients who are found in the duty's committee."""

IN_UNIT: dict[Recipient, Role] = {
    Recipient.UNIT_LIAISON: Role.UNIT_LIAISON,
    Recipient.UNIT_HANDLER: Role.UNIT_HANDLER,
    Recipient.UNIT_LEADER: Role.UNIT_SIGNATORY,
}
"""Recipients who are found in the unit that owes the duty."""


class People:
    """The holders of posts around some duties on a day; few queries, however many duties.

    The leaders of a duty on a key topic, or on a proposal that is in one, are those whom the
    meeting named for it; where none of them is left, and for all others, the committee's.
    """

    def __init__(self, duties: Sequence[Duty], on: date) -> None:
        self._holders: dict[tuple[str, int, str], list[int]] = defaultdict(list)
        self._members: dict[int, int | None] = {}
        units = {duty.unit_id for duty in duties if duty.unit_id}
        bodies = {duty.body_id for duty in duties if duty.body_id}
        committees = {duty.committee_id for duty in duties}
        official: set[str] = set(IN_COMMITTEE.values())
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
        self._leaders = _named_leaders(duties)
        members = {duty.member_id for duty in duties if duty.member_id}
        if members:
            active = Member.objects.filter(pk__in=members, user__is_active=True)
            self._members = dict(active.values_list("pk", "user_id"))

    def of(self, duty: Duty, recipients: Iterable[Recipient]) -> list[int]:
        """Keys of the users who are meant, each once, in the order of ``recipients``."""
        found = [user for recipient in recipients for user in self._one(duty, recipient)]
        return list(dict.fromkeys(found))

    def _one(self, duty: Duty, recipient: Recipient) -> list[int]:
        if recipient == Recipient.OWNER:
            return self._owners(duty)
        if recipient in IN_UNIT:
            return self._held("unit", duty.unit_id, IN_UNIT[recipient])
        held = self._held("committee", duty.committee_id, IN_COMMITTEE[recipient])
        if recipient == Recipient.LEADER:
            named = (
                self._leaders[duty.subject_kind, duty.subject_id]
                | self._leaders[Proposal.kind, duty.proposal_id or 0]
            )
            return [user for user in held if user in named] or held
        return held

    def _owners(self, duty: Duty) -> list[int]:
        if duty.member_id is not None:
            user = self._members.get(duty.member_id)
            return [user] if user is not None else []
        role = Role(duty.role)
        if duty.unit_id is not None:
            return self._held("unit", duty.unit_id, role)
        if duty.body_id is not None:
            return self._held("body", duty.body_id, role)
        return self._held("committee", duty.committee_id, role)

    def _held(self, kind: str, scope: int | None, role: Role) -> list[int]:
        return [] if scope is None else self._holders.get((kind, scope, role), [])


def _named_leaders(duties: Sequence[Duty]) -> dict[tuple[str, int], set[int]]:
    """Who leads the supervision, by kind and key of a topic, of what hangs on it, of a proposal.

    One query for each of these kinds that is there.
    """
    asked: dict[str, set[int]] = defaultdict(set)
    for duty in duties:
        if duty.subject_kind in topic_subjects():
            asked[duty.subject_kind].add(duty.subject_id)
        elif duty.is_key and duty.proposal_id is not None:
            asked[Proposal.kind].add(duty.proposal_id)
    named: dict[tuple[str, int], set[int]] = defaultdict(set)
    for kind, keys in asked.items():
        model = topic_subjects().get(kind)
        key, path = ("pk", model.topic_path) if model else ("proposal", "topic__")
        rows = (model or TopicProposal)._default_manager.filter(
            **{
                f"{key}__in": keys,
                f"{path}state__in": KEY_STATES,
                f"{path}announced_at__isnull": False,
                f"{path}supervisors__isnull": False,
            }
        )
        for number, user in rows.order_by().values_list(key, f"{path}supervisors"):
            named[kind, number].add(user)
    return named
