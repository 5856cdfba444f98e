"""Finds who signs in by username, phone or name, and what they must do first."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, TextChoices, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.enums import SECOND_FACTOR_ROLES
from members.models import User
from members.phone_numbers import plain_number
from members.reader import Reader

DIRECTORY_BACKEND = "members.directory.DirectoryBackend"
"""Asks the directory; loaded only where the settings name one."""

BY_DIRECTORY = "by_directory"
"""What a session carries whose password was that of the directory."""

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""Second factors; recovery codes only stand in for these."""

FEW = 10
"""More accounts than this are not looked at: a phone or name so common means none of them."""


def account_called(text: str) -> User | None:
    """The account that somebody means who signs in as ``text``.

    Its username; else its phone number or its holder's name, where exactly one active account
    bears it. One query, whether there is such an account or not.
    """
    wanted = text.strip()
    number = plain_number(wanted)
    if not wanted:
        return None
    active = Q(is_active=True) & (Q(phone__in={wanted, number}) | Q(name=wanted))
    by_username = Case(When(username=wanted, then=0), default=1)
    people = User.objects.filter(Q(username=wanted) | active, is_service_account=False)
    found = list(people.order_by(by_username)[:FEW])
    for alike in (
        [user for user in found if user.username == wanted],
        [user for user in found if user.phone in {wanted, number} and user.phone],
        [user for user in found if user.name == wanted],
    ):
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


class Backend(ModelBackend):
    """The password of an account that is found by username, phone or name."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User | None:
        """The account, if the password is right and it is not disabled."""
        if not username or password is None:
            return None
        account = account_called(username)
        if account is None:
            User().set_password(password)  # takes as long as comparing with one
            return None
        right = account.check_password(password)
        return account if right and self.user_can_authenticate(account) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account signs in at all; asked at every request of a session too."""
        return super().user_can_authenticate(user) and not user.is_service_account


# -- After the password --------------------------------------------------------------------


class Owed(TextChoices):
    """Something that a person must do on the pages before anything else."""

    PASSWORD = "password", _("请先在网页上登录并修改初始密码")
    SECOND_FACTOR = "second_factor", _("按规定须先在网页“我的账号”中开启双因素验证")


def owed_first(reader: Reader, *, by_password: bool = True) -> Owed | None:
    """What ``reader`` must do before anything else, or None.

    The password that is kept here concerns only those who have come in by it (``by_password``).
    """
    user = reader.user
    if user.must_change_password and by_password:
        return Owed.PASSWORD
    if settings.REQUIRE_2FA and not has_second_factor(user) and _is_obliged(reader):
        return Owed.SECOND_FACTOR
    return None


def is_by_directory(user: Any) -> bool:
    """Whether it was the directory that has let in this user, who was just authenticated."""
    return getattr(user, "backend", "") == DIRECTORY_BACKEND


def came_by_password(request: HttpRequest) -> bool:
    """Whether whoever is signed in here may have used the password that is kept here."""
    if request.session.get(BY_DIRECTORY):
        return False
    records = get_authentication_records(request, request.user)
    methods = {record["method"] for record in records}
    return "password" in methods or "socialaccount" not in methods


def _is_obliged(reader: Reader) -> bool:
    user = reader.user
    return user.is_superuser or bool(reader.roles & SECOND_FACTOR_ROLES)


def has_second_factor(user: User) -> bool:
    """Whether more than the password is asked of ``user``."""
    return is_mfa_enabled(user, SECOND_FACTORS)


def has_reauthenticated(request: HttpRequest) -> bool:
    """Whether whoever is signed in here has just proved again that it is them."""
    try:
        reauthentication_required(lambda request: None)(request)
    except ReauthenticationRequired:
        return False
    return True


def check_second_factor(user: User, code: str) -> None:
    """Use up ``code``, of the authenticator app or a recovery code; raises ValidationError.

    A few wrong ones, and no more are looked at for some minutes.
    """
    form = BaseAuthenticateForm(user=user, data={"code": code})
    if not form.is_valid():
        raise ValidationError([text for texts in form.errors.values() for text in texts])
    form.authenticator.record_usage()
