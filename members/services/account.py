"""Accounts of people who sign in."""

import secrets
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import AuthToken

from members import permissions
from members.models import User
from members.reader import Decider, Operator
from members.services.notice import Message, send

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What one-time passwords are made of: nothing that is read wrongly on paper."""

ROUNDS = 10_000
"""Rounds of the hash of a one-time password. It is random, some 59 bits, and must be changed at
the first login: so hundreds can be made while a page waits."""


@transaction.atomic
def create_account(*, password: str, by: Decider, **details: Any) -> User:
    """Create an account that belongs to the committee ``home`` (None: to the platform).

    ``details`` are fields of User. Whoever gets it from an administrator must change the
    password first. Raises ValidationError (also for a weak password), PermissionDenied.
    """
    permissions.require_of(by, permissions.refusal_to_place_account, details.get("home"))
    account = User(**details)
    _set_password(account, password)
    account.must_change_password = not isinstance(by, Operator)
    account.full_clean()
    account.save()
    return account


@transaction.atomic
def change_account(
    *,
    account: User,
    by: Decider,
    password: str | None = None,
    **changes: Any,
) -> User:
    """Change ``name``, ``phone``, ``email``, ``home`` or ``is_active``, or set a new password.

    A new password and disabling sign out those with a token too; pages
    follow from Django's session check. A password that somebody else has set must be changed
    first. Raises ValidationError, PermissionDenied.
    """
    account = User.objects.select_for_update().get(pk=account.pk)
    permissions.require_of(by, permissions.refusal_to_manage_account, account)
    if "home" in changes:
        permissions.require_of(by, permissions.refusal_to_place_account, changes["home"])
    for field, value in changes.items():
        setattr(account, field, value)
    if password is not None:
        _set_password(account, password)
        account.must_change_password = by.user not in (None, account)
    account.full_clean()
    account.save()
    if password is not None or not account.is_active:
        AuthToken.objects.filter(user=account).delete()
    return account


def one_time_password() -> str:
    """A random password that can be typed from paper: ``k7fm-2xqp-9dhw``."""
    return "-".join("".join(secrets.choice(LETTERS) for _at in range(4)) for _part in range(3))


@transaction.atomic
def reset_password(*, account: User, by: Decider) -> str:
    """Give an account a one-time password, returned to be handed over; it ends all sessions.

    Raises PermissionDenied.
    """
    permissions.require_of(by, permissions.refusal_to_manage_account, account)
    password = one_time_password()
    set_one_time_password(account, password)
    account.save(update_fields=["password", "must_change_password"])
    AuthToken.objects.filter(user=account).delete()
    return password


def set_one_time_password(account: User, password: str) -> None:
    """Let the unsaved ``account`` sign in once with ``password``, of ``one_time_password``."""
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        account.password = hasher.encode(password, hasher.salt(), iterations=ROUNDS)
    else:
        account.set_password(password)
    account.must_change_password = True


@transaction.atomic
def change_own_password(*, account: User, password: str, at: datetime) -> None:
    """Set the password that the person has chosen; it ends all sessions and tokens.

    ``password`` has been validated. The page keeps the session that it is changed in.
    """
    account.set_password(password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    AuthToken.objects.filter(user=account).delete()
    tell_of_access(account=account, what=_("您的密码已修改"), at=at)


@transaction.atomic
def sign_out_everywhere(*, account: User, at: datetime) -> None:
    """End all sessions and tokens of the person."""
    account.signed_out_at = at
    account.save(update_fields=["signed_out_at"])
    AuthToken.objects.filter(user=account).delete()


@transaction.atomic
def forget_second_factor(*, account: User, by: Decider) -> int:
    """Let somebody who has lost phone, keys and recovery codes in by password alone again.

    Returns how many things are forgotten. Raises PermissionDenied.
    """
    permissions.require_of(by, permissions.refusal_to_manage_account, account)
    count, _kinds = Authenticator.objects.filter(user=account).delete()
    if count:
        tell_of_access(account=account, what=_("管理员已取消您账号的双因素验证"), at=by.at)
    return count


@transaction.atomic
def leave_outside_account(*, outside: SocialAccount, at: datetime) -> None:
    """Forget an account at another server, by which its person then no longer signs in."""
    outside.delete()
    tell_of_access(account=outside.user, what=_("您的账号已解除关联外部账号"), at=at)


def tell_of_access(*, account: User, what: str, at: datetime, link: str = "/api/v1/me/") -> None:
    """Notify the person of a change to how they get in; inside its transaction."""
    text = _("如果不是您本人所为，请立即联系管理员。")
    send([Message(recipient=account.pk, title=what, text=text, link=link)], at=at)


def _set_password(account: User, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    account.set_password(password)
