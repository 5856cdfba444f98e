"""Entering members and keeping their details."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members import permissions
from members.enums import Channel, Role
from members.models import Body, Committee, Member, Term, User
from members.services.post import end_post, give_post


@transaction.atomic
def add_member(
    *,
    committee: Committee,
    number: str,
    name: str,
    by: User | None,
    at: datetime,
    user: User | None = None,
    terms: Iterable[Term] = (),
    special_committees: Iterable[Body] = (),
    since: date | None = None,
    channel: Channel = Channel.WEB,
    **details: Any,
) -> Member:
    """Enter a member; with ``user``, also give that account the member's post.

    ``details`` are other fields of Member (sector, party, group, employer, phone …).
    """
    permissions.require_administers(by, committee, at)
    member = Member(committee=committee, number=number, name=name, user=user, **details)
    _check(member)
    terms, bodies = list(terms), list(special_committees)
    _require_own(committee, {"terms": terms, "special_committees": bodies})
    member.save()
    member.terms.set(terms)
    member.special_committees.set(bodies)
    if user is not None:
        give_post(
            user=user,
            role=Role.MEMBER,
            committee=committee,
            member=member,
            since=since,
            by=by,
            at=at,
            reason=_("登记为委员"),
            channel=channel,
        )
    return member


@transaction.atomic
def change_member(
    *,
    member: Member,
    by: User | None,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
    **changes: Any,
) -> Member:
    """Change fields of a member; a new ``user`` takes the member's post over from the old.

    ``changes`` are fields of Member, among them ``terms`` and ``special_committees`` (lists);
    ``reason`` is why the account changes.
    """
    permissions.require_administers(by, member.committee, at)
    lists: dict[str, list[Any]] = {
        name: list(changes.pop(name)) for name in ("terms", "special_committees") if name in changes
    }
    _require_own(member.committee, lists)
    before = member.user_id
    for name, value in changes.items():
        setattr(member, name, value)
    _check(member)
    member.save()
    for name, rows in lists.items():
        getattr(member, name).set(rows)
    if member.user_id != before:
        why = {"reason": reason or _("委员账号变更"), "by": by, "at": at, "channel": channel}
        _hand_over_membership(member, localdate(at), why)
    return member


def _check(member: Member) -> None:
    """Apply every rule of the model, the domain's first: it says it in the domain's words."""
    member.clean()
    member.full_clean()


def _hand_over_membership(member: Member, today: date, why: dict[str, Any]) -> None:
    """End the posts of the account that was the member's, and give one to the new."""
    for post in member.posts.held_on(today).exclude(user=member.user):
        end_post(post=post, until=today, **why)
    if member.user is not None:
        committee = member.committee
        give_post(user=member.user, role=Role.MEMBER, committee=committee, member=member, **why)


def _require_own(committee: Committee, lists: Mapping[str, list[Any]]) -> None:
    strangers = {
        name: _("不属于同一委员会")
        for name, rows in lists.items()
        if any(row.committee_id != committee.pk for row in rows)
    }
    if strangers:
        raise ValidationError(strangers)
