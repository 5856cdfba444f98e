"""Webhooks: set up by a committee's administrators, called by a worker.

Payload, headers and signatures are those of Standard Webhooks 1.0.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from standardwebhooks import webhooks as standard
from urllib3.exceptions import HTTPError

from members import permissions
from members.enums import SETTLED
from members.models import Committee, Webhook, WebhookCall
from members.models.outbox import LOGGED
from members.reader import Decider
from members.services.guard import AddressRefused, guarded
from members.services.outbox import CALLING_WEBHOOKS, Outlet, Undelivered, resend

REMEMBERED = 10.0
"""Seconds for which a process remembers that a committee has no webhooks."""

TIMEOUT = (5, 10)
"""Seconds to connect, and between two pieces of the answer."""

LONGEST_ANSWER = 10.0
"""Seconds that an answer may take in all; the little that we read of it."""

OVERLAP = timedelta(days=1)
"""How long an old secret goes on signing beside a new one, unless something else is said."""

LONGEST_OVERLAP = timedelta(days=30)
MOST_SECRETS = 3
"""How many secrets of a webhook can sign at once."""

_without: dict[int, float] = {}


# -- Setting up -------------------------------------------------------------------------------


@transaction.atomic
def create_webhook(*, committee: Committee, by: Decider, **details: Any) -> Webhook:
    """Let ``url`` be told of a committee's events. Raises PermissionDenied, ValidationError.

    ``details`` are fields of Webhook, among them ``url``.
    """
    permissions.require_administers(by, committee)
    webhook = _saved(Webhook(committee=committee, made_by=by.user, made_at=by.at, **details))
    webhook.secrets.create(made_at=by.at)
    return webhook


@transaction.atomic
def change_webhook(*, webhook: Webhook, by: Decider, **changes: Any) -> Webhook:
    """Change ``url``, ``kinds`` or ``is_active``. Raises PermissionDenied, ValidationError.

    The committee stays.
    """
    permissions.require_administers(by, webhook.committee)
    for name in ("url", "kinds", "is_active"):
        setattr(webhook, name, changes.get(name, getattr(webhook, name)))
    return _saved(webhook)


@transaction.atomic
def rotate_secret(*, webhook: Webhook, by: Decider, old_ends_at: datetime | None = None) -> Webhook:
    """Sign with a new secret; the old ones sign as well until ``old_ends_at``, by default a day.

    A moment that has passed ends them at once. Raises PermissionDenied, ValidationError.
    """
    permissions.require_administers(by, webhook.committee)
    at = by.at
    ends_at = at + OVERLAP if old_ends_at is None else old_ends_at
    if ends_at > at + LONGEST_OVERLAP:
        raise ValidationError({"old_ends_at": _("旧密钥最多再用 30 天")})
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    webhook.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=ends_at)).update(ends_at=ends_at)
    webhook.secrets.filter(ends_at__lte=at).delete()
    if webhook.secrets.count() >= MOST_SECRETS:
        refusal = _("同时有效的密钥最多 %(n)s 个，请等旧密钥停用，或让它们立即停用")
        raise ValidationError({"old_ends_at": refusal % {"n": MOST_SECRETS}})
    webhook.secrets.create(made_at=at)
    return webhook


def replay(*, call: WebhookCall, by: Decider) -> None:
    """Call again, with the same key and body. Raises PermissionDenied, ValidationError."""
    permissions.require_administers(by, call.webhook.committee)
    if not resend(WebhookCall.objects.filter(pk=call.pk), at=by.at, states=SETTLED):
        raise ValidationError(_("尚在发送，不能重发"))


def _saved(webhook: Webhook) -> Webhook:
    parts = urlsplit(webhook.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValidationError({"url": _("请填写 http 或 https 地址，不含用户名和密码")})
    webhook.full_clean()
    webhook.save()
    _without.pop(webhook.committee_id, None)
    return webhook


# -- Writing ----------------------------------------------------------------------------------


def announce(
    *,
    committee: int,
    event: int,
    kind: str,
    action: str,
    at: datetime,
    data: Callable[[], Mapping[str, Any]],
) -> None:
    """Write the webhook calls for an event; call it in the event's transaction.

    The type of the event is ``kind.action``; ``data`` is what its payload tells.
    That a committee has no webhooks is remembered for ten seconds, so that an event there asks
    nothing: the first webhook of a committee may miss the events of its first ten seconds.
    """
    if _without.get(committee, 0.0) > time.monotonic():
        return
    webhooks = list(Webhook.objects.filter(committee=committee, is_active=True).order_by())
    if not webhooks:
        _without[committee] = time.monotonic() + REMEMBERED
        return
    wanted = [webhook for webhook in webhooks if webhook.wants(kind, action)]
    if not wanted:
        return
    type = f"{kind}.{action}"
    payload = {"type": type, "timestamp": stamp(at), "data": data()}
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    WebhookCall.objects.bulk_create(
        WebhookCall(
            webhook=webhook,
            event=event,
            kind=type,
            body=text,
            created_at=at,
            due_at=at,
            next_try_at=at,
        )
        for webhook in wanted
    )
    CALLING_WEBHOOKS.soon()


def stamp(at: datetime) -> str:
    """A moment as payloads write it: in UTC, ending with ``Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# -- Calling ----------------------------------------------------------------------------------


