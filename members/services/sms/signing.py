"""How the gateways of the three vendors are told that a call is ours; pure functions.

Each is held against the example that its vendor publishes. Their SDKs would bring some dozen
packages for these few lines (docs/decisions/text-messages-and-calendars.md).
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit


def mas_mac(*fields: str) -> str:
    """The ``mac`` of 云MAS: MD5 of all fields of the call with the key, one after the other.

    Source: 云MAS HTTP 接口规范, 普通短信 (``/sms/norsubmit``).
    """
    # The vendor demands this hash; it is no choice of ours.
    return hashlib.md5("".join(fields).encode(), usedforsecurity=False).hexdigest()


def acs3_query(values: Mapping[str, str]) -> str:
    """The query of a call to Aliyun, in the one form that its signature is made of."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(values.items()))


def acs3_headers(
    *,
    key_id: str,
    key: str,
    url: str,
    action: str,
    version: str,
    nonce: str,
    at: datetime,
) -> dict[str, str]:
    """The headers of a POST without a body to Aliyun, signed by ACS3-HMAC-SHA256.

    Source: 阿里云 V3 版本请求体 & 签名机制.
    """
    address = urlsplit(url)
    headers = {
        "host": address.netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": _sha256(""),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    request = _canonical(address.path or "/", address.query, headers.items(), _sha256(""))
    signature = hmac.new(
        key.encode(), f"ACS3-HMAC-SHA256\n{_sha256(request)}".encode(), hashlib.sha256
    )
    signed = ";".join(headers)
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={signed},"
        f"Signature={signature.hexdigest()}"
    )
    return headers


def tc3_headers(
    *,
    key_id: str,
    key: str,
    url: str,
    service: str,
    action: str,
    version: str,
    region: str,
    body: str,
    at: datetime,
) -> dict[str, str]:
    """The headers of a POST with a JSON body to Tencent Cloud, signed by TC3-HMAC-SHA256.

    Source: 腾讯云 签名方法 v3.
    """
    address = urlsplit(url)
    kind = "application/json; charset=utf-8"
    signed = {
        "content-type": kind,
        "host": address.netloc,
        "x-tc-action": action.lower(),
    }
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    moment = str(int(at.timestamp()))
    scope = f"{day}/{service}/tc3_request"
    request = _canonical(address.path or "/", address.query, signed.items(), _sha256(body))
    secret = f"TC3{key}".encode()
    for part in (day, service, "tc3_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    to_sign = f"TC3-HMAC-SHA256\n{moment}\n{scope}\n{_sha256(request)}"
    signature = hmac.new(secret, to_sign.encode(), hashlib.sha256).hexdigest()
    return {
        "Authorization": f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={';'.join(signed)}, Signature={signature}",
        "Content-Type": kind,
        "Host": address.netloc,
        "X-TC-Action": action,
        "X-TC-Region": region,
        "X-TC-Timestamp": moment,
        "X-TC-Version": version,
    }


def _canonical(path: str, query: str, headers: Iterable[tuple[str, str]], body_hash: str) -> str:
    """The request as both vendors hash it; the names of ``headers`` are small and in order."""
    known = list(headers)
    names = ";".join(name for name, _value in known)
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in known)
    return "\n".join(("POST", path, query, lines, names, body_hash))


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
