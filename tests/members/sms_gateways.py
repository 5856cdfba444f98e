"""Stand-ins for the vendors' gateways: each reckons the signature anew from what was sent."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.members.external_servers import Site

KEY_ID, KEY = "key-of-the-office", "only-the-two-of-us-know"

Post = tuple[str, dict[str, str], bytes]


def stand_in(site: Site, answer: Callable[[Post], Any]) -> None:
    """Let ``site`` answer each request by what was posted, as JSON with status 200."""

    def look() -> None:
        site.answer = json.dumps(answer(site.posts[-1]), ensure_ascii=False)

    site.when_posted = look


def mas(post: Post) -> dict[str, Any]:
    """云MAS: the packed JSON with the hash of its fields and the key."""
    said = unpacked(post)
    known = said["ecName"] + said["apId"] + KEY + said["mobiles"] + said["content"]
    mac = hashlib.md5(f"{known}{said['sign']}".encode(), usedforsecurity=False).hexdigest()
    if said["mac"] == mac:
        return {"msgGroup": "0129171436001000163650", "rspcod": "success", "success": True}
    return {"msgGroup": "", "rspcod": "IllegalMac", "success": False}


def unpacked(post: Post) -> dict[str, str]:
    """What a call to 云MAS says."""
    said: dict[str, str] = json.loads(base64.b64decode(post[2]))
    return said


def aliyun(post: Post) -> dict[str, Any]:
    """Aliyun: the canonical request out of method, path, query and the named headers."""
    path, headers, body = post
    headers = {name.lower(): value for name, value in headers.items()}
    told = dict(part.split("=", 1) for part in headers["authorization"].split(" ")[1].split(","))
    route, _mark, query = path.partition("?")
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    sorted_query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)
    lines = "".join(f"{name}:{headers[name]}\n" for name in told["SignedHeaders"].split(";"))
    request = (
        f"POST\n{route}\n{sorted_query}\n{lines}\n{told['SignedHeaders']}\n"
        f"{headers['x-acs-content-sha256']}"
    )
    right = (
        headers["x-acs-content-sha256"] == hashlib.sha256(body).hexdigest()
        and told["Signature"] == _hmac(KEY.encode(), f"ACS3-HMAC-SHA256\n{_hash(request)}").hex()
        and told["Credential"] == KEY_ID
    )
    if right:
        return {"BizId": "900619746936498440^0", "Code": "OK", "Message": "OK"}
    return {"Code": "SignatureDoesNotMatch", "Message": "Specified signature is not matched."}


def asked_of_aliyun(post: Post) -> dict[str, str]:
    """What a call to Aliyun says."""
    return dict(parse_qsl(post[0].partition("?")[2]))


def tencent(post: Post) -> dict[str, Any]:
    """Tencent Cloud: the canonical request, and the chain of keys for day and service."""
    path, headers, body = post
    headers = {name.lower(): value for name, value in headers.items()}
    _kind, *parts = headers["authorization"].replace(",", "").split(" ")
    told = dict(part.split("=", 1) for part in parts)
    _id, day, service, _end = told["Credential"].split("/")
    action = {**headers, "x-tc-action": headers["x-tc-action"].lower()}
    lines = "".join(f"{name}:{action[name]}\n" for name in told["SignedHeaders"].split(";"))
    hashed = hashlib.sha256(body).hexdigest()
    request = f"POST\n{path}\n\n{lines}\n{told['SignedHeaders']}\n{hashed}"
    signed = (
        f"TC3-HMAC-SHA256\n{headers['x-tc-timestamp']}\n{day}/{service}/tc3_request\n"
        f"{_hash(request)}"
    )
    secret = f"TC3{KEY}".encode()
    for part in (day, service, "tc3_request"):
        secret = _hmac(secret, part)
    if told["Signature"] == _hmac(secret, signed).hex():
        return {"Response": {"RequestId": "a0a", "SendStatusSet": [{"Code": "Ok"}]}}
    error = {"Code": "AuthFailure.SignatureFailure", "Message": "Check your signature."}
    return {"Response": {"RequestId": "a0a", "Error": error}}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
