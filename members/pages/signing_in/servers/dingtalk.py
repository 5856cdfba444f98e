"""DingTalk, at its own addresses or at that of a relay."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.dingtalk.provider import DingTalkProvider
from allauth.socialaccount.providers.dingtalk.views import DingTalkOAuth2Adapter
from django.http import HttpRequest

CHINA = "86"
"""The country of a phone number that is written without one."""


class DingTalkAdapter(DingTalkOAuth2Adapter):
    """Where DingTalk is asked."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        url = self.get_provider().app.settings["url"]
        if url:
            self.authorize_url = f"{url}/oauth2/auth"
            self.access_token_url = f"{url}/v1.0/oauth2/userAccessToken"
            self.profile_url = f"{url}/v1.0/contact/users/me"


class DingTalk(DingTalkProvider):
    """A person of DingTalk, with the number of their phone."""

    oauth2_adapter_class = DingTalkAdapter

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The nickname and the phone number, with its country where that is another."""
        country, mobile = str(data.get("stateCode") or CHINA), str(data.get("mobile") or "")
        if mobile and country != CHINA:
            mobile = f"+{country}{mobile}"
        return {"nick": str(data.get("nick") or ""), "mobile": mobile}
