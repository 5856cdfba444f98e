"""Deliveries of notices: written with the notice, gathered daily, sent by a worker."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

import apprise
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from members import permissions, working_days
from members.enums import AWAITING_ATTEMPT, TO_ACCOUNT, Means, OutgoingState, Pace
from members.models import Delivery, Notice, NoticeChannel, User
from members.models.delivery import address_on, addresses_of
from members.prepared import KEY, prepared
from members.punctuation import clauses
from members.reader import Decider
from members.services.channel import is_offered, robot
from members.services.guard import AddressRefused, guarded
from members.services.outbox import (
    SENDING_MAIL,
    SENDING_SMS,
    SENDING_TO_ROBOTS,
    Outlet,
    Undelivered,
    resend,
)

PEOPLE = 100
"""How many people's daily messages are gathered in one transaction."""

LISTED = {Means.EMAIL: 100, Means.APPRISE: 10}
"""How many notices a daily message lists; it counts all."""

SWEEPS = {
    Means.EMAIL: SENDING_MAIL,
    Means.SMS: SENDING_SMS,
    Means.APPRISE: SENDING_TO_ROBOTS,
}

LONGEST_TEXT = {Means.EMAIL: 20_000, Means.APPRISE: 600}
"""Characters of a text; robots refuse long ones. A text message has none: ``sms.sending``."""


# -- Writing ----------------------------------------------------------------------------------


def enqueue(notices: Sequence[Notice], *, at: datetime) -> None:
    """Write the outbox rows of notices, by the wishes of those who read them.

    One query for the wishes and one insertion, however many notices; one more query for
    the working days when something waits for a daily message.
    """
    wishes = _wishes({notice.recipient_id for notice in notices})
    if not wishes:
        return
    rows = []
    for notice in notices:
        for means, wish in wishes.get(notice.recipient_id, {}).items():
            pace = wish[not notice.needs_action]
            if notice.statutory:
                pace = Pace.AT_ONCE
            if pace == Pace.OFF:
                continue
            rows.append(
                Delivery(
                    notice=notice,
                    recipient_id=notice.recipient_id,
                    means=means,
                    for_digest=pace == Pace.DAILY,
                    created_at=at,
                    due_at=at,
                    next_try_at=at,
                )
            )
    daily = [row for row in rows if row.for_digest]
    if daily:
        daily_at = next_digest(at)
        for row in daily:
            row.due_at = row.next_try_at = daily_at
    Delivery.objects.bulk_create(rows)
    for means in {Means(row.means) for row in rows if not row.for_digest}:
        SWEEPS[means].soon()


def next_digest(at: datetime) -> datetime:
    """The next hour of daily messages after ``at``, on a day on which people work."""
    hour = localtime(at).replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if hour <= at:
        hour += timedelta(days=1)
    return hour + (working_days.next_working(hour.date()) - hour.date())


def _wishes(readers: Iterable[int]) -> dict[int, dict[str, tuple[str, str]]]:
    """Of each reader with some means: how soon what needs action goes that way, and the rest."""
    offered = [means for means in Means if is_offered(means)]
    wishes: dict[int, dict[str, tuple[str, str]]] = {}
    for user, email, phone, means, address, *paces in _reached(sorted(readers)):
        known = addresses_of(email, phone)
        wish = wishes.setdefault(user, {})
        for own, defaults in TO_ACCOUNT.items():
            if known[own] and own in offered:
                wish.setdefault(own, defaults)
        if means in offered and (address or known.get(means)):
            wish[means] = (paces[0], paces[1])
    return wishes


@prepared(KEY)
def _reached(readers: list[int]) -> QuerySet[User, tuple[Any, ...]]:
    """A row for each channel of those readers who have one, or an address to write to."""
    reached = Q(channels__isnull=False) | Q(email__gt="") | Q(phone__gt="")
    people = User.objects.filter(reached, pk__in=readers, is_active=True).order_by()
    wish = ("channels__means", "channels__address", "channels__for_action", "channels__for_others")
    return people.values_list("pk", "email", "phone", *wish)