def signed(row: WebhookCall, at: datetime) -> dict[str, str]:
    """The headers by which the other side knows that a call made at ``at`` is ours.

    There is a signature for each secret that signs at the moment, the newest first.
    """
    key = str(row.key)
    signatures = [
        standard.Webhook(secret.value).sign(key, at.astimezone(UTC), row.body)
        for secret in row.webhook.signing_secrets(at)
    ]
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def call(row: WebhookCall, at: datetime) -> dict[str, Any]:
    """Post the body; any 2xx is an arrival, a redirect is none.

    Who answers 410 wants no more calls: the webhook is stopped.
    """
    webhook = row.webhook
    if not webhook.is_active:
        raise Undelivered(_("推送已停用"), for_good=True)
    headers = {
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "Tian-Webhook/1",
        **signed(row, at),
    }
    try:
        with guarded(), requests.Session() as session:
            session.trust_env = False  # neither proxies nor passwords of the machine
            session.verify = settings.CA_BUNDLE
            with session.post(
                webhook.url,
                data=row.body.encode(),
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                log: dict[str, Any] = {
                    "status_code": response.status_code,
                    "answer": _beginning(response),
                }
    except AddressRefused as error:
        raise Undelivered(error, for_good=True, status_code=None, answer="") from error
    except (requests.RequestException, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise Undelivered(reason, status_code=None, answer="") from error
    if response.status_code == HTTPStatus.GONE:
        Webhook.objects.filter(pk=webhook.pk).update(is_active=False)
        raise Undelivered(_("应答 410：对方不再接收，推送已停用"), for_good=True, **log)
    if not 200 <= response.status_code < 300:
        raise Undelivered(_("应答 %(code)s") % {"code": response.status_code}, **log)
    return log


def _beginning(response: requests.Response) -> str:
    """The first characters of the answer; we wait neither for the rest nor for long."""
    ends = time.monotonic() + LONGEST_ANSWER
    read = b""
    with suppress(HTTPError, OSError):  # the status has come: that counts
        while len(read) < LOGGED * 4 and time.monotonic() < ends:
            piece = response.raw.read1(LOGGED * 4 - len(read), decode_content=False)
            if not piece:
                break
            read += piece
    return read.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[:LOGGED]


def _send(row: WebhookCall, at: datetime) -> dict[str, Any]:
    with override(settings.LANGUAGE_CODE):
        return call(row, at)


WEBHOOKS = Outlet(
    sweep=CALLING_WEBHOOKS,
    ready=lambda at: (
        WebhookCall.ready(at).select_related("webhook").prefetch_related("webhook__secrets")
    ),
    send=_send,
    target=lambda row: {"webhook": row.webhook_id},
    everywhere={},
)
