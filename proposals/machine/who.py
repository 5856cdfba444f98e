"""Who may take a step: one small object for each kind of holder, used by declarations.

Each answers whether somebody with the posts held on the day may act on a subject, and names its
roles, so that a refusal can say who may. The system, which holds no posts, is None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from members.enums import Role
from members.models import Post
from members.reader import Reader
from members.rules import Rules


class Who:
    """Holders of certain posts in the subject's scope.

    ``scope(post, subject)`` says whether a post with one of ``roles`` reaches the subject.
    """

    def __init__(self, *roles: Role, scope: Callable[[Post, Any], bool]) -> None:
        self._roles = roles
        self._scope = scope

    def roles(self) -> tuple[Role, ...]:
        """The roles that may act in some case, for the permission table."""
        return self._roles

    def roles_on(self, subject: Any, rules: Rules) -> tuple[Role, ...]:
        """The roles that may act on the subject now, by these rules."""
        return self._roles

    def __call__(self, subject: Any, reader: Reader | None) -> bool:
        if reader is None:
            return False
        roles = self._roles_for(subject, reader)
        return any(post.role in roles and self._scope(post, subject) for post in reader.posts)

    def _roles_for(self, subject: Any, reader: Reader) -> tuple[Role, ...]:
        return self._roles

    def __or__(self, other: Who) -> Who:
        return AnyOf(self, other)


class AnyOf(Who):
    """Either of several holders."""

    def __init__(self, *parts: Who) -> None:
        self._parts = parts

    def roles(self) -> tuple[Role, ...]:
        return tuple(dict.fromkeys(role for part in self._parts for role in part.roles()))

    def roles_on(self, subject: Any, rules: Rules) -> tuple[Role, ...]:
        found = (role for part in self._parts for role in part.roles_on(subject, rules))
        return tuple(dict.fromkeys(found))

    def __call__(self, subject: Any, reader: Reader | None) -> bool:
        return any(part(subject, reader) for part in self._parts)


class System(Who):
    """Nobody: the system takes the step as the consequence of another."""

    def __init__(self) -> None:
        super().__init__(scope=lambda post, subject: False)

    def __call__(self, subject: Any, reader: Reader | None) -> bool:
        return reader is None


class FromRules(Who):
    """Holders whose roles the rulebook names; ``possible`` are the roles it may name."""

    def __init__(
        self, read: Callable[[Any, Rules], Sequence[Role]], possible: Sequence[Role]
    ) -> None:
        super().__init__(*possible, scope=_in_committee)
        self._read = read

    def roles_on(self, subject: Any, rules: Rules) -> tuple[Role, ...]:
        return tuple(self._read(subject, rules))

    def _roles_for(self, subject: Any, reader: Reader) -> tuple[Role, ...]:
        return self.roles_on(subject, reader.rules(subject.committee_id))


def _in_committee(post: Post, subject: Any) -> bool:
    return post.committee_id == subject.committee_id


def _in_unit(post: Post, subject: Any) -> bool:
    return post.unit_id == subject.unit_id


def _proposes(post: Post, subject: Any) -> bool:
    """The initiator themself, or the contact of the body that proposes."""
    if post.role == Role.MEMBER:
        return post.member_id is not None and post.member_id == subject.root.lead_id
    return post.body_id is not None and post.body_id == subject.root.body_id


def _addressed(post: Post, subject: Any) -> bool:
    """The member or body that the subject (an invitation, a feedback form) is addressed to."""
    if post.role == Role.MEMBER:
        return post.member_id is not None and post.member_id == subject.member_id
    return post.body_id is not None and post.body_id == getattr(subject, "body_id", None)


system = System()
lead = Who(Role.MEMBER, Role.COLLECTIVE_CONTACT, scope=_proposes)
addressee = Who(Role.MEMBER, Role.COLLECTIVE_CONTACT, scope=_addressed)
would_be_proposer = Who(Role.MEMBER, Role.COLLECTIVE_CONTACT, scope=_in_committee)
clerk = Who(Role.COMMITTEE_CLERK, scope=_in_committee)
director = Who(Role.COMMITTEE_DIRECTOR, scope=_in_committee)
assigning_officer = Who(Role.ASSIGNING_OFFICER, scope=_in_committee)
inspection_officer = Who(Role.INSPECTION_OFFICER, scope=_in_committee)
liaison = Who(Role.UNIT_LIAISON, scope=_in_unit)
handler = Who(Role.UNIT_HANDLER, scope=_in_unit)
signatory = Who(Role.UNIT_SIGNATORY, scope=_in_unit)
unit_staff = Who(Role.UNIT_LIAISON, Role.UNIT_HANDLER, scope=_in_unit)
