"""Authenticates callers of the API by token, and tells from where they call."""

import ipaddress
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox import auth
from knox.models import AuthToken
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from members import clock
from members.enums import Channel
from members.models import ServiceToken, User
from members.models.service_token import PREFIX, digest_of
from members.reader import Reader, set_reader
from members.services.service_token import note_use


class TokenAuthentication(auth.TokenAuthentication):
    """A token that has not expired.

    The package reads all tokens of the caller at every request, to delete those that have
    expired; here ``members.tasks.forget_tokens`` does that.
    """

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        """Whether the token has expired."""
        now = timezone.now()  # noqa: TID251 -- tokens live by the real clock, also in a played year
        return auth_token.expiry is not None and auth_token.expiry < now


class TokenScheme(KnoxTokenScheme):
    """The token in the API's description, as the package describes its own."""

    target_class = "members.api.authentication.TokenAuthentication"


class ServiceTokenAuthentication(BaseAuthentication):
    """A service token: ``Authorization: Bearer tian_…``, or with ``Token``.

    Everything that follows asks the posts which its account borrows, so what it may see and do is
    decided where it is decided for people. Here only what cannot be asked of posts is refused.
    """

    def authenticate(self, request: Request) -> tuple[User, ServiceToken] | None:
        """The account of the token; None where the caller says who they are otherwise."""
        scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
        sent = sent.strip()
        if scheme.lower() not in {"bearer", "token"}:
            return None
        if scheme.lower() == "token" and not sent.startswith(PREFIX):
            return None  # a person's
        token = ServiceToken.objects.select_related("account").filter(digest=digest_of(sent))
        found = token.first()
        if found is None:
            raise AuthenticationFailed(_("没有这个服务令牌"))
        reader = Reader(found.account, clock.now())
        if not reader.posts:
            raise AuthenticationFailed(_why_not(found, reader))
        if found.read_only and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("此服务令牌只能读取"))
        note_use(found, at=reader.at, address=address_of(request))
        set_reader(request, reader)
        return found.account, found

    def authenticate_header(self, request: Request) -> str:
        """What to send instead, so that a failed attempt is a 401."""
        return "Token"


def _why_not(token: ServiceToken, reader: Reader) -> str:
    """Why a token opens nothing."""
    standing = ServiceToken.objects.with_standing(reader.day).get(pk=token.pk)
    return _("服务令牌不能使用：%(why)s") % {"why": standing.get_standing_display()}


class ServiceTokenScheme(OpenApiAuthenticationExtension):
    """The service token in the API's description."""

    target_class = "members.api.authentication.ServiceTokenAuthentication"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        about = "A service token, `tian_…`; `Token` does as well as `Bearer`."
        return {"type": "http", "scheme": "bearer", "description": about}


def channel_of(request: Request) -> Channel:
    """A token calls the API; a session is a person at a page."""
    by_token = (ServiceTokenAuthentication, TokenAuthentication)
    return Channel.API if isinstance(request.successful_authenticator, by_token) else Channel.WEB


def address_of(request: Request) -> str | None:
    """The client's address, believing as many proxies as the settings trust."""
    ident = BaseThrottle().get_ident(request)
    try:
        return str(ipaddress.ip_address(ident))
    except ValueError:
        return None
