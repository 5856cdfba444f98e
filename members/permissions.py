"""Who may see and do what with people, bodies and rules; built on the posts held on a day.

Checks return the reason for refusing, in the reader's language, or None. What somebody may
not see is left out by ``visible``; nothing else decides that.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.enums import OFFICE_ROLES, Role
from members.models import (
    Body,
    CalendarDay,
    Committee,
    Delivery,
    Job,
    Member,
    Notice,
    NoticeChannel,
    Post,
    Rulebook,
    SavedView,
    Session,
    StandIn,
    Term,
    Unit,
    User,
    Webhook,
    WebhookCall,
)
from members.selectors import posts_of

Reader = User | AnonymousUser
Row = TypeVar("Row", bound=models.Model)

CONTACT_ROLES = OFFICE_ROLES | {Role.ASSIGNING_OFFICER}
"""Roles that see how to reach a member: the committee's office and who assigns."""


def held(user: Reader, on: date) -> list[Post]:
    """The posts that ``user`` holds on ``on``; none when not signed in or disabled."""
    return posts_of(user, on) if isinstance(user, User) and user.is_active else []


def holds(
    user: Reader,
    roles: Collection[str],
    *,
    committee: Committee | None = None,
    unit: Unit | None = None,
    body: Body | None = None,
    member: Member | None = None,
    on: date,
) -> bool:
    """Whether ``user`` holds one of ``roles`` on ``on``, in every scope that is named.

    A scope left out is not asked about. A platform administrator's post names no committee,
    so it answers only when no committee is asked about.
    """
    wanted = {"committee_id": committee, "unit_id": unit, "body_id": body, "member_id": member}
    return any(
        post.role in roles
        and all(scope is None or getattr(post, name) == scope.pk for name, scope in wanted.items())
        for post in held(user, on)
    )


def committees_of(user: Reader, on: date, roles: Collection[str] | None = None) -> set[int]:
    """Ids of the committees where ``user`` holds a post (one of ``roles``) on ``on``."""
    return {
        post.committee_id
        for post in held(user, on)
        if post.committee_id and (roles is None or post.role in roles)
    }


def administers_platform(user: Reader, on: date) -> bool:
    """Whether ``user`` is a platform administrator on ``on``."""
    return holds(user, {Role.PLATFORM_ADMINISTRATOR}, on=on)


def administered_by(user: Reader, on: date) -> set[int]:
    """Ids of the committees that ``user`` administers as their own administrator."""
    return committees_of(user, on, {Role.COMMITTEE_ADMINISTRATOR})


# -- Seeing --------------------------------------------------------------------------------


def visible(user: Reader, queryset: QuerySet[Row], on: date) -> QuerySet[Row]:
    """The rows of this application in ``queryset`` that ``user`` may see on ``on``.

    A post, ended or not yet begun, gives nothing. Raises TypeError for a model that is not
    of this application.
    """
    model = queryset.model
    if model not in _VISIBLE:
        raise TypeError(f"members.permissions does not know {model.__name__}")
    if not isinstance(user, User) or not user.is_active:
        return queryset.none()
    if administers_platform(user, on) and model not in PERSONAL:
        return queryset.filter(_of_open_committees(model))
    return queryset.filter(_VISIBLE[model](user, on))


def _of_open_committees(model: type[models.Model]) -> Q:
    """What belongs to no committee that is closed; who is left without posts sees none anyway."""
    if model is Committee:
        return Q(closed_at=None)
    names = {field.name for field in model._meta.get_fields()}
    path = "home" if model is User else "committee"
    return Q(**{f"{path}__closed_at": None}) if path in names else Q()


def _everything(user: User, on: date) -> Q:
    return Q()


def _open_committees(user: User, on: date) -> Q:
    return Q(closed_at=None)


def _in_own_committees(user: User, on: date) -> Q:
    return Q(committee_id__in=committees_of(user, on))


def _rulebooks(user: User, on: date) -> Q:
    """What is or was in force; what is being prepared only to who prepares it."""
    begun = Q(committee_id__in=committees_of(user, on), effective_from__lte=on)
    return begun | Q(committee_id__in=administered_by(user, on))


def _posts(user: User, on: date) -> Q:
    return Q(user=user) | Q(committee_id__in=administered_by(user, on))


def _accounts(user: User, on: date) -> Q:
    """Oneself; for an administrator those that belong to or serve the committee."""
    administered = administered_by(user, on)
    serving = Post.objects.filter(committee_id__in=administered).values("user_id")
    return Q(pk=user.pk) | Q(home_id__in=administered) | Q(pk__in=serving)


def _own_notices(user: User, on: date) -> Q:
    return Q(recipient=user)


def _own_channels(user: User, on: date) -> Q:
    return Q(user=user)


def _stand_ins(user: User, on: date) -> Q:
    """One's own, on either side; for an administrator those of the committee's people."""
    return Q(user=user) | Q(stand_in=user) | Q(user__in=_serving(user, on))


def _deliveries(user: User, on: date) -> Q:
    """What goes out to oneself; for an administrator what goes to the committee's people."""
    return Q(recipient=user) | Q(recipient__in=_serving(user, on))


def _serving(user: User, on: date) -> QuerySet[Any]:
    """Keys of those who hold a post in a committee that ``user`` administers."""
    posts = Post.objects.held_on(on).filter(committee_id__in=administered_by(user, on))
    return posts.order_by().values("user_id")


def _own_jobs(user: User, on: date) -> Q:
    return Q(owner=user)


