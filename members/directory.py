"""Asks the office's directory, by LDAP, whether a password is right.

The directory only knows passwords: whoever has no account here stays out, whatever it says.
"""

from __future__ import annotations

import logging
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from members.authentication import Backend, account_called
from members.models import User

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of names that pyasn1 has renamed
    from ldap3 import NO_ATTRIBUTES, NONE, Connection, Server, Tls
    from ldap3.core.exceptions import LDAPException
    from ldap3.core.results import (
        RESULT_INVALID_CREDENTIALS,
        RESULT_SIZE_LIMIT_EXCEEDED,
        RESULT_SUCCESS,
    )
    from ldap3.utils.conv import escape_filter_chars

logger = logging.getLogger(__name__)

PATIENCE = 3
"""Seconds for each answer of the directory: a page waits for it."""


class Unavailable(Exception):
    """The directory does not answer, or not as it must: a sentence for the log."""


class DirectoryBackend(Backend):
    """The password that the office's directory knows, of an account that is here.

    Asked after the password that is kept here; while the directory is away, only that one counts.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User | None:
        """The account, if the directory knows the password and it is not disabled here."""
        account = account_called(username or "")
        if account is None or not password or not self.user_can_authenticate(account):
            return None
        try:
            right = is_password_of(account.username, password)
        except Unavailable as error:
            logger.warning("the directory cannot be asked for a password: %s", error)
            return None
        return account if right else None


class VerifiedTls(Tls):
    """TLS with the certificate checked by Python itself, for the host that the settings name."""

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        """Encrypt the connection; raises an OSError unless the certificate is good."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        host = connection.server.host
        connection.socket = context.wrap_socket(connection.socket, server_hostname=host)


def is_password_of(username: str, password: str) -> bool:
    """Whether this is the password of the one entry of that name. Raises Unavailable."""
    if not password:
        return False  # a directory takes a name without a password for nobody, and lets nobody in
    try:
        entry = _entry_of(username)
        if not entry:
            return False
        with _connection(entry, password) as connection:
            return _is_bound(connection)
    except (LDAPException, OSError) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error


def _entry_of(username: str) -> str:
    """The name of the entry in the directory; empty where there is none, or more than one."""
    known: dict[str, Any] = settings.DIRECTORY  # type: ignore[assignment]  # there is one
    wanted = known["filter"].replace("{username}", escape_filter_chars(username))
    with _connection(known["bind_dn"], known["bind_password"]) as connection:
        if not _is_bound(connection):
            raise Unavailable("the directory refuses LDAP_BIND_DN with LDAP_BIND_PASSWORD")
        connection.search(
            known["base"], wanted, attributes=[NO_ATTRIBUTES], size_limit=2, time_limit=PATIENCE
        )
        if connection.result["result"] not in {RESULT_SUCCESS, RESULT_SIZE_LIMIT_EXCEEDED}:
            raise Unavailable(f"the search ended with {connection.result['description']}")
        found = [row["dn"] for row in connection.response if row["type"] == "searchResEntry"]
    return str(found[0]) if len(found) == 1 else ""


@contextmanager
def _connection(name: str, password: str) -> Iterator[Connection]:
    """A connection, encrypted unless the settings say otherwise, on which nobody is named yet."""
    known: dict[str, Any] = settings.DIRECTORY  # type: ignore[assignment]  # there is one
    tls = VerifiedTls(validate=ssl.CERT_REQUIRED, ca_certs_file=known["ca"])
    server = Server(known["url"], get_info=NONE, connect_timeout=PATIENCE, tls=tls)
    connection = Connection(
        server,
        name or None,
        password or None,
        auto_referrals=False,
        read_only=True,
        receive_timeout=PATIENCE,
    )
    try:
        connection.open(read_server_info=False)
        if known["start_tls"] and not connection.start_tls(read_server_info=False):
            raise Unavailable("the directory does not encrypt the connection")
        yield connection
    finally:
        if connection.socket is not None:
            connection.socket.close()


def _is_bound(connection: Connection) -> bool:
    """Whether the directory takes name and password; a refusal for another reason is no answer."""
    bound = bool(connection.bind(read_server_info=False))
    result = connection.result
    if not bound and result["result"] != RESULT_INVALID_CREDENTIALS:
        raise Unavailable(f"the directory answers {result['description']}")
    return bound
