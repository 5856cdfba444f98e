"""Who may see and do what with people, bodies and rules.

Checks return the reason for refusing, in the reader's language, or None. What somebody may see is
declared at ``VISIBLE``, for the table of ``members.visibility``.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from members import models
from members.enums import Role
from members.reader import Decider, Reader
from members.visibility import EVERYTHING, NOBODY, Visibility, visible

# -- Seeing --------------------------------------------------------------------------------


def _of_own_committees(reader: Reader) -> Q:
    return Q(committee_id__in=reader.reach.committees)


def _of_administered(reader: Reader) -> Q:
    return Q(committee_id__in=reader.reach.administered)


def _rulebooks(reader: Reader) -> Q:
    """What is or was in force; future rules only for those who prepare them."""
    return (_of_own_committees(reader) & Q(effective_from__lte=reader.day)) | _of_administered(
        reader
    )


def _posts(reader: Reader) -> Q:
    return Q(user=reader.user) | _of_administered(reader)


def _accounts(reader: Reader) -> Q:
    """Oneself; for an administrator those that belong to or serve the committee."""
    seen = Q(pk=reader.user.pk)
    if administered := reader.reach.administered:
        serving = models.Post.objects.filter(committee_id__in=administered).values("user_id")
        seen |= Q(home_id__in=administered) | Q(pk__in=serving)
    return seen


PEOPLE = Q(is_service_account=False)
"""Accounts of people: a token's is shown with the token."""


def _service_tokens(reader: Reader) -> Q:
    """One's own; for an administrator all of the committee."""
    return Q(made_by=reader.user) | _of_administered(reader)


def _stand_ins(reader: Reader) -> Q:
    """One's own, on either side; for an administrator those of the committee's people."""
    own = Q(user=reader.user) | Q(stand_in=reader.user)
    return own | _of_people(reader, "user")


def _deliveries(reader: Reader) -> Q:
    """What goes out to oneself; for an administrator what goes to the committee's people."""
    return Q(recipient=reader.user) | _of_people(reader, "recipient")


def _of_people(reader: Reader, path: str) -> Q:
    """Rows of those who hold a post in a committee that the reader administers."""
    if not reader.reach.administered:
        return NOBODY
    posts = models.Post.objects.held_on(reader.day).filter(_of_administered(reader))
    return Q(**{f"{path}__in": posts.order_by().values("user_id")})


def _saved_views(reader: Reader) -> Q:
    """One's own, and those shared with a role that one holds in their committee."""
    seen = Q(owner=reader.user)
    for post in reader.posts:
        if post.committee_id is not None:
            seen |= Q(shared_with=post.role, committee_id=post.committee_id)
    return seen


def _or_all(rule: Callable[[Reader], Q], everything: Q = EVERYTHING) -> Callable[[Reader], Q]:
    """As ``rule`` says; ``everything`` for administrators of the platform."""
    return lambda reader: everything if reader.reach.platform else rule(reader)


OPEN = Q(committee__closed_at=None)
"""What belongs to no committee that is closed; those left without posts see none anyway."""

VISIBLE = (
    Visibility(models.Body, _or_all(_of_own_committees, OPEN)),
    Visibility(models.CalendarDay, lambda reader: EVERYTHING),
    Visibility(models.CalendarFeed, lambda reader: Q(user=reader.user)),
    Visibility(models.Committee, lambda reader: Q(closed_at=None)),
    Visibility(models.Delivery, _or_all(_deliveries)),
    Visibility(models.Job, lambda reader: Q(owner=reader.user)),
    Visibility(models.Member, _or_all(_of_own_committees, OPEN)),
    Visibility(models.Notice, lambda reader: Q(recipient=reader.user)),
    Visibility(models.NoticeChannel, lambda reader: Q(user=reader.user)),
    Visibility(models.Post, _or_all(_posts, OPEN)),
    Visibility(models.Rulebook, _or_all(_rulebooks, OPEN)),
    Visibility(models.SavedView, _saved_views),
    Visibility(models.ServiceToken, _or_all(_service_tokens, OPEN)),
    Visibility(models.Session, _or_all(_of_own_committees, OPEN)),
    Visibility(models.StandIn, _or_all(_stand_ins)),
    Visibility(models.Term, _or_all(_of_own_committees, OPEN)),
    Visibility(models.Unit, _or_all(_of_own_committees, OPEN)),
    Visibility(
        models.User, lambda reader: _or_all(_accounts, Q(home__closed_at=None))(reader) & PEOPLE
    ),
    Visibility(models.Webhook, _or_all(_of_administered, OPEN)),
    Visibility(
        models.WebhookCall,
        _or_all(lambda reader: Q(webhook__committee_id__in=reader.reach.administered)),
    ),
)


def sees_contact(reader: Reader, row: models.Member | models.Body) -> bool:
    """Whether ``reader`` sees phone and address of a member, or who to ring at a body.

    The committee's office, assigning officers, platform administrators; a member sees
    their own, a collective proposer's contact person that of the body.
    """
    if reader.reach.platform:
        return True
    if row.committee_id in reader.reach.contacts:
        return True
    if isinstance(row, models.Body):
        return row.pk in reader.reach.bodies
    if row.pk in reader.reach.members:
        return True
    return row.user_id is not None and row.user_id == reader.user.pk


