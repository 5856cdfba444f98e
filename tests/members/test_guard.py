"""Where the product may call, and where it may not."""

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
import requests

from members.services.guard import AddressRefused, guarded, is_allowed, resolved
from tests.members.external_servers import Site, resolver, web_server

REFUSED = [
    "0.0.0.1",
    "10.1.2.3",
    "100.100.100.200",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "fc00::1",
    "fe80::1%eth0",
    "ff02::1",
    "64:ff9b:1::7f00:1",
    "fec0::1",
    "::7f00:1",
]


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as site:
        yield site


@pytest.mark.parametrize("address", REFUSED)
def test_inner_addresses_are_refused(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


def test_operator_allows_networks(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("10.0.8.0/24"), ip_network("fd00::/8")]

    found = [is_allowed(each) for each in ("10.0.8.9", "10.0.9.9", "fd12::1", "::ffff:10.0.8.9")]

    assert found == [True, False, True, True]


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]"])
def test_names_and_spellings_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match="不允许访问"):
        resolved(host, 80)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254"])
def test_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"inner.test": [address]}, []))

    with pytest.raises(AddressRefused, match=r"inner\.test"), guarded():
        requests.get("http://inner.test/", timeout=1)


def test_one_inner_address_condemns_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *args, **kwargs: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
            for address in ("8.8.8.8", "10.0.0.1")
        ],
    )

    with pytest.raises(AddressRefused):
        resolved("both.test", 80)


def test_connection_goes_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, settings: Any, site: Site
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("127.0.0.1/32")]
    asked: list[str] = []
    names = {"turning.test": ["127.0.0.1", "127.0.0.2"]}
    monkeypatch.setattr(socket, "getaddrinfo", resolver(names, asked))

    with guarded():
        answer = requests.post(site.url.replace("127.0.0.1", "turning.test"), timeout=5)

    assert answer.status_code == 200
    assert asked == ["turning.test"]
    assert site.posts[0][1]["Host"].startswith("turning.test:")


def test_guard_uses_no_proxy(monkeypatch: pytest.MonkeyPatch, settings: Any, site: Site) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("127.0.0.1/32")]
    monkeypatch.setenv("http_proxy", site.url)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"inner.test": ["10.0.0.1"]}, []))

    with pytest.raises(AddressRefused, match=r"inner\.test"), guarded():
        requests.post("http://inner.test/", timeout=5)

    assert site.posts == []
    assert requests.post("http://inner.test/", timeout=5).status_code == 200  # the proxy's


def test_outside_the_guard_nothing_is_refused(site: Site) -> None:
    assert requests.post(site.url, timeout=5).status_code == 200


def test_name_that_does_not_exist_is_an_error_of_transport() -> None:
    with pytest.raises(OSError, match=r".+"):
        resolved("a" * 64 + ".test", 80)
