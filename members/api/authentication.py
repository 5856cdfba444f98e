"""Authenticates callers of the API by token."""

from django.utils import timezone
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox import auth
from knox.models import AuthToken


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
