"""The audiences of notices: each declared once, for the steps to name in ``tells``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from members.enums import ANSWERING_ROLES, UNIT_ROLES, Role
from members.models import Post, User
from proposals.enums import LIVE_ASSIGNMENTS, CosignatureState, PreAssignmentState

Accounts = QuerySet[Any, int]
"""Keys of users."""


@dataclass(frozen=True)
class Occasion:
    """The occasion of a notice: a step on ``subjects``, on a day.

    ``others`` are the keys of further proposals that the step concerns.
    """

    subjects: Sequence[Any]
    day: date
    others: Sequence[int] = ()

    @property
    def roots(self) -> list[int]:
        """The keys of the proposals that the subjects belong to."""
        return self.keys("root_id")

    @property
    def concerned(self) -> list[int]:
        """The keys of these proposals and of the others."""
        return [*self.roots, *self.others]

    def keys(self, name: str) -> list[int]:
        """The keys that the subjects have under that name, each once, without the empty ones."""
        found = (getattr(subject, name, None) for subject in self.subjects)
        return [key for key in dict.fromkeys(found) if key is not None]

    def holders(self, *roles: Role, **scope: Any) -> Accounts:
        """Who holds one of the roles on the day; former holders get no notices."""
        posts = Post.objects.held_on(self.day).filter(role__in=roles, **scope)
        return posts.order_by().values_list("user_id", flat=True)


@dataclass(frozen=True)
class Audience:
    """People who get a notice of a step; ``finder`` gives their accounts, one query a part.

    A finder looks for the people of all subjects at once.
    """

    name: str
    label: StrOrPromise
    finder: Callable[[Occasion], Iterable[Accounts]]


def people(audiences: Iterable[Audience], occasion: Occasion) -> set[int]:
    """The keys of the users who belong to any of the audiences, each once; one query."""
    parts = [part for audience in audiences for part in audience.finder(occasion)]
    return set(parts[0].union(*parts[1:])) if parts else set()


def _accounts(**which: Any) -> Accounts:
    return User.objects.filter(**which).order_by().values_list("pk", flat=True)


def _lead(occasion: Occasion) -> Iterator[Accounts]:
    return _first_proposers(occasion, occasion.roots)


def _first_proposers(
    occasion: Occasion, proposals: Sequence[int], path: str = "proposals"
) -> Iterator[Accounts]:
    """The first proposer of each, or who speaks for the body that proposes."""
    yield _accounts(**{f"memberships__led_{path}__in": proposals})
    yield occasion.holders(Role.COLLECTIVE_CONTACT, **{f"body__{path}__in": proposals})


def _proposers(occasion: Occasion) -> Iterator[Accounts]:
    """All who signed the proposals concerned, and everything that was merged into them."""
    for path in ("proposals", "proposals__merged_into"):
        yield from _first_proposers(occasion, occasion.concerned, path)
    for path in ("proposal", "proposal__merged_into"):
        signed = {f"memberships__cosignatures__{path}__in": occasion.concerned}
        yield _accounts(**signed, memberships__cosignatures__state=CosignatureState.AGREED)


def _addressee(occasion: Occasion) -> Iterator[Accounts]:
    addressed = [row for row in occasion.subjects if not getattr(row, "body_id", None)]
    yield _accounts(memberships__in=[row.member_id for row in addressed])
    yield occasion.holders(Role.COLLECTIVE_CONTACT, body__in=occasion.keys("body_id"))


def _unit(occasion: Occasion) -> Iterator[Accounts]:
    yield occasion.holders(Role.UNIT_LIAISON, unit__in=occasion.keys("unit_id"))


def _units(occasion: Occasion) -> Iterator[Accounts]:
    """Units that have a task on the proposals concerned, or have been asked to take one."""
    yield occasion.holders(
        Role.UNIT_LIAISON,
        unit__assignments__proposal__in=occasion.concerned,
        unit__assignments__state__in=LIVE_ASSIGNMENTS,
    )
    yield occasion.holders(
        Role.UNIT_LIAISON,
        unit__pre_assignments__proposal__in=occasion.concerned,
        unit__pre_assignments__state=PreAssignmentState.ASKED,
    )


def _lead_unit(occasion: Occasion) -> Iterator[Accounts]:
    yield occasion.holders(
        *UNIT_ROLES,
        unit__assignments__proposal__in=occasion.roots,
        unit__assignments__state__in=LIVE_ASSIGNMENTS,
        unit__assignments__role__in=ANSWERING_ROLES,
    )


def in_committee(role: Role) -> Callable[[Occasion], Iterator[Accounts]]:
    """A finder of those who hold a role in the committees of the subjects."""

    def find(occasion: Occasion) -> Iterator[Accounts]:
        yield occasion.holders(role, committee__in=occasion.keys("committee_id"))

    return find


addressee = Audience("addressee", _("收到征询或邀请的人"), _addressee)
assigners = Audience("assigners", _("交办单位"), in_committee(Role.ASSIGNING_OFFICER))
lead = Audience("lead", _("第一提案人"), _lead)
lead_unit = Audience("lead_unit", _("主办单位"), _lead_unit)
office = Audience("office", _("提案委办公室"), in_committee(Role.COMMITTEE_CLERK))
proposers = Audience("proposers", _("提案者"), _proposers)
unit = Audience("unit", _("承办单位"), _unit)
units = Audience("units", _("承办单位"), _units)

AUDIENCES = (addressee, assigners, lead, lead_unit, office, proposers, unit, units)
"""All of them."""
