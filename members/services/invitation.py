"""Invites people: creates many accounts with one-time passwords at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import permissions
from members.enums import COMMITTEE_WIDE_ROLES, Role
from members.models import Committee, Member, Unit, User
from members.punctuation import aside
from members.reader import Reader
from members.services.account import one_time_password, set_one_time_password
from members.services.member import change_member
from members.services.post import give_post

AT_ONCE = 300
"""How many people are invited at once; a page waits while that is done."""


@dataclass(frozen=True)
class Invitation:
    """An account that was made, what for, and the password to be handed over."""

    account: User
    what: str
    password: str


@transaction.atomic
def invite(
    *,
    committee: Committee,
    members: Iterable[Member] = (),
    units: Iterable[Unit] = (),
    offices: Sequence[tuple[str, str]] = (),
    by: Reader,
) -> list[Invitation]:
    """Make accounts, all or none: for members without one, a liaison for each of ``units``, and
    holders of ``offices`` (role, name). Raises ValidationError, PermissionDenied.
    """
    permissions.require_administers(by, committee)
    members, units = list(members), list(units)
    if len(members) + len(units) + len(offices) > AT_ONCE:
        told = ngettext("一次最多邀请 %(n)s 人", "一次最多邀请 %(n)s 人", AT_ONCE)
        raise ValidationError(told % {"n": AT_ONCE})
    why: dict[str, Any] = {"by": by, "reason": _("邀请加入")}
    made = [_member(member, why) for member in members if member.user_id is None]
    for unit in units:
        name = _("%(unit)s联络员") % {"unit": unit}
        account, password = _account(committee, f"unit{unit.pk}", name)
        give_post(user=account, role=Role.UNIT_LIAISON, committee=committee, unit=unit, **why)
        made.append(Invitation(account, aside(Role.UNIT_LIAISON.label, unit), password))
    for role, name in offices:
        if role not in COMMITTEE_WIDE_ROLES:
            raise ValidationError(_("没有这种职务：%(role)s") % {"role": role})
        account, password = _account(committee, role.removeprefix("committee_"), name)
        give_post(user=account, role=role, committee=committee, **why)
        made.append(Invitation(account, str(Role(role).label), password))
    return made


def _member(member: Member, why: dict[str, Any]) -> Invitation:
    account, password = _account(member.committee, member.number, member.name, member.phone)
    change_member(member=member, user=account, **why)
    return Invitation(account, f"{Role.MEMBER.label} {member.number}", password)


def _account(committee: Committee, mark: str, name: str, phone: str = "") -> tuple[User, str]:
    """An account of the committee, named after it and ``mark``, and its one-time password."""
    password = one_time_password()
    plain = "".join(letter for letter in mark if letter.isalnum())
    account = User(
        username=_free(f"{committee.code}-{plain}"), name=name, phone=phone, home=committee
    )
    set_one_time_password(account, password)
    account.full_clean()
    account.save()
    return account, password


def _free(username: str) -> str:
    """The username, or with the first number that makes it free."""
    taken = set(
        User.objects.filter(username__startswith=username).values_list("username", flat=True)
    )
    names = [username, *(f"{username}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def vacant(committee: Committee, day: date) -> list[str]:
    """The offices that nobody holds on ``day``: roles, in their order."""
    held = set(
        committee.posts.held_on(day)
        .filter(role__in=COMMITTEE_WIDE_ROLES)
        .order_by()
        .values_list("role", flat=True)
    )
    return [role for role in COMMITTEE_WIDE_ROLES if role not in held]
