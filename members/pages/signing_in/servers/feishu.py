"""Feishu, or a deployment of one's own."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.feishu.client import FeishuOAuth2Client
from allauth.socialaccount.providers.feishu.provider import FeishuProvider
from allauth.socialaccount.providers.feishu.views import FeishuOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import HttpRequest

URL = "https://open.feishu.cn"


class FeishuClient(FeishuOAuth2Client):
    """Asks for tokens."""

    def app_access_token(self) -> str:
        """The product's own token; Feishu's interface takes JSON, where allauth sends a form."""
        asked = {"app_id": self.consumer_key, "app_secret": self.consumer_secret}
        with get_adapter().get_requests_session() as session:
            answer = session.request("POST", self.app_access_token_url, json=asked)
            answer.raise_for_status()
            told: dict[str, Any] = answer.json()
        if not told.get("app_access_token"):
            raise OAuth2Error(f"no token of the application: {told.get('code')}")
        return str(told["app_access_token"])


class FeishuAdapter(FeishuOAuth2Adapter):
    """Where Feishu is asked."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        url = self.get_provider().app.settings["url"] or URL
        self.authorization_url = f"{url}/open-apis/authen/v1/index"
        self.access_token_url = f"{url}/open-apis/authen/v1/access_token"
        self.app_access_token_url = f"{url}/open-apis/auth/v3/app_access_token/internal/"
        self.user_info_url = f"{url}/open-apis/authen/v1/user_info"

    def get_client(self, request: HttpRequest, app: Any) -> FeishuClient:
        """The client for these addresses."""
        client = FeishuClient(
            request,
            app.client_id,
            app.secret,
            self.access_token_method,
            self.access_token_url,
            self.get_callback_url(request, app),
        )
        client.app_access_token_url = self.app_access_token_url
        return client


class Feishu(FeishuProvider):
    """A person of the office's Feishu."""

    oauth2_adapter_class = FeishuAdapter

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The name, and what the office has entered."""
        kept = ("name", "user_id", "employee_no", "mobile")
        return {key: str(data.get(key) or "") for key in kept}
