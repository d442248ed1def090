"""The client behind trusted proxies: what a client writes into X-Forwarded-For itself is never believed."""

import pytest

from coterie.errors import Unavailable
from coterie.http.asgi import client_of
from coterie.model.networks import find_client, parse_networks
from coterie.settings import load_settings

TRUSTED = parse_networks("127.0.0.1, 10.0.0.0/8 ::1")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["127.0.0.1, 10.0.0.1"], "127.0.0.1"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["[::ffff:198.51.100.1]:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["," * 60_000], "10.0.0.1"),
        ("", ["198.51.100.1"], ""),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_the_last_address_that_is_not_trusted_is_the_client(peer: str, forwarded_for: list[str], client: str) -> None:
    assert find_client(peer, forwarded_for, TRUSTED) == client


def test_the_setting_is_checked_at_the_start() -> None:
    assert load_settings({"COTERIE_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies == "10.0.0.0/8, ::1"
    with pytest.raises(Unavailable, match="must be addresses or networks, such as"):
        load_settings({"COTERIE_TRUSTED_PROXIES": "proxy.local"})


@pytest.mark.parametrize(
    ("peer", "client"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("::1", "::1"), ("2001:db8::7", "2001:db8::7"), ("testclient", "testclient")],
)
def test_a_client_has_one_address_also_on_a_socket_that_listens_on_both_kinds(peer: str, client: str) -> None:
    assert client_of({"type": "http", "client": (peer, 4711)}) == client
    assert client_of({"type": "http"}) == ""
