"""The first account of an installation, which only its operator can create."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from members.enums import Role
from members.models import User
from members.reader import Operator
from members.services.account import create_account
from members.services.post import give_post


def key() -> str:
    """What opens the first page: it follows from SECRET_KEY, so every process knows the same.

    It is told in the log only, and is worth nothing once there is an account.
    """
    return salted_hmac("members.services.first", "start", algorithm="sha256").hexdigest()[:32]


def link(site: str = "") -> str:
    """The address of the first page with its key, below ``site``."""
    return f"{site or settings.SITE_URL}/start/?{urlencode({'key': key()})}"


def is_empty() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def opens(given: str) -> bool:
    """Whether ``given`` is the key, and there is still something to open."""
    return constant_time_compare(given, key()) and is_empty()


@transaction.atomic
def make_first_account(
    *, given: str, username: str, password: str, name: str, at: datetime
) -> User:
    """Make the account of the platform's administrator, who sets it up.

    Raises PermissionDenied without the key or once there is an account, ValidationError.
    """
    if not opens(given):
        raise PermissionDenied(_("设置链接无效，或者已经有人建立了第一个账号"))
    by = Operator(at)
    account = create_account(username=username, password=password, name=name, by=by)
    why = _("建立第一个账号")
    give_post(user=account, role=Role.PLATFORM_ADMINISTRATOR, by=by, reason=why)
    return account
