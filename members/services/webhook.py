"""Webhooks: set up by a committee's administrators, called by a worker."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from urllib3.exceptions import HTTPError

from members import permissions
from members.models import Committee, Webhook, WebhookCall
from members.models.outbox import LOGGED, SETTLED
from members.models.webhook import new_secret
from members.reader import Decider
from members.services.guard import AddressRefused, guarded
from members.services.outbox import Outlet, Undelivered, resend

REMEMBERED = 10.0
"""Seconds for which a process remembers that a committee has no webhooks."""

TIMEOUT = (5, 10)
"""Seconds to connect, and between two pieces of the answer."""

LONGEST_ANSWER = 10.0
"""Seconds that an answer may take in all; the little that we read of it."""

_without: dict[int, float] = {}


# -- Setting up -------------------------------------------------------------------------------


@transaction.atomic
def create_webhook(*, committee: Committee, by: Decider, **details: Any) -> Webhook:
    """Let ``url`` be told of a committee's events. Raises PermissionDenied, ValidationError.

    ``details`` are fields of Webhook, among them ``url``.
    """
    permissions.require_administers(by, committee)
    return _saved(Webhook(committee=committee, made_by=by.user, made_at=by.at, **details))


@transaction.atomic
def change_webhook(*, webhook: Webhook, by: Decider, **changes: Any) -> Webhook:
    """Change ``url``, ``kinds`` or ``is_active``. Raises PermissionDenied, ValidationError."""
    permissions.require_administers(by, webhook.committee)
    for name in ("url", "kinds", "is_active"):
        setattr(webhook, name, changes.get(name, getattr(webhook, name)))
    return _saved(webhook)


def renew_secret(*, webhook: Webhook, by: Decider) -> Webhook:
    """A new secret; the old one signs nothing any more. Raises PermissionDenied."""
    permissions.require_administers(by, webhook.committee)
    webhook.secret = new_secret()
    webhook.save(update_fields=["secret"])
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
    body: Callable[[], Mapping[str, Any]],
) -> None:
    """Write the webhook calls for an event; call it in the event's transaction.

    That a committee has no webhooks is remembered for ten seconds, so that an act there asks
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
    text = json.dumps(body(), ensure_ascii=False, separators=(",", ":"))
    WebhookCall.objects.bulk_create(
        WebhookCall(
            webhook=webhook,
            event=event,
            kind=f"{kind}.{action}",
            body=text,
            created_at=at,
            due_at=at,
            next_try_at=at,
        )
        for webhook in wanted
    )


# -- Calling ----------------------------------------------------------------------------------


def signature(secret: str, moment: int, body: bytes) -> str:
    """The header by which the other side knows that it is us: ``t=seconds,v1=hex``."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def call(row: WebhookCall, at: datetime) -> dict[str, Any]:
    """Post the body; any 2xx is an arrival, a redirect is none."""
    webhook = row.webhook
    if not webhook.is_active:
        raise Undelivered(_("推送已停用"), for_good=True)
    body = row.body.encode()
    headers = {
        "Accept-Encoding": "identity",
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Tian-Webhook/1",
        "X-Tian-Delivery": str(row.key),
        "X-Tian-Signature": signature(webhook.secret, int(at.timestamp()), body),
    }
    try:
        with guarded(), requests.Session() as session:
            session.trust_env = False  # neither proxies nor passwords of the machine
            session.verify = settings.CA_BUNDLE
            with session.post(
                webhook.url,
                data=body,
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
    ready=lambda at: WebhookCall.ready(at).select_related("webhook"),
    send=_send,
    target=lambda row: {"webhook": row.webhook_id},
    everywhere={},
)