# -- Doing ---------------------------------------------------------------------------------


def refusal_to_administer(reader: Reader, committee: models.Committee) -> str | None:
    """Why ``reader`` may not edit what belongs to ``committee``, or None."""
    if reader.reach.platform or committee.pk in reader.reach.administered:
        return None
    return _("只有本委员会的管理员可以修改")


def refusal_to_administer_platform(reader: Reader) -> str | None:
    """Why ``reader`` may not do what only the platform's administrator does, or None."""
    return None if reader.reach.platform else _("只有平台管理员可以这样做")


def refusal_to_appoint_stand_in(reader: Reader, absent: models.User) -> str | None:
    """Why ``reader`` may not say who stands in for ``absent``, or None.

    The person themself may; an administrator only for those who serve in no other committee,
    whose notices would otherwise go to the stand-in too.
    """
    if reader.user == absent or reader.reach.platform:
        return None
    committees = {post.committee_id for post in absent.posts.held_on(reader.day)}
    if committees and committees <= reader.reach.administered:
        return None
    return _("只有本人或其所在委员会的管理员可以安排代收")


def refusal_to_resend(reader: Reader, delivery: models.Delivery) -> str | None:
    """Why ``reader`` may not send a failed delivery again, or None."""
    if reader.reach.platform:
        return None
    administered = reader.reach.administered
    if delivery.recipient.posts.held_on(reader.day).filter(committee_id__in=administered).exists():
        return None
    return _("只有管理员可以重发")


def refusal_to_make_token(reader: Reader) -> str | None:
    """Why ``reader`` may make no service token, or None: a token begets no others."""
    if reader.user.is_service_account:
        return _("服务令牌不能再建立服务令牌，请以本人登录")
    return None if reader.posts else _("您没有职务，不能建立服务令牌")


def refusal_to_revoke_token(reader: Reader, token: models.ServiceToken) -> str | None:
    """Why ``reader`` may not revoke a service token, or None."""
    if token.made_by_id == reader.user.pk or reader.reach.platform:
        return None
    if token.committee_id in reader.reach.administered:
        return None
    return _("只有令牌的责任人或其委员会的管理员可以撤销")


def refusal_to_have_notices(reader: Reader) -> str | None:
    """Why ``reader`` has neither inbox nor channels, or None: only people are notified."""
    return (
        _("服务令牌没有收件箱和通知渠道，请以本人登录") if reader.user.is_service_account else None
    )


def refusal_to_see_accounts(reader: Reader) -> str | None:
    """Why ``reader`` may not look up accounts, or None."""
    return None if reader.reach.administers else _("只有管理员可以查看账号")


def refusal_to_grant(
    reader: Reader,
    role: str,
    committee: models.Committee | None,
    account: models.User,
) -> str | None:
    """Why ``reader`` may not give or end a post of ``role`` in ``committee``, or None.

    A committee administrator grants posts of their own committee only, to accounts that
    they can see, and never the platform's.
    """
    if reader.reach.platform:
        return None
    if role == Role.PLATFORM_ADMINISTRATOR:
        return _("只有平台管理员可以授予平台管理员职务")
    if committee is None or committee.pk not in reader.reach.administered:
        return _("只能管理本委员会的职务")
    if not visible(reader, models.User.objects.filter(pk=account.pk)).exists():
        return _("该账号不属于本委员会，请联系平台管理员")
    return None


def refusal_to_place_account(reader: Reader, home: models.Committee | None) -> str | None:
    """Why ``reader`` may not put an account under ``home`` (None: the platform), or None."""
    if reader.reach.platform:
        return None
    if home is None or home.pk not in reader.reach.administered:
        return _("只能建立属于本委员会的账号，其他账号由平台管理员建立")
    return None


def refusal_to_manage_account(reader: Reader, account: models.User) -> str | None:
    """Why ``reader`` may not change ``account`` (name, password, disabling), or None.

    Whoever sets a password can act as its owner. So a committee administrator manages only
    accounts at home in the committee whose posts, whenever held, are all there.
    """
    if reader.reach.platform:
        return None
    administered = reader.reach.administered
    if account.home_id not in administered:
        return _("该账号不由本委员会管理")
    if account.is_superuser:
        return _("该账号由平台管理员管理")
    if any(post.committee_id not in administered for post in account.posts.all()):
        return _("该账号在其他委员会有职务，由平台管理员管理")
    return None


def require(reason: str | None) -> None:
    """Raise PermissionDenied with ``reason`` when there is one."""
    if reason is not None:
        raise PermissionDenied(reason)


def require_of(by: Decider, refusal: Callable[..., str | None], *about: Any) -> None:
    """Raise PermissionDenied with the reason that ``refusal`` gives a reader.

    ``about`` are its further arguments. The operator is not asked.
    """
    if isinstance(by, Reader):
        require(refusal(by, *about))


def require_administers(by: Decider, committee: models.Committee) -> None:
    """Raise PermissionDenied unless ``by`` administers ``committee``."""
    require_of(by, refusal_to_administer, committee)
