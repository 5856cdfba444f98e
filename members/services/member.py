"""Enters members and changes their details."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members import permissions
from members.enums import Channel, Role
from members.models import Committee, Member
from members.reader import Decider
from members.services.post import end_post, give_post


def add_member(*, committee: Committee, **details: Any) -> Member:
    """Enter a member; with ``user``, also give that account the member's post.

    ``details`` are those of ``change_member``, among them ``number`` and ``name``; ``since`` is the
    first day of the post, today unless said.
    """
    return change_member(member=Member(committee=committee), reason=_("登记为委员"), **details)


@transaction.atomic
def change_member(
    *,
    member: Member,
    by: Decider,
    channel: Channel = Channel.WEB,
    reason: str = "",
    since: date | None = None,
    **changes: Any,
) -> Member:
    """Change fields of a member; a new ``user`` takes the member's post over from the old.

    ``changes`` are fields of Member, among them ``terms`` and ``special_committees`` (lists);
    ``reason`` is why the account changes.
    """
    permissions.require_administers(by, member.committee)
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
        why = {"reason": reason or _("委员账号变更"), "by": by, "channel": channel}
        _hand_over_membership(member, by.day, since, why)
    return member


def _check(member: Member) -> None:
    """Apply every rule of the model, the domain's first: it says it in the domain's words."""
    member.clean()
    member.full_clean()


def _hand_over_membership(
    member: Member, today: date, since: date | None, why: dict[str, Any]
) -> None:
    """End the posts of the account that was the member's, and give one to the new."""
    for post in member.posts.held_on(today).exclude(user=member.user):
        end_post(post=post, until=today, **why)
    if member.user is not None:
        scope: dict[str, Any] = {"committee": member.committee, "member": member}
        give_post(user=member.user, role=Role.MEMBER, since=since, **scope, **why)


def _require_own(committee: Committee, lists: Mapping[str, list[Any]]) -> None:
    strangers = {
        name: _("不属于同一委员会")
        for name, rows in lists.items()
        if any(row.committee_id != committee.pk for row in rows)
    }
    if strangers:
        raise ValidationError(strangers)
