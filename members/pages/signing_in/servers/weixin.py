"""Weixin: the page with the code to scan, for a website that is registered there."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.weixin.provider import WeixinProvider
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.http import HttpRequest


class WeixinAdapter(WeixinOAuth2Adapter):
    """Where Weixin is asked."""

    authorize_url = "https://open.weixin.qq.com/connect/qrconnect"

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        url = self.get_provider().app.settings["url"]
        if url:
            self.authorize_url = f"{url}/connect/qrconnect"
            self.access_token_url = f"{url}/sns/oauth2/access_token"
            self.profile_url = f"{url}/sns/userinfo"


class Weixin(WeixinProvider):
    """A person of Weixin, of whom only an ID is sure."""

    oauth2_adapter_class = WeixinAdapter

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The nickname, for the page of the account."""
        return {"nickname": str(data.get("nickname") or "")}
