"""Sends notices as text messages, by the gateway of the operator."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override
from urllib3.exceptions import HTTPError

from members.enums import Means
from members.models import Committee, Delivery, User
from members.services.delivery import address_of, headline, notices_of, outlet
from members.services.outbox import Undelivered
from members.services.sms.gateways import GATEWAYS, Call, Text

TIMEOUT = (5, 10)
"""Seconds until a gateway must be connected, and until it must answer."""

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""

LONGEST = 56
"""Characters of a message: with the sender's name that the gateway adds, one part of 70."""

LONGEST_TITLE = 35
"""Characters of a title: the vendors' templates take no longer values."""

QUOTED = re.compile(r"《(.+)》")


def send_sms(row: Delivery, at: datetime) -> dict[str, Any]:
    """Hand the message to the gateway.

    The gateway's address is the operator's, as the mail server's is, so it may be an inner one.
    """
    gateway = GATEWAYS.get(settings.SMS_GATEWAY)
    if gateway is None:
        raise Undelivered(_("没有设置短信网关"), for_good=True)
    with override(settings.LANGUAGE_CODE):
        status, answer = _answer(gateway.call(compose(row, at), at))
        gateway.check(status, answer)
    return {}


def compose(row: Delivery, at: datetime) -> Text:
    """What the message says: the committee, and one title or how many; no text and no link."""
    notices = notices_of(row)
    # Operators read these brackets as the sender's name.
    title = headline(notices).replace("【", "").replace("】", _("："))
    committee = _committee(row.recipient, at)
    opening = _("%(committee)s提醒：") % {"committee": committee}
    ending = _("。请登录查看。")
    room = LONGEST - len(opening) - len(ending)
    return Text(
        key=str(row.key),
        phone=address_of(row),
        committee=committee,
        title=fitted(title, LONGEST_TITLE),
        whole=f"{opening}{fitted(title, room)}{ending}",
    )


def fitted(title: str, longest: int) -> str:
    """The title in so many characters: the name in its quotes is cut, what stands around kept."""
    over = len(title) - longest
    if over <= 0:
        return title
    name = QUOTED.search(title)
    if name is not None and len(name[1]) > over + 1:
        kept = name[1][: len(name[1]) - over - 1]
        return f"{title[: name.start(1)]}{kept}…{title[name.end(1) :]}"
    return f"{title[: longest - 1]}…"


def _committee(user: User, at: datetime) -> str:
    """The committee that a person is told by; the product's name where it could be several."""
    posts = user.posts.held_on(localdate(at)).exclude(committee=None).order_by()
    held = Committee.objects.filter(pk__in=posts.values("committee"))
    names = list(held.order_by().values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else _("提案系统")


def _answer(call: Call) -> tuple[int, str]:
    """Status and body of the answer; raises Undelivered where there is none.

    The error names the host alone: the address may hold the number, the text and a password.
    """
    try:
        with requests.request(
            call.method,
            call.url,
            data=call.body or None,
            headers=call.headers,
            auth=_as_signed,
            timeout=TIMEOUT,
            allow_redirects=False,
            verify=settings.CA_BUNDLE,
            stream=True,
        ) as response:
            read = response.raw.read(LONGEST_ANSWER, decode_content=True)
            # PostgreSQL keeps no NUL.
            answer = read.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
            return response.status_code, answer
    except (requests.RequestException, HTTPError, OSError) as error:
        reason = f"{type(error).__name__}: {urlsplit(call.url).netloc}"
        raise Undelivered(reason, everywhere=True) from error


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the header of ours: without this, a .netrc of the machine would replace it."""
    return request


SMS = outlet(Means.SMS, send_sms)
