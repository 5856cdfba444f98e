"""Giving and ending posts."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members import permissions
from members.models import Body, Committee, Member, Post, Unit, User
from members.reader import Reader


@transaction.atomic
def give_post(
    *,
    user: User,
    role: str,
    by: User | None,
    at: datetime,
    committee: Committee | None = None,
    unit: Unit | None = None,
    body: Body | None = None,
    member: Member | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Post:
    """Let ``user`` hold ``role`` in a scope, from ``since`` (now when None) to ``until``.

    A post that was held before is taken up again. Raises ValidationError, PermissionDenied.
    """
    today = localdate(at)
    if by is not None:
        permissions.require(permissions.refusal_to_grant(Reader(by, at), role, committee, user))
    if member is not None and member.user_id != user.pk:
        raise ValidationError({"member": _("委员职务只能授予该委员自己的账号")})
    scope = {"committee": committee, "unit": unit, "body": body, "member": member}
    post = Post.objects.select_for_update().filter(user=user, role=role, **scope).first()
    if post is not None and (post.until is None or post.until > today):
        raise ValidationError(_("该账号已有这项职务"))
    post = post or Post(user=user, role=role, **scope)
    post.since, post.until = since, until
    post.full_clean()
    post.save()
    return post


@transaction.atomic
def end_post(*, post: Post, until: date, by: User | None, at: datetime) -> Post:
    """Let a post end; ``until`` is the first day on which it is no longer held.

    A post that would end on or before its first day never was one, and is deleted. Raises
    ValidationError for a day that has passed, PermissionDenied.
    """
    today = localdate(at)
    post = Post.objects.select_for_update().get(pk=post.pk)
    if by is not None:
        permissions.require(
            permissions.refusal_to_grant(Reader(by, at), post.role, post.committee, post.user)
        )
    if until < today:
        raise ValidationError({"until": _("卸任日期不能早于今天")})
    post.until = until
    if post.since is not None and until <= post.since:
        post.delete()
    else:
        post.save()
    return post
