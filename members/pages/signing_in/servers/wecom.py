"""WeCom (企业微信), or a deployment of one's own such as 政务微信; allauth has no provider for it.

It differs from OAuth 2.0: the token is the application's, and the code is exchanged for the ID of
a member with it.
"""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest
from django.utils.http import urlencode

INSIDE = "wxwork"
"""What the browser inside of WeCom calls itself; in there nobody has to scan a code."""


class WeComClient(OAuth2Client):
    """Builds the address of the page with the code to scan, and asks for the token."""

    agent_id = ""

    def get_redirect_url(
        self, authorization_url: str, scope: list[str], extra_params: dict[str, Any]
    ) -> str:
        """Where the person shows who they are."""
        asked = {
            "appid": self.consumer_key,
            "agentid": self.agent_id,
            "redirect_uri": self.callback_url,
            "state": self.state,
        }
        if INSIDE in self.request.headers.get("User-Agent", "").lower():
            asked |= {"response_type": "code", "scope": "snsapi_base"}
            return f"{authorization_url}?{urlencode(asked)}#wechat_redirect"
        asked["login_type"] = "CorpApp"
        return f"{authorization_url}?{urlencode(asked)}"

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        """The application's token."""
        asked = {"corpid": self.consumer_key, "corpsecret": self.consumer_secret}
        return told_by(self.access_token_url, asked)


class WeComAdapter(OAuth2Adapter):
    """Where WeCom is asked."""

    provider_id = "wecom"
    client_class = WeComClient
    access_token_url = "https://qyapi.weixin.qq.com/cgi-bin/gettoken"  # noqa: S105 -- an address
    authorize_url = "https://login.work.weixin.qq.com/wwlogin/sso/login"
    inside_url = "https://open.weixin.qq.com/connect/oauth2/authorize"
    person_url = "https://qyapi.weixin.qq.com/cgi-bin/auth/getuserinfo"

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        url = self.get_provider().app.settings["url"]
        if url:
            self.access_token_url = f"{url}/cgi-bin/gettoken"
            self.authorize_url = f"{url}/wwopen/sso/qrConnect"
            self.inside_url = f"{url}/connect/oauth2/authorize"
            self.person_url = f"{url}/cgi-bin/user/getuserinfo"  # its older name, which they have
        if INSIDE in request.headers.get("User-Agent", "").lower():
            self.authorize_url = self.inside_url

    def get_client(self, request: HttpRequest, app: Any) -> WeComClient:
        """The client of this application."""
        client: WeComClient = super().get_client(request, app)
        client.agent_id = app.key
        return client

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **kwargs: Any
    ) -> SocialLogin:
        """The member who has scanned; others than members are refused."""
        asked = {"access_token": token.token, "code": request.GET["code"]}
        told = told_by(self.person_url, asked)
        member = told.get("userid") or told.get("UserId")
        if not member:
            raise OAuth2Error("whoever has scanned is not a member of the office")
        return self.get_provider().sociallogin_from_response(request, {"userid": str(member)})


class WeComAccount(ProviderAccount):
    """A member, by the ID that the office has given."""

    def to_str(self) -> str:
        """The ID."""
        return str(self.account.uid)


class WeCom(OAuth2Provider):
    """A member of the office's WeCom."""

    id = "wecom"
    name = "WeCom"
    account_class = WeComAccount
    oauth2_adapter_class = WeComAdapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The ID."""
        return str(data["userid"])


def told_by(url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What WeCom answers; raises OAuth2Error with its number of an error."""
    with get_adapter().get_requests_session() as session:
        answer = session.get(url, params=asked)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
    if told.get("errcode"):
        raise OAuth2Error(f"WeCom refuses: {told['errcode']}")
    return told
