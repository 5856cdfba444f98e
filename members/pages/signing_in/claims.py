"""Whom another server means: the account here that a first sign-in is joined to.

Nothing counts that people can choose themselves, such as a nickname.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialLogin

from members.models import User
from members.phone_numbers import plain_number

CONFIRMS_ADDRESSES = "openid_connect"
"""The kind of server that says of an address whether it has been confirmed."""


def account_claimed(sociallogin: SocialLogin) -> User | None:
    """The one active account that has what the server vouches for; see ``config.sign_on``."""
    named: dict[str, Any] = sociallogin.provider.app.settings
    value = _told(sociallogin, named.get("claim", ""))
    if not value:
        return None
    people = User.objects.filter(is_active=True, is_service_account=False)
    if named["field"] == "username":
        return people.filter(username=value).first()
    if named["field"] == "phone":
        alike = people.filter(phone__in={value, plain_number(value)})
    elif _is_confirmed(sociallogin, value):
        alike = people.filter(email__iexact=value)
    else:
        return None
    found = list(alike[:2])
    return found[0] if len(found) == 1 else None


def _told(sociallogin: SocialLogin, claim: str) -> str:
    """The one value that the server tells under this name; empty where there are several."""
    extra: dict[str, Any] = sociallogin.account.extra_data
    told = extra.get("userinfo") or extra.get("id_token") or extra
    value = told.get(claim)
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else ""
    return value.strip() if isinstance(value, str) else ""


def _is_confirmed(sociallogin: SocialLogin, address: str) -> bool:
    """Whether the person has shown the address to be theirs, where the server says so."""
    if sociallogin.provider.id != CONFIRMS_ADDRESSES:
        return True
    addresses: list[EmailAddress] = sociallogin.email_addresses
    return any(row.verified and row.email.lower() == address.lower() for row in addresses)