# -- Taking back ------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def withdraw(notices: QuerySet[Notice]) -> int:
    """Send no more of ``notices`` what is not yet on its way; returns how many deliveries.

    For what is over before it went out: call it in the transaction that ends it. One query
    when nothing waits, else two changes more. The inbox keeps the notices.
    """
    waiting = Delivery.objects.filter(notice__in=notices, state__in=AWAITING_ATTEMPT)
    waiting = waiting.exclude(carried_by__state=OutgoingState.SENDING)  # maybe in the message
    locked = waiting.select_for_update(no_key=True, of=("self",))
    found = [row.pk for row in locked.order_by("pk")]  # two that do this take the same order
    if not found:
        return 0
    # What the withdrawn ones carried is gathered again, without them.
    orphans = Delivery.objects.filter(carried_by__in=found).exclude(pk__in=found)
    orphans.update(carried_by=None, for_digest=True)
    rows = Delivery.objects.filter(pk__in=found)
    return rows.update(state=OutgoingState.NEEDLESS, for_digest=False, carried_by=None)


# -- Once a day -------------------------------------------------------------------------------


def gather(*, at: datetime) -> int:
    """Make one message of what each person is to be told today; returns how many.

    People are locked one batch after another, so that two workers never gather for the same
    one. What has been read in the inbox meanwhile is left out.
    """
    made = 0
    while True:
        with transaction.atomic():
            waiting = Delivery.objects.filter(
                state=OutgoingState.WAITING, for_digest=True, next_try_at__lte=at
            )
            wanted = waiting.order_by("recipient").values_list("recipient").distinct()
            people = User.objects.filter(pk__in=[pk for (pk,) in wanted[:PEOPLE]])
            if connection.features.has_select_for_update_skip_locked:
                people = people.select_for_update(skip_locked=True, no_key=True)
            keys = list(people.order_by("pk").values_list("pk", flat=True))
            if not keys:
                return made
            rows = waiting.filter(recipient__in=keys).select_related("notice").order_by("id")
            # Locked, for one may be withdrawn meanwhile.
            made += _gather(list(rows.select_for_update(no_key=True, of=("self",))))


def _gather(rows: Sequence[Delivery]) -> int:
    carriers: dict[tuple[int, str], Delivery] = {}
    for row in rows:
        row.for_digest = False
        if row.notice.read_at is not None:
            row.state = OutgoingState.NEEDLESS
            continue
        carrier = carriers.setdefault((row.recipient_id, row.means), row)
        if carrier is not row:
            row.carried_by = carrier
    Delivery.objects.bulk_update(rows, ["for_digest", "state", "carried_by"])
    return len(carriers)


# -- Once more --------------------------------------------------------------------------------


def resend_delivery(*, delivery: Delivery, by: Decider) -> None:
    """Try a dead message again, from the start. Raises PermissionDenied, ValidationError."""
    permissions.require_of(by, permissions.refusal_to_resend, delivery)
    rows = Delivery.objects.filter(pk=delivery.carried_by_id or delivery.pk)
    if not resend(rows, at=by.at, states=(OutgoingState.DEAD,)):
        raise ValidationError(_("只有已停止的投递可以重发"))


# -- Sending ----------------------------------------------------------------------------------


MAIL_EXTRAS: list[Callable[[Notice], str]] = []
"""What a mail says beside a notice and its link; an application adds what only its reader may
have. Robots and text messages, which others read too, never carry it."""


def compose(row: Delivery) -> tuple[str, str]:
    """Subject and text of the message that ``row`` carries."""
    notices = notices_of(row)
    if len(notices) == 1:
        return headline(notices), _text(row.notice, row.means)
    count = len(notices)
    listed = LISTED[Means(row.means)]
    parts = [
        f"{number}. {_one_line(notice.title)}\n{_text(notice, row.means)}".rstrip()
        for number, notice in enumerate(notices[:listed], start=1)
    ]
    if count > listed:
        parts.append(_("另有 %(count)s 条，请登录查看。") % {"count": count - listed})
    return headline(notices), "\n\n".join(parts)


