"""A person's channels for notices outside the product."""

import warnings
from datetime import datetime

import apprise
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.enums import Means, OutgoingState, Pace
from members.models import Delivery, NoticeChannel, User
from members.punctuation import listed

ASSET = apprise.AppriseAsset(
    app_id="Tian", app_desc="Tian", app_url="", http_redirects=False, storage_mode="memory"
)


@transaction.atomic
def set_channel(
    *,
    user: User,
    means: str,
    address: str | None = None,
    for_action: str | None = None,
    for_others: str | None = None,
    at: datetime,
) -> NoticeChannel:
    """Keep what ``user`` wishes about ``means``; None leaves a wish as it is.

    What waits and is not wished any more is taken back, but for statutory notices. Raises
    ValidationError.
    """
    known = NoticeChannel.objects.select_for_update().filter(user=user, means=means).first()
    channel = known or NoticeChannel(user=user, means=means)
    if address is not None:
        channel.address = address.strip()
        _check_address(channel)
    elif known is None and means != Means.EMAIL:
        raise ValidationError({"address": _("请填写地址")})
    channel.for_action = for_action or channel.for_action
    channel.for_others = for_others or channel.for_others
    channel.full_clean()
    channel.save()
    _take_back(channel)
    return channel


@transaction.atomic
def remove_channel(*, channel: NoticeChannel) -> None:
    """Forget a person's settings; for e-mail the defaults apply again."""
    if channel.means != Means.EMAIL:  # what waits has no address any more
        _waiting(channel).delete()
    channel.delete()


def robot(url: str) -> apprise.NotifyBase:
    """The sender behind an address such as ``wecombot://key``; raises ValidationError.

    Only the kinds that the operator allows: others could speak to any host or run programs.
    """
    with warnings.catch_warnings():  # it loads all its plugins, some of which use old modules
        warnings.simplefilter("ignore", DeprecationWarning)
        service = apprise.Apprise.instantiate(url, asset=ASSET)
    allowed = settings.APPRISE_SCHEMAS
    if service is None or not _schemas(service) & set(allowed):
        names = listed(f"{name}://" for name in allowed)
        raise ValidationError(
            {"address": _("地址无效或不允许此种渠道，可用：%(names)s") % {"names": names}}
        )
    # What the address says of these is not the person's to decide.
    service.redirects = False
    service.verify_certificate = True
    service.retry = 0
    return service


def masked(channel: NoticeChannel) -> str:
    """The address as it may be shown: mail in full, of a robot only its kind."""
    if channel.means == Means.EMAIL:
        return channel.address or channel.user.email
    schema, separator, _secret = channel.address.partition("://")
    return f"{schema}{separator}…"


def _check_address(channel: NoticeChannel) -> None:
    if channel.means != Means.EMAIL:
        robot(channel.address)
    elif channel.address:
        try:
            validate_email(channel.address)
        except ValidationError as error:
            raise ValidationError({"address": error.messages}) from error


def _take_back(channel: NoticeChannel) -> None:
    unwished = Q(pk__in=[])
    if channel.for_action == Pace.OFF:
        unwished |= Q(notice__needs_action=True)
    if channel.for_others == Pace.OFF:
        unwished |= Q(notice__needs_action=False)
    _waiting(channel).filter(unwished, notice__statutory=False).delete()


def _waiting(channel: NoticeChannel) -> QuerySet[Delivery]:
    """What is not yet on its way, alone or in a daily message."""
    return Delivery.objects.filter(
        recipient=channel.user,
        means=channel.means,
        state=OutgoingState.WAITING,
        carried_by=None,
        carries=None,
    )


def _schemas(service: apprise.NotifyBase) -> set[str]:
    names: set[str] = set()
    for protocol in (service.protocol, service.secure_protocol):
        names |= {protocol} if isinstance(protocol, str) else set(protocol or ())
    return names
