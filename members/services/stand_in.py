"""Arranges stand-ins, and finds who gets the notices of somebody who is away."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members import permissions
from members.enums import Role
from members.models import Post, StandIn, User
from members.prepared import DAY, prepared
from members.reader import Decider

Scope = tuple[int | None, int | None, int | None, bool]
"""Committee, unit, body, and whether as a member: where somebody may read what comes."""


MOST_CANDIDATES = 200
"""How many people to choose from are listed."""


@transaction.atomic
def appoint_stand_in(
    *,
    user: User,
    stand_in: User | None,
    since: date,
    until: date,
    reason: str = "",
    by: Decider,
) -> StandIn:
    """Let ``stand_in`` get the notices of ``user`` from ``since`` up to but without ``until``.

    They must share every scope in which ``user`` holds a post on the day. Raises
    ValidationError, PermissionDenied.
    """
    permissions.require_of(by, permissions.refusal_to_appoint_stand_in, user)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one arrangement after another
    # Whether the account exists is told to nobody who shares nothing with it.
    if stand_in is None or not candidates(user, by.day).filter(pk=stand_in.pk).exists():
        raise ValidationError({"stand_in": _("代收人须与不在岗的人在同一委员会、单位或组织任职")})
    if until <= by.day:
        raise ValidationError({"until": _("结束日期须晚于今天")})
    overlapping = StandIn.objects.filter(user=user, since__lt=until, until__gt=since)
    if overlapping.exists():
        raise ValidationError(_("这段时间已有代收安排"))
    row = StandIn(
        user=user,
        stand_in=stand_in,
        since=since,
        until=until,
        reason=reason,
        made_by=by.user,
        made_at=by.at,
    )
    row.full_clean()
    row.save()
    return row


def end_stand_in(*, stand_in: StandIn, by: Decider) -> None:
    """End an arrangement today; one that has not begun is deleted. Raises PermissionDenied."""
    permissions.require_of(by, permissions.refusal_to_appoint_stand_in, stand_in.user)
    if stand_in.since >= by.day:
        stand_in.delete()
        return
    stand_in.until = min(stand_in.until, by.day)
    stand_in.save(update_fields=["until"])


def candidates(user: User, day: date) -> QuerySet[User]:
    """The people who may stand in for ``user``: those who share all scopes of their posts."""
    posts = list(Post.objects.held_on(day).filter(user=user).order_by())
    committees = {post.committee_id for post in posts}
    holders = User.objects.filter(is_active=True).exclude(pk=user.pk)
    if not committees or None in committees:  # a platform administrator's post has no scope
        return holders.none()
    near = Post.objects.held_on(day).filter(committee__in=committees).order_by()
    scopes = _scopes(near)
    fitting = [pk for pk, held in scopes.items() if _covers(held, scopes[user.pk])]
    return holders.filter(pk__in=fitting).order_by("name", "pk")


def readers(recipients: Iterable[int], day: date) -> dict[int, int]:
    """The people who read in place of ``recipients`` on ``day``, by the key of whom they replace.

    Follows stand-ins of stand-ins. A chain that comes back to itself, or that ends with somebody
    who shares no scope with the recipient any more, leaves the notice with the recipient. Takes
    one query, and a second one when somebody is away.
    """
    absent = dict(_absent(day))
    ends = {user: _end(user, absent) for user in set(recipients) & set(absent)}
    if not ends:
        return {}
    people = {*ends, *ends.values()}
    scopes = _scopes(Post.objects.held_on(day).filter(user__in=people).order_by())
    return {
        user: end
        for user, end in ends.items()
        if end != user and _covers(scopes.get(end, set()), scopes.get(user, set()))
    }


@prepared(DAY)
def _absent(day: date) -> QuerySet[StandIn, tuple[int, int]]:
    return StandIn.objects.in_force(day).order_by("id").values_list("user_id", "stand_in_id")


def _end(user: int, absent: dict[int, int]) -> int:
    """The first person of the chain who is there; ``user`` when there is none."""
    seen = {user}
    there = absent[user]
    while there in absent:
        if there in seen:
            return user
        seen.add(there)
        there = absent[there]
    return there


def _scopes(posts: Iterable[Post]) -> dict[int, set[Scope]]:
    held: dict[int, set[Scope]] = {}
    for post in posts:
        scope = (post.committee_id, post.unit_id, post.body_id, post.role == Role.MEMBER)
        held.setdefault(post.user_id, set()).add(scope)
    return held


def _covers(held: set[Scope], wanted: set[Scope]) -> bool:
    """Whether the holder of ``held`` may read everything that comes to ``wanted``.

    A committee's office reads what its members are told; the other way round not.
    """
    office = {(committee, unit, body, True) for committee, unit, body, _member in held}
    return bool(wanted) and wanted <= held | office