def notices_of(row: Delivery) -> list[Notice]:
    """The notices that the message of ``row`` carries, what needs action first."""
    carried = row.carried().select_related("notice__on_behalf_of").order_by("id")
    notices = [row.notice, *(other.notice for other in carried)]
    return sorted(notices, key=lambda notice: not notice.needs_action)


def headline(notices: Sequence[Notice]) -> str:
    """The title of the only notice, or how many there are."""
    if len(notices) == 1:
        return _one_line(notices[0].title)
    count = len(notices)
    acts = sum(notice.needs_action for notice in notices)
    text = ngettext("%(count)s 条提案通知", "%(count)s 条提案通知", count) % {"count": count}
    if acts:
        text += _("，其中 %(count)s 条需办理") % {"count": acts}
    return text


def _text(notice: Notice, means: str) -> str:
    lines = []
    if notice.on_behalf_of is not None:
        lines.append(_("（代 %(name)s 接收）") % {"name": notice.on_behalf_of})
    text = notice.text.strip()
    longest = LONGEST_TEXT[Means(means)]
    lines.append(f"{text[:longest]}…" if len(text) > longest else text)
    if notice.link and settings.SITE_URL:
        lines.append(f"{settings.SITE_URL}{notice.link}")
    if means == Means.EMAIL:
        lines += [tell(notice) for tell in MAIL_EXTRAS]
    return "\n".join(line for line in lines if line)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def address_of(row: Delivery) -> str:
    """Where the person is reached by now; raises Undelivered when they are not."""
    if not row.recipient.is_active:
        raise Undelivered(_("收件人账号已停用"), for_good=True)
    channel = NoticeChannel.objects.filter(user=row.recipient_id, means=row.means).first()
    own = channel.address if channel else ""
    address = own or address_on(row.recipient, row.means)
    if not address:
        raise Undelivered(_("收件人没有此渠道的地址"), for_good=True)
    return address


def send_email(row: Delivery, at: datetime) -> dict[str, Any]:
    """Hand the message to the mail server; its key is the Message-ID."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    to = address_of(row)
    with override(settings.LANGUAGE_CODE):
        subject, text = compose(row)
    headers = {
        "Auto-Submitted": "auto-generated",
        "Date": timezone.localtime(at).strftime("%a, %d %b %Y %H:%M:%S %z"),
        "Message-ID": f"<{row.key}@{domain}>",
    }
    try:
        EmailMessage(subject, text, to=[to], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise Undelivered(f"{code} {_decoded(words)}", for_good=code >= 500) from error
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        reason = f"{error.smtp_code} {_decoded(error.smtp_error)}"
        raise Undelivered(reason, for_good=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise Undelivered(reason, everywhere=True) from error
    return {}


def send_to_robot(row: Delivery, at: datetime) -> dict[str, Any]:
    """Hand the message to a robot."""
    try:
        service = robot(address_of(row))
    except ValidationError as error:  # the operator allows it no longer
        raise Undelivered(clauses(error.messages), for_good=True) from error
    with override(settings.LANGUAGE_CODE):
        subject, text = compose(row)
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        try:
            with guarded():
                arrived = service.notify(title=subject, body=text or subject)
        except AddressRefused as error:
            raise Undelivered(error, for_good=True) from error
        said = log.getvalue().strip()
    if not arrived:
        raise Undelivered(said or _("对方没有接收"))
    return {}


def _decoded(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words


def outlet(means: Means, send: Any) -> Outlet:
    """The way out of the deliveries of one means."""

    def ready(at: datetime) -> Any:
        rows = Delivery.ready(at).filter(means=means)
        return rows.select_related("recipient", "notice__on_behalf_of")

    return Outlet(
        sweep=SWEEPS[means],
        ready=ready,
        send=send,
        target=lambda row: {"means": means, "recipient": row.recipient_id},
        everywhere={"means": means},
    )


EMAIL = outlet(Means.EMAIL, send_email)
ROBOTS = outlet(Means.APPRISE, send_to_robot)
