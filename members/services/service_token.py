"""Makes and revokes service tokens; each change is announced, for the ledger."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import uuid4

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members import permissions
from members.enums import Channel, TokenChange
from members.models import Post, ServiceToken, User
from members.models.service_token import SHOWN, digest_of, new_token
from members.reader import Decider, Reader
from members.services.account import tell_of_access
from members.services.notice import Message, send
from members.signals import row_changed

LIFE = relativedelta(years=1)
"""How long a token can be used, unless something else is said."""

NOTED_EVERY = timedelta(minutes=10)
"""The use of a token is written no more often: a reading writes nothing else."""

WARNED_BEFORE = timedelta(days=30)
"""How long before its end the maker of a token is told."""


@transaction.atomic
def create_service_token(
    *,
    name: str,
    posts: Collection[Post],
    by: Reader,
    read_only: bool = False,
    until: date | None,
    channel: Channel = Channel.WEB,
) -> tuple[ServiceToken, str]:
    """Let another system act within ``posts`` of the person, up to but without ``until``.

    All must be held in one committee. Returns the row and the token itself, which is kept nowhere.
    Raises ValidationError, PermissionDenied.
    """
    permissions.require(permissions.refusal_to_make_token(by))
    _require_own(posts, by)
    if until is not None and until <= by.day:
        raise ValidationError({"until": _("有效期须晚于今天")})
    account = User(username=f"token-{uuid4().hex}", name=name, is_service_account=True)
    account.set_unusable_password()
    account.full_clean(exclude=["password"])
    account.save()
    secret = new_token()
    token = ServiceToken.objects.create(
        account=account,
        made_by=by.user,
        committee=next(iter(posts)).committee,
        read_only=read_only,
        until=until,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        made_at=by.at,
        # Who chooses a short life knows when it ends.
        warned_at=by.at if until is not None and until <= by.day + WARNED_BEFORE else None,
    )
    token.posts.set(posts)
    _announce(token, TokenChange.CREATE, by=by, reason="", channel=channel)
    what = _("已以您的职务建立服务令牌“%(name)s”") % {"name": name}
    tell_of_access(account=by.user, what=what, link=link_to(token), at=by.at)
    return token, secret


def _require_own(posts: Collection[Post], by: Reader) -> None:
    """Refuse what is more than the person is, and more than one committee."""
    if not posts:
        raise ValidationError({"posts": _("请至少选择一项职务")})
    if not {post.pk for post in posts} <= {post.pk for post in by.posts}:
        raise ValidationError({"posts": _("只能选择您现在担任的职务")})
    if len({post.committee_id for post in posts}) > 1:
        raise ValidationError({"posts": _("一个令牌只能用于一个委员会，请分别建立")})


@transaction.atomic
def revoke_service_token(
    *, token: ServiceToken, reason: str, by: Decider, channel: Channel = Channel.WEB
) -> ServiceToken:
    """End a token at once and for good. Raises ValidationError, PermissionDenied."""
    permissions.require_of(by, permissions.refusal_to_revoke_token, token)
    if not reason.strip():
        raise ValidationError({"reason": _("请填写事由")})
    locked = ServiceToken.objects.select_for_update(no_key=True, of=("self",))
    token = locked.select_related("account", "made_by").get(pk=token.pk)
    if token.revoked_at is not None:
        raise ValidationError(_("此令牌已经撤销"))
    _revoke(token, reason=reason, by=by, channel=channel)
    return token


def revoke_resting_on(post: Post, *, by: Decider, channel: Channel) -> None:
    """Revoke what rested on a post that ended, before the post is held again."""
    tokens = ServiceToken.objects.filter(posts=post, revoked_at=None)
    for token in tokens.select_related("account", "made_by"):
        reason = _("所依据的职务曾经结束，现重新任命")
        _revoke(token, reason=reason, by=by, channel=channel)


def _revoke(token: ServiceToken, *, reason: str, by: Decider, channel: Channel) -> None:
    token.revoked_at = by.at
    token.save(update_fields=["revoked_at"])
    token.account.is_active = False
    token.account.save(update_fields=["is_active"])
    _announce(token, TokenChange.REVOKE, by=by, reason=reason, channel=channel)
    if by.user != token.made_by:
        what = _("您的服务令牌“%(name)s”已被撤销") % {"name": token.name}
        tell_of_access(account=token.made_by, what=what, link=link_to(token), at=by.at)


def _announce(
    token: ServiceToken, change: TokenChange, *, by: Decider, reason: str, channel: Channel
) -> None:
    row_changed.send(
        sender=ServiceToken,
        row=token,
        change=change,
        by=by.user,
        at=by.at,
        reason=reason,
        channel=channel,
    )


def link_to(token: ServiceToken) -> str:
    """The address of a token in the API."""
    return f"/api/v1/service-tokens/{token.pk}/"


def note_use(token: ServiceToken, *, at: datetime, address: str | None) -> None:
    """Write when and from where a token was used, if that was not done a moment ago."""
    before = at - NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > before:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=before)
    tokens = ServiceToken.objects.filter(unnoted, pk=token.pk)
    tokens.update(last_used_at=at, last_used_from=address)


@transaction.atomic
def warn_of_ends(*, at: datetime) -> int:
    """Tell the makers of tokens that end soon, once each; returns how many tokens that were."""
    today = localdate(at)
    ending = ServiceToken.objects.filter(
        until__gt=today,
        until__lte=today + WARNED_BEFORE,
        warned_at=None,
        revoked_at=None,
        made_by__is_active=True,
    )
    messages = []
    for token in ending.select_related("account"):
        if ServiceToken.objects.filter(pk=token.pk, warned_at=None).update(warned_at=at):
            told = {"name": token.name, "until": token.until}
            title = _("服务令牌“%(name)s”自 %(until)s 起失效，请及时更换") % told
            messages.append(
                Message(
                    recipient=token.made_by_id, title=title, link=link_to(token), needs_action=True
                )
            )
    send(messages, at=at)
    return len(messages)
