"""The address of somebody's dates: made, replaced, switched off, and found."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import CalendarFeed, User
from members.models.calendar_feed import new_address
from members.models.service_token import digest_of
from members.services.account import tell_of_access


@transaction.atomic
def make_calendar_address(*, user: User, at: datetime) -> str:
    """Switch the person's calendar on at a new address, which is returned and kept nowhere.

    The old address, if there is one, leads nowhere from now on.
    """
    secret = new_address()
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"digest": digest_of(secret), "made_at": at}
    )
    tell_of_access(account=user, what=_("您的日历订阅有了新地址"), at=at)
    return secret


def close_calendar(*, user: User) -> None:
    """Switch it off: its address leads nowhere from now on."""
    CalendarFeed.objects.filter(user=user).delete()


def owner_of(secret: str) -> User | None:
    """Whose dates are at this address; nobody's where the account is disabled."""
    rows = CalendarFeed.objects.filter(digest=digest_of(secret), user__is_active=True)
    feed = rows.select_related("user").first()
    return feed.user if feed else None
