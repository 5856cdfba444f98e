"""The gateways of text messages: how each is called, and what its answer means.

The operator chooses one by SMS_GATEWAY. All of them answer a refusal with status 200 as well,
and say in the body what is wrong.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _

from members.punctuation import stated
from members.services.outbox import Undelivered
from members.services.sms import signing

ALIYUN = "https://dysmsapi.aliyuncs.com/"
TENCENT = "https://sms.tencentcloudapi.com/"


@dataclass(frozen=True)
class Text:
    """A message to one phone, in the parts that templates have places for.

    ``whole`` is committee and title in a sentence, for gateways that take any text.
    """

    key: str
    phone: str
    committee: str
    title: str
    whole: str


@dataclass(frozen=True)
class Call:
    """The HTTP request that hands over a message."""

    url: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"


@dataclass(frozen=True)
class Gateway:
    """A kind of gateway: the ``call`` for a message, and a ``check`` of what was answered.

    ``check`` gets status and body, and raises Undelivered unless the message was accepted.
    """

    call: Callable[[Text, datetime], Call]
    check: Callable[[int, str], None]


@dataclass(frozen=True)
class Codes:
    """What the codes of a vendor mean, by how they begin.

    ``of_message``: this text or number will never be accepted. ``of_phone``: the number has had
    enough for now. Everything else, such as a wrong key or an empty account, stops every message.
    """

    of_message: tuple[str, ...] = ()
    of_phone: tuple[str, ...] = ()

    def refused(self, code: str, words: str) -> Undelivered:
        """What a code makes of the message."""
        for_good = code.startswith(self.of_message)
        everywhere = not for_good and not code.startswith(self.of_phone)
        return Undelivered(stated(code, words), for_good=for_good, everywhere=everywhere)


# -- 中国移动 云MAS ---------------------------------------------------------------------------

MAS_CODES = Codes(of_message=("InvalidMessage",))


def call_mas(text: Text, at: datetime) -> Call:
    """JSON in Base64, to the address that the contract names."""
    name, apply_id = settings.SMS_ACCOUNT, settings.SMS_KEY_ID
    sign = settings.SMS_SIGN
    body = {
        "ecName": name,
        "apId": apply_id,
        "mobiles": text.phone,
        "content": text.whole,
        "sign": sign,
        "addSerial": "",
        "mac": signing.mas_mac(name, apply_id, settings.SMS_KEY, text.phone, text.whole, sign),
    }
    packed = base64.b64encode(json.dumps(body, ensure_ascii=False).encode())
    return Call(settings.SMS_URL, packed, {"Content-Type": "application/json"})


def check_mas(status: int, answer: str) -> None:
    """``{"success": true, "rspcod": "success", "msgGroup": …}``, or another code."""
    said = _json(status, answer)
    if said.get("success") is not True:
        raise MAS_CODES.refused(str(said.get("rspcod", "")), "")


# -- Aliyun -----------------------------------------------------------------------------------

ALIYUN_CODES = Codes(
    of_message=(
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
    ),
    of_phone=("isv.BUSINESS_LIMIT_CONTROL",),
)


def call_aliyun(text: Text, at: datetime) -> Call:
    """SendSms; the template has the variables ``committee`` and ``title``."""
    values = {"committee": text.committee, "title": text.title}
    query = signing.acs3_query(
        {
            "OutId": text.key,
            "PhoneNumbers": text.phone,
            "SignName": settings.SMS_SIGN,
            "TemplateCode": settings.SMS_TEMPLATE,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
        }
    )
    url = f"{settings.SMS_URL or ALIYUN}?{query}"
    headers = signing.acs3_headers(
        key_id=settings.SMS_KEY_ID,
        key=settings.SMS_KEY,
        url=url,
        action="SendSms",
        version="2017-05-25",
        nonce=secrets.token_hex(16),
        at=at,
    )
    return Call(url, b"", headers)


def check_aliyun(status: int, answer: str) -> None:
    """``{"Code": "OK", …}``, or another code with a message."""
    said = _json(status, answer)
    if said.get("Code") != "OK":
        raise ALIYUN_CODES.refused(str(said.get("Code", "")), str(said.get("Message", "")))


# -- Tencent ----------------------------------------------------------------------------------

TENCENT_CODES = Codes(
    of_message=(
        "FailedOperation.ContainSensitiveWord",
        "FailedOperation.PhoneNumberInBlacklist",
        "InvalidParameterValue.ContentLengthLimit",
        "InvalidParameterValue.IncorrectPhoneNumber",
    ),
    of_phone=("LimitExceeded.PhoneNumber", "LimitExceeded.DeliveryFrequencyLimit"),
)


def call_tencent(text: Text, at: datetime) -> Call:
    """SendSms; the template has the variables {1}, the committee, and {2}, the title."""
    url = settings.SMS_URL or TENCENT
    body = json.dumps(
        {
            "PhoneNumberSet": [f"+86{text.phone}"],
            "SessionContext": text.key,
            "SignName": settings.SMS_SIGN,
            "SmsSdkAppId": settings.SMS_ACCOUNT,
            "TemplateId": settings.SMS_TEMPLATE,
            "TemplateParamSet": [text.committee, text.title],
        }
    )
    headers = signing.tc3_headers(
        key_id=settings.SMS_KEY_ID,
        key=settings.SMS_KEY,
        url=url,
        service="sms",
        action="SendSms",
        version="2021-01-11",
        region=settings.SMS_REGION,
        body=body,
        at=at,
    )
    return Call(url, body.encode(), headers)


def check_tencent(status: int, answer: str) -> None:
    """``{"Response": {"SendStatusSet": [{"Code": "Ok"}]}}``, another code, or an ``Error``."""
    response = _json(status, answer).get("Response")
    said = response if isinstance(response, dict) else {}
    sent = said.get("SendStatusSet")
    outcome = said.get("Error") or (sent[0] if isinstance(sent, list) and sent else None)
    outcome = outcome if isinstance(outcome, dict) else {}
    if outcome.get("Code") != "Ok":
        words = str(outcome.get("Message", ""))
        raise TENCENT_CODES.refused(str(outcome.get("Code", "")), words)


# -- Any other, by a template -----------------------------------------------------------------

PLACE = re.compile(r"\{(\w+)\}")
"""A place in a template, such as ``{phone}``."""


def call_template(text: Text, at: datetime) -> Call:
    """The operator's address and body with the message in its places; without a body, a GET."""
    headers = dict(settings.SMS_HEADERS)
    body = settings.SMS_BODY
    url = _filled(settings.SMS_URL, text, _in_query)
    if not body:
        return Call(url, b"", headers, method="GET")
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if not kind:
        kind = "application/json" if body[0] in "{[" else "application/x-www-form-urlencoded"
        headers["Content-Type"] = f"{kind}; charset=utf-8"
    return Call(url, _filled(body, text, _escape_for(kind)).encode(), headers)


