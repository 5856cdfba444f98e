"""Who calls the API: a token's holder, found with one query."""

from hmac import compare_digest
from typing import Any

from django.db.models import CharField, QuerySet
from django.utils import timezone
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox import auth
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS

from members.models import User
from members.prepared import prepared


class TokenAuthentication(auth.TokenAuthentication):
    """A token that has not expired.

    The package reads all tokens of the caller at every request, to delete those that have
    expired; here ``members.tasks.forget_tokens`` does that.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """The holder and the token, with a query put together once; refusals are the package's."""
        text = token.decode()
        digest = hash_token(text)
        for found in _with_key(text[: CONSTANTS.TOKEN_KEY_LENGTH]):
            if compare_digest(digest, found.digest) and not self._cleanup_token(found):
                holder: tuple[User, AuthToken] = self.validate_user(found)
                return holder
        refused: Any = super().authenticate_credentials(token)
        return refused

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        """Whether the token has expired."""
        now = timezone.now()  # noqa: TID251 -- tokens live by the real clock, also in a played year
        return auth_token.expiry is not None and auth_token.expiry < now


@prepared(CharField())
def _with_key(key: str) -> QuerySet[AuthToken]:
    return AuthToken.objects.filter(token_key=key).select_related("user")


class TokenScheme(KnoxTokenScheme):
    """The token in the API's description, as the package describes its own."""

    target_class = "members.api.authentication.TokenAuthentication"
