"""Gives and ends posts; every change is announced with its reason, for the ledger."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members import permissions
from members.enums import Channel, PostChange
from members.models import Body, Committee, Member, Post, Unit, User
from members.reader import Decider, Operator
from members.services.service_token import revoke_resting_on
from members.signals import row_changed


@transaction.atomic
def give_post(
    *,
    user: User,
    role: str,
    reason: str,
    by: Decider,
    committee: Committee | None = None,
    unit: Unit | None = None,
    body: Body | None = None,
    member: Member | None = None,
    since: date | None = None,
    until: date | None = None,
    channel: Channel = Channel.WEB,
) -> Post:
    """Let ``user`` hold ``role`` in a scope, from ``since`` (now when None) to ``until``.

    A post that was held before is taken up again. Raises ValidationError (also without a
    reason), PermissionDenied.
    """
    permissions.require_of(by, permissions.refusal_to_grant, role, committee, user)
    _require_reason(reason)
    if member is not None and member.user_id != user.pk:
        raise ValidationError({"member": _("委员职务只能授予该委员自己的账号")})
    if since is not None and until is not None and until <= since:
        raise ValidationError({"until": _("卸任日期须晚于任职日期")})
    scope = {"committee": committee, "unit": unit, "body": body, "member": member}
    post = Post.objects.select_for_update().filter(user=user, role=role, **scope).first()
    if post is not None and (post.until is None or post.until > by.day):
        raise ValidationError(_("该账号已有这项职务"))
    post = post or Post(user=user, role=role, **scope)
    post.since, post.until = since, until
    post.full_clean()
    _save(post, PostChange.APPOINT, by=by, reason=reason, channel=channel)
    return post


@transaction.atomic
def give_posts(posts: Iterable[Post], *, at: datetime, reason: str) -> None:
    """Enter many new posts as the operator, who answers for their being right."""
    for post in posts:
        _save(post, PostChange.APPOINT, by=Operator(at), reason=reason)


@transaction.atomic
def end_post(
    *,
    post: Post,
    until: date,
    reason: str,
    by: Decider,
    channel: Channel = Channel.WEB,
) -> Post:
    """Let a post end; ``until`` is the first day on which it is no longer held.

    A post that ends on its first day, or before, is never held. Raises ValidationError for a day
    that has passed and without a reason, PermissionDenied.
    """
    post = Post.objects.select_for_update().get(pk=post.pk)
    permissions.require_of(by, permissions.refusal_to_grant, post.role, post.committee, post.user)
    if until < by.day:
        raise ValidationError({"until": _("卸任日期不能早于今天")})
    _require_reason(reason)
    post.until = until
    post.since = post.since and min(post.since, until)
    _save(post, PostChange.END, by=by, reason=reason, channel=channel)
    return post


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("请填写事由")})


def _save(
    post: Post,
    change: PostChange,
    *,
    by: Decider,
    reason: str,
    channel: Channel = Channel.WEB,
) -> None:
    was_over = Post.objects.filter(pk=post.pk, until__lte=by.day)
    if change != PostChange.END and not post._state.adding and was_over.exists():
        revoke_resting_on(post, by=by, channel=channel)
    post.save()
    row_changed.send(
        sender=Post,
        row=post,
        change=change,
        by=by.user,
        at=by.at,
        reason=reason,
        channel=channel,
    )
