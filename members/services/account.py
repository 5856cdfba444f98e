"""Accounts of people who sign in."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from knox.models import AuthToken

from members import permissions
from members.models import Committee, User


@transaction.atomic
def create_account(
    *,
    username: str,
    password: str,
    name: str,
    by: User | None,
    at: datetime,
    home: Committee | None = None,
    phone: str = "",
) -> User:
    """Create an account that belongs to the committee ``home`` (None: to the platform).

    Raises ValidationError (also for a weak password), PermissionDenied.
    """
    today = localdate(at)
    if by is not None:
        permissions.require(permissions.refusal_to_place_account(by, home, today))
    account = User(username=username, name=name, phone=phone, home=home)
    _set_password(account, password)
    account.full_clean()
    account.save()
    return account


@transaction.atomic
def change_account(
    *,
    account: User,
    by: User | None,
    at: datetime,
    password: str | None = None,
    **changes: Any,
) -> User:
    """Change ``name``, ``phone``, ``home`` or ``is_active``, or set a new password.

    Who was signed in with a token is signed out by a new password and by disabling; pages
    follow from Django's session check. Raises ValidationError, PermissionDenied.
    """
    today = localdate(at)
    account = User.objects.select_for_update().get(pk=account.pk)
    if by is not None:
        permissions.require(permissions.refusal_to_manage_account(by, account, today))
        if "home" in changes:
            permissions.require(permissions.refusal_to_place_account(by, changes["home"], today))
    for field, value in changes.items():
        setattr(account, field, value)
    if password is not None:
        _set_password(account, password)
    account.full_clean()
    account.save()
    if password is not None or not account.is_active:
        AuthToken.objects.filter(user=account).delete()
    return account


def _set_password(account: User, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    account.set_password(password)