def _saved_views(user: User, on: date) -> Q:
    """One's own, and those shared with a role that one holds in their committee."""
    shared = Q(pk__in=[])
    for post in held(user, on):
        if post.committee_id is not None:
            shared |= Q(shared_with=post.role, committee_id=post.committee_id)
    return Q(owner=user) | shared


def _webhooks(user: User, on: date) -> Q:
    return Q(committee_id__in=administered_by(user, on))


def _webhook_calls(user: User, on: date) -> Q:
    return Q(webhook__committee_id__in=administered_by(user, on))


PERSONAL = frozenset({Job, Notice, NoticeChannel, SavedView})
"""What nobody sees but the person themself."""

_VISIBLE: dict[type[models.Model], Any] = {
    Body: _in_own_committees,
    CalendarDay: _everything,
    Committee: _open_committees,
    Delivery: _deliveries,
    Job: _own_jobs,
    Member: _in_own_committees,
    Notice: _own_notices,
    NoticeChannel: _own_channels,
    Post: _posts,
    Rulebook: _rulebooks,
    SavedView: _saved_views,
    Session: _in_own_committees,
    StandIn: _stand_ins,
    Term: _in_own_committees,
    Unit: _in_own_committees,
    User: _accounts,
    Webhook: _webhooks,
    WebhookCall: _webhook_calls,
}


def sees_contact(user: Reader, row: Member | Body, on: date) -> bool:
    """Whether ``user`` sees phone and address of a member, or who to ring at a body.

    The committee's office, assigning officers, platform administrators; a member sees
    their own, a collective proposer's contact person that of the body.
    """
    if administers_platform(user, on):
        return True
    if row.committee_id in committees_of(user, on, CONTACT_ROLES):
        return True
    if isinstance(row, Body):
        return holds(user, {Role.COLLECTIVE_CONTACT}, body=row, on=on)
    return row.user_id is not None and row.user_id == user.pk


# -- Doing ---------------------------------------------------------------------------------


def refusal_to_administer(user: Reader, committee: Committee, on: date) -> str | None:
    """Why ``user`` may not edit what belongs to ``committee``, or None."""
    if administers_platform(user, on) or committee.pk in administered_by(user, on):
        return None
    return _("只有本委员会的管理员可以修改")


def refusal_to_administer_platform(user: Reader, on: date) -> str | None:
    """Why ``user`` may not do what only the platform's administrator does, or None."""
    return None if administers_platform(user, on) else _("只有平台管理员可以这样做")


def refusal_to_appoint_stand_in(user: Reader, absent: User, on: date) -> str | None:
    """Why ``user`` may not say who stands in for ``absent``, or None.

    The person themself may; an administrator only for who serves in no other committee, since
    what that one sends would go to the stand-in too.
    """
    if user == absent or administers_platform(user, on):
        return None
    committees = {post.committee_id for post in absent.posts.held_on(on)}
    if committees and committees <= administered_by(user, on):
        return None
    return _("只有本人或其所在委员会的管理员可以安排代收")


def refusal_to_resend(user: Reader, delivery: Delivery, on: date) -> str | None:
    """Why ``user`` may not send a failed delivery again, or None."""
    if administers_platform(user, on):
        return None
    administered = administered_by(user, on)
    if delivery.recipient.posts.held_on(on).filter(committee_id__in=administered).exists():
        return None
    return _("只有管理员可以重发")


def refusal_to_see_accounts(user: Reader, on: date) -> str | None:
    """Why ``user`` may not look up accounts, or None."""
    if administers_platform(user, on) or administered_by(user, on):
        return None
    return _("只有管理员可以查看账号")


def refusal_to_grant(
    user: Reader, role: str, committee: Committee | None, account: User, on: date
) -> str | None:
    """Why ``user`` may not give or end a post of ``role`` in ``committee``, or None.

    A committee administrator grants posts of their own committee only, to accounts that
    they can see, and never the platform's.
    """
    if administers_platform(user, on):
        return None
    if role == Role.PLATFORM_ADMINISTRATOR:
        return _("只有平台管理员可以授予平台管理员职务")
    if committee is None or committee.pk not in administered_by(user, on):
        return _("只能管理本委员会的职务")
    if not visible(user, User.objects.filter(pk=account.pk), on).exists():
        return _("该账号不属于本委员会，请联系平台管理员")
    return None


def refusal_to_place_account(user: Reader, home: Committee | None, on: date) -> str | None:
    """Why ``user`` may not put an account under ``home`` (None: the platform), or None."""
    if administers_platform(user, on):
        return None
    if home is None or home.pk not in administered_by(user, on):
        return _("只能建立属于本委员会的账号，其他账号由平台管理员建立")
    return None


def refusal_to_manage_account(user: Reader, account: User, on: date) -> str | None:
    """Why ``user`` may not change ``account`` (name, password, disabling), or None.

    Who sets a password can act as its owner. So a committee administrator manages only
    accounts at home in the committee whose posts, whenever held, are all there.
    """
    if administers_platform(user, on):
        return None
    administered = administered_by(user, on)
    if account.home_id not in administered:
        return _("该账号不由本委员会管理")
    if account.is_superuser or account.is_staff:
        return _("该账号由平台管理员管理")
    if any(post.committee_id not in administered for post in account.posts.all()):
        return _("该账号在其他委员会有职务，由平台管理员管理")
    return None


def require(reason: str | None) -> None:
    """Raise PermissionDenied with ``reason`` when there is one."""
    if reason is not None:
        raise PermissionDenied(reason)


def require_administers(user: User | None, committee: Committee, on: date) -> None:
    """Raise PermissionDenied unless ``user`` administers ``committee``; None is the operator."""
    if user is not None:
        require(refusal_to_administer(user, committee, on))
