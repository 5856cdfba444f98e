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

from members.enums import TO_ACCOUNT, Means, OutgoingState, Pace
from members.models import Delivery, NoticeChannel, User
from members.models.delivery import address_on
from members.punctuation import listed

ASSET = apprise.AppriseAsset(
    app_id="Tian", app_desc="Tian", app_url="", http_redirects=False, storage_mode="memory"
)


def is_offered(means: str) -> bool:
    """Whether the operator has set up what this means needs."""
    if means == Means.EMAIL:
        return bool(settings.SENDS_EMAIL)
    return means != Means.SMS or settings.SMS_GATEWAY != "none"


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
    channel = known or NoticeChannel.unsaid(user, means)
    if address is not None:
        channel.address = address.strip()
        _check_address(channel)
    elif known is None and means not in TO_ACCOUNT:
        raise ValidationError({"address": _("请填写地址")})
    channel.for_action = for_action or channel.for_action
    channel.for_others = for_others or channel.for_others
    if means == Means.SMS:
        _check_phone(channel)
    channel.full_clean()
    channel.save()
    _take_back(channel)
    return channel


@transaction.atomic
def remove_channel(*, channel: NoticeChannel) -> None:
    """Forget a person's settings; for what stands on the account the defaults apply again."""
    if channel.means not in TO_ACCOUNT:  # what waits has no address any more
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
    """The address as it may be shown: of a robot only its kind, others in full."""
    if channel.means in TO_ACCOUNT:
        return channel.reached_at
    schema, separator, _secret = channel.address.partition("://")
    return f"{schema}{separator}…"


def _check_address(channel: NoticeChannel) -> None:
    if channel.means == Means.SMS:
        if channel.address:
            raise ValidationError({"address": _("短信只发到账号登记的手机号，此处请留空")})
    elif channel.means != Means.EMAIL:
        robot(channel.address)
    elif channel.address:
        try:
            validate_email(channel.address)
        except ValidationError as error:
            raise ValidationError({"address": error.messages}) from error


def _check_phone(channel: NoticeChannel) -> None:
    """Refuse to switch text messages on where none could arrive."""
    if not is_offered(channel.means):
        raise ValidationError({"means": _("本系统没有开通短信")})
    phone = channel.user.phone
    off = channel.for_action == channel.for_others == Pace.OFF
    if off or address_on(channel.user, channel.means):
        return
    if not phone:
        raise ValidationError({"phone": _("账号没有登记手机号，请联系本委员会的管理员")})
    raise ValidationError(
        {
            "phone": _("账号登记的手机号 %(phone)s 不是中国大陆的 11 位手机号，请联系管理员更正")
            % {"phone": phone}
        }
    )


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