def check_template(status: int, answer: str) -> None:
    """A status of success, and the words that the operator names; white space does not count."""
    if not 200 <= status < 300:
        busy = status == 429 or status >= 500
        raise Undelivered(_("应答 %(code)s") % {"code": status}, everywhere=busy)
    if _dense(settings.SMS_SUCCESS) not in _dense(answer):
        raise Undelivered(stated(_("短信网关没有接收"), answer[:200]))


def _filled(template: str, text: Text, escaped: Callable[[str], str]) -> str:
    return PLACE.sub(lambda place: escaped(str(getattr(text, place[1]))), template)


def _escape_for(kind: str) -> Callable[[str], str]:
    if "json" in kind:
        return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    if "urlencoded" in kind:
        return _in_query
    if "xml" in kind:
        return lambda value: escape(value, {'"': "&quot;"})
    return lambda value: value


def _in_query(value: str) -> str:
    return quote(value, safe="")


def _dense(text: str) -> str:
    return "".join(text.split())


def _json(status: int, answer: str) -> dict[str, object]:
    """The object that a vendor answers; anything else comes from something in between."""
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Undelivered(_("应答 %(code)s") % {"code": status}, everywhere=True)
    return said


GATEWAYS = {
    "aliyun": Gateway(call_aliyun, check_aliyun),
    "mas": Gateway(call_mas, check_mas),
    "template": Gateway(call_template, check_template),
    "tencent": Gateway(call_tencent, check_tencent),
}
"""By the value of SMS_GATEWAY."""
