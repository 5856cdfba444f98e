"""Servers that vouch for people, on this machine: DingTalk, Feishu, WeCom and Weixin as described.

Each answers a person's fields for the one code that it gives out, and only to whoever asks as its
interface wants: with the secret of the application, and with the token that it has given.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from django.test import Client

from members.models import User
from tests.factories.members import PASSWORD

Answer = tuple[int, dict[str, Any]]


@dataclass
class Asked:
    """What came to a server: what stands in the address, in the body and in the headers."""

    query: dict[str, str]
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class IdentityServer:
    """One of them. ``person`` is who is there; ``code`` what their consent is worth."""

    kind: str
    environment: dict[str, str]
    authorize: str
    answers: dict[str, Callable[[IdentityServer, Asked], Answer]]
    person: dict[str, Any] = field(default_factory=dict)
    code: str = "a-code"
    code_parameter: str = "code"
    url: str = ""


def dingtalk() -> IdentityServer:
    """https://open.dingtalk.com: a token for a code, in JSON; the person for the token."""

    def token(server: IdentityServer, asked: Asked) -> Answer:
        wanted = {"clientId": "ding-1", "clientSecret": "s-1", "grantType": "authorization_code"}
        if asked.body != {**wanted, "code": server.code}:
            return 400, {"code": "invalidParameter"}
        return 200, {"accessToken": "t-1", "refreshToken": "r-1", "expireIn": 7200}

    def person(server: IdentityServer, asked: Asked) -> Answer:
        if asked.headers.get("x-acs-dingtalk-access-token") != "t-1":
            return 401, {"code": "InvalidAuthentication"}
        return 200, server.person

    return IdentityServer(
        kind="dingtalk",
        environment={"DINGTALK_CLIENT_ID": "ding-1", "DINGTALK_CLIENT_SECRET": "s-1"},
        authorize="/oauth2/auth",
        answers={"/v1.0/oauth2/userAccessToken": token, "/v1.0/contact/users/me": person},
        person={"openId": "open-1", "nick": "小赵"},
        code_parameter="authCode",
    )


def feishu() -> IdentityServer:
    """https://open.feishu.cn: first a token of the application, then one of the person."""

    def own_token(server: IdentityServer, asked: Asked) -> Answer:
        if asked.body != {"app_id": "cli-1", "app_secret": "s-1"}:
            return 200, {"code": 10014, "msg": "app secret invalid"}
        return 200, {"code": 0, "app_access_token": "a-1", "expire": 7200}

    def token(server: IdentityServer, asked: Asked) -> Answer:
        wanted = {"grant_type": "authorization_code", "app_access_token": "a-1"}
        if asked.body != {**wanted, "code": server.code}:
            return 200, {"code": 20003, "msg": "code is invalid"}
        return 200, {"code": 0, "data": {"access_token": "t-1", "expires_in": 6900}}

    def person(server: IdentityServer, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != "Bearer t-1":
            return 200, {"code": 20005, "msg": "token is invalid"}
        return 200, {"code": 0, "data": server.person}

    return IdentityServer(
        kind="feishu",
        environment={"FEISHU_APP_ID": "cli-1", "FEISHU_APP_SECRET": "s-1"},
        authorize="/open-apis/authen/v1/index",
        answers={
            "/open-apis/auth/v3/app_access_token/internal/": own_token,
            "/open-apis/authen/v1/access_token": token,
            "/open-apis/authen/v1/user_info": person,
        },
        person={"open_id": "ou-1", "name": "赵"},
    )


def wecom() -> IdentityServer:
    """https://developer.work.weixin.qq.com: the application's token, and the code with it."""

    def token(server: IdentityServer, asked: Asked) -> Answer:
        if asked.query != {"corpid": "ww-1", "corpsecret": "s-1"}:
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        return 200, {"errcode": 0, "access_token": "t-1", "expires_in": 7200}

    def person(server: IdentityServer, asked: Asked) -> Answer:
        if asked.query != {"access_token": "t-1", "code": server.code}:
            return 200, {"errcode": 40029, "errmsg": "invalid code"}
        return 200, {"errcode": 0, **server.person}

    return IdentityServer(
        kind="wecom",
        environment={"WECOM_CORP_ID": "ww-1", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "s-1"},
        authorize="/wwopen/sso/qrConnect",
        answers={"/cgi-bin/gettoken": token, "/cgi-bin/user/getuserinfo": person},
        person={"userid": "zhao"},
    )


def weixin() -> IdentityServer:
    """https://open.weixin.qq.com: a token and an ID for a code; a nickname for both."""

    def token(server: IdentityServer, asked: Asked) -> Answer:
        wanted = {"appid": "wx-1", "secret": "s-1", "grant_type": "authorization_code"}
        if asked.body != {**wanted, "code": server.code}:
            return 200, {"errcode": 40029, "errmsg": "invalid code"}
        return 200, {"access_token": "t-1", "expires_in": 7200, "openid": "o-1"}

    def person(server: IdentityServer, asked: Asked) -> Answer:
        if asked.query != {"access_token": "t-1", "openid": "o-1"}:
            return 200, {"errcode": 40003, "errmsg": "invalid openid"}
        return 200, server.person

    return IdentityServer(
        kind="weixin",
        environment={"WEIXIN_APP_ID": "wx-1", "WEIXIN_APP_SECRET": "s-1"},
        authorize="/connect/qrconnect",
        answers={"/sns/oauth2/access_token": token, "/sns/userinfo": person},
        person={"openid": "o-1", "nickname": "山中人"},
    )


Arrange = Callable[..., IdentityServer]
"""A server of a kind that the environment names: ``arrange("wecom", WECOM_CLAIM="none")``."""

KINDS = {"dingtalk": dingtalk, "feishu": feishu, "wecom": wecom, "weixin": weixin}


@contextmanager
def serving(server: IdentityServer) -> Iterator[IdentityServer]:
    """The server, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            address = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            is_json = self.headers.get("Content-Type", "").startswith("application/json")
            body = json.loads(text) if is_json and text else dict(parse_qsl(text))
            asked = Asked(
                dict(parse_qsl(address.query)),
                body,
                {name.lower(): value for name, value in self.headers.items()},
            )
            answer = server.answers.get(address.path)
            status, told = answer(server, asked) if answer else (404, {})
            said = json.dumps(told, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")  # as Weixin and WeCom do
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{web.server_port}"
    server.environment[f"{server.kind.upper()}_URL"] = server.url
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


def go_to(server: IdentityServer, client: Client, link: str = "", **headers: Any) -> str:
    """Where the browser is sent to show who it is."""
    link = link or f"/accounts/{server.kind}/login/?next=/inbox/"
    return str(client.get(link, **headers).headers["Location"])


def come_back(server: IdentityServer, client: Client, there: str) -> Any:
    """The page after the person has consented there."""
    state = parse_qs(urlsplit(there).query)["state"][0]
    came = {server.code_parameter: server.code, "state": state}
    return client.get(f"/accounts/{server.kind}/login/callback/", came)


def come_from(server: IdentityServer, client: Client, link: str = "", **person: Any) -> Any:
    """Go there and come back as ``person``."""
    server.person |= person
    return come_back(server, client, go_to(server, client, link))


def signed_in(client: Client) -> int | None:
    """The key of whoever is signed in."""
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


def sign_in(client: Client, user: User) -> None:
    """By the password."""
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert signed_in(client) == user.pk
