"""Guards outgoing calls: none into the private network, unless the operator allows it.

Addresses that people type are called from inside the office's network, so each could be a probe
of it. Inside ``guarded()`` a connection is made only to an address that was looked at: the name
is resolved once, and the connection goes to what came of it, so that a name that answers
differently the second time (DNS rebinding) gains nothing.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from requests import utils
from urllib3.util import connection

NAT64 = ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway turns into the IPv4 address of their last 32 bits."""

LEADING_INSIDE = [ip_network(net) for net in ("64:ff9b:1::/48", "fec0::/10", "::/96")]
"""Gateways of an office's own, site-local and IPv4-compatible addresses: some Pythons call them
global."""

_guarding: ContextVar[bool] = ContextVar("guarding", default=False)
_connect_anywhere = connection.create_connection
_proxies_of_machine = utils.getproxies


class AddressRefused(Exception):
    """A call would leave for an address that is not allowed; the text says which."""


def is_allowed(address: str) -> bool:
    """Whether the product may connect to an IP address."""
    ip = ip_address(address.partition("%")[0])
    if any(ip in network for network in settings.WEBHOOK_ALLOW_PRIVATE):
        return True
    if inner := _inside(ip):
        return is_allowed(str(inner))
    if any(ip in network for network in LEADING_INSIDE):
        return False
    return ip.is_global and not ip.is_multicast


def _inside(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to."""
    if not isinstance(ip, IPv6Address):
        return None
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    teredo = ip.teredo[1] if ip.teredo else None
    return ip.ipv4_mapped or ip.sixtofour or teredo


def resolved(host: str, port: int) -> list[str]:
    """The addresses of ``host``; raises AddressRefused when any is not allowed, or OSError.

    One forbidden address condemns the name: nobody honest mixes them.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(str(error)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(map(is_allowed, addresses)):
        raise AddressRefused(_("%(host)s 是内网或保留地址，不允许访问") % {"host": host})
    return addresses


@contextmanager
def guarded() -> Iterator[None]:
    """Let what runs inside, in this thread, connect to allowed addresses only."""
    token = _guarding.set(True)
    try:
        yield
    finally:
        _guarding.reset(token)


def _connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
    if not _guarding.get():
        return _connect_anywhere(address, *args, **kwargs)
    host, port = address
    problem = OSError(f"no address for {host}")
    for checked in resolved(host, port):
        try:
            return _connect_anywhere((checked, port), *args, **kwargs)
        except OSError as error:
            problem = error
    raise problem


def _proxies() -> dict[str, str]:
    """None in the guard: a proxy would make the connection, to an address nobody looked at."""
    return {} if _guarding.get() else _proxies_of_machine()


# The one place where both requests and the plugins of apprise open their connections.
connection.create_connection = _connect
# And where requests, sessions and redirects alike, learn of the proxies of the environment.
utils.getproxies = _proxies
