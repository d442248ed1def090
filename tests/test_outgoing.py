"""The guard of outgoing requests: which addresses are public, what the operator may allow, and what is connected to."""

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from socket import AI_NUMERICHOST, getaddrinfo
from typing import Any

import httpx
import pytest

from coterie.graph.client import open_graph
from coterie.outgoing import (
    NotAllowed,
    Rules,
    check_place,
    check_url,
    is_public,
    parse_rules,
    read_retry_after,
    resolve,
    send,
    tls,
)
from coterie.remote.client import Client
from coterie.webhooks.send import Sender

PUBLIC = (
    "93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34", "::ffff:93.184.216.34", "2002:5db8:d822::1",
)  # fmt: skip
NOT_PUBLIC = (
    "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.1.2.3", "0.0.0.0", "169.254.169.254", "100.64.0.1",
    "192.0.0.9", "192.88.99.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:10.0.0.1", "::127.0.0.1", "::7f00:1", "::ffff:0:127.0.0.1", "fe80::1%eth0", "fc00::1",
    "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "2001:0:a00:1::1", "2002:a00:1::",
    "2002:c058:6301::", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::93.184.216.34",
    "x", "", "1.2.3",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_leads_into_a_network_or_nowhere_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "https://", "https://[", "ftp://example.org/", "file:///etc/passwd", "https://user:secret@example.org/",
        "https://user@example.org/", "https://example.org:22/", "https://example.org:99999/", "https://ex ample.org/",
        "https://example.org/\r\nHost: x", "https://müller.example/", "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]:8443/", "https://0x7f000001/", "https://2130706433/",
        "https://127.1/", "https://169.254.169.254/latest/meta-data", "http://93.184.216.34/", "https://localhost./",
        "https://no-such-host.invalid/",
    ],
)  # fmt: skip
def test_private_hosts_and_plain_http_are_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        resolve(url, Rules())


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(NotAllowed, match="not public"):
        resolve("https://example.org/", Rules())


def test_a_host_is_connected_to_by_its_checked_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "93.184.216.34", "2606:2800:220:1::1")
    first, second = resolve("https://example.org/a?b=c#d", Rules())
    assert (first.url, first.host, first.name) == ("https://93.184.216.34:443/a?b=c", "example.org", "example.org")
    assert second.url == "https://[2606:2800:220:1::1]:443/a?b=c"
    assert resolve("https://example.org:8443", Rules())[0].host == "example.org:8443"


@pytest.mark.parametrize("allowed", ["localhost", "LOCALHOST, other.example", "127.0.0.0/8,::1/128", "127.0.0.1,::1"])
def test_the_operator_may_allow_a_host_or_a_network_with_plain_http(allowed: str) -> None:
    assert {target.name for target in resolve("http://localhost:8080/hook", parse_rules(allowed))} == {None}


@pytest.mark.parametrize("allowed", ["10.0.0.0/8", "other.example", ""])
def test_what_the_operator_has_not_named_stays_refused(allowed: str) -> None:
    with pytest.raises(NotAllowed):
        resolve("http://localhost:8080/hook", parse_rules(allowed))


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "fe80::x", "müller.example", "one.example two.example"])
def test_a_rule_that_is_neither_host_nor_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a host nor a network"):
        parse_rules(text)


@pytest.mark.parametrize(
    "url", ["https://crm.example.org/api/hub/v1/contacts", "https://CRM.example.org.:443/", "https://crm.example.org"]
)
def test_this_instance_does_not_call_itself(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    answer(monkeypatch, "93.184.216.34")
    rules = parse_rules("crm.example.org", "https://crm.example.org")
    with pytest.raises(NotAllowed, match="this instance"):
        resolve(url, rules)
    assert resolve("https://crm.example.org:8443/", rules)


@pytest.mark.parametrize("own", ["127.0.0.1", "localhost", "[::1]"])
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_this_instance_has_every_name_of_its_computer(monkeypatch: pytest.MonkeyPatch, own: str, host: str) -> None:
    answer(monkeypatch, "127.0.0.1")
    rules = parse_rules("127.0.0.0/8,0.0.0.0,::1,::ffff:127.0.0.0/104,home.example", f"http://{own}:8000")
    for check in (check_place, resolve):
        with pytest.raises(NotAllowed, match="this instance"):
            check(f"http://{host}:8000/", rules)
        assert check(f"http://{host}:8001/", rules)
    with pytest.raises(NotAllowed, match="this instance"):
        resolve("http://home.example:8000/", rules)


def test_the_host_header_leaves_out_only_the_port_of_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "93.184.216.34")
    rules = parse_rules("example.org")
    headers = {url: resolve(url, rules)[0].host for url in ("http://example.org:443/", "https://example.org:443/")}
    assert list(headers.values()) == ["example.org:443", "example.org"]


def test_the_next_address_is_tried_if_one_does_not_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer(monkeypatch, "127.0.0.2", "127.0.0.1")
        server.settimeout(5)
        with httpx.Client(timeout=0.2) as client, pytest.raises(httpx.ReadTimeout):
            send(client, "POST", f"http://home.example:{port}/", parse_rules("home.example"), headers={}, content=b"{}")
        connection, _ = server.accept()
        with connection:
            assert f"Host: home.example:{port}".encode() in connection.recv(1000)


def answer(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """The name server answers every question with these addresses."""

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr("coterie.outgoing.getaddrinfo", resolved)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [("http://127.0.0.1:8080/in", ""), ("https://127.0.0.1/", ""), ("https://[::1]/", ""), ("https://10.1.2.3/", ""),
     ("https://2130706433/", ""), ("https://0x7f.1/", ""), ("https://localhost/", ""), ("https://a.localhost/", ""),
     ("http://93.184.216.34/", ""), ("http://example.org/", ""), ("http://example.org/", "other.example"),
     ("http://127.0.0.1/", "10.0.0.0/8"), ("https://crm.example.org/x", "")],
)  # fmt: skip
def test_a_place_that_can_never_be_called_is_known_without_a_name_server(
    monkeypatch: pytest.MonkeyPatch, url: str, allowed: str
) -> None:
    with pytest.raises(NotAllowed):
        check_place(url, parse_rules(allowed, "https://crm.example.org"))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [("https://example.org/in", ""), ("https://93.184.216.34/", ""), ("https://[2606:4700::1111]/", ""),
     ("http://127.0.0.1:8080/in", "127.0.0.0/8"), ("http://localhost:8080/", "localhost"),
     ("http://nas/in", "192.168.0.0/16"), ("http://nas.example/in", "nas.example")],
)  # fmt: skip
def test_a_place_that_may_be_called_is_accepted_and_no_name_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, url: str, allowed: str
) -> None:
    def look_up(host: str, port: int, *, type: int, flags: int) -> list[Any]:
        assert flags == AI_NUMERICHOST
        return getaddrinfo(host, port, type=type, flags=flags)

    monkeypatch.setattr("coterie.outgoing.getaddrinfo", look_up)
    assert check_place(url, parse_rules(allowed)) == url


@pytest.fixture
def _in_los_angeles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_los_angeles")
@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"])
def test_a_retry_after_of_each_form_of_a_date_is_in_gmt(form: str) -> None:
    seconds = read_retry_after((datetime.now(UTC) + timedelta(hours=2)).strftime(form))
    assert seconds is not None and 3600 < seconds <= 7200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("9" * 30, 86_400), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("Sun Nov  6 08:49:37 1994", 0),
     ("soon", None), ("-1", None), ("\u0663", None), ("", None), (None, None), ("9" * 100, None)],
)  # fmt: skip
def test_a_retry_after_is_a_number_or_a_date(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text) == seconds


def test_certificates_are_read_once_for_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    tls.cache_clear()
    read = []
    load = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda *given, **named: (read.append(1), load(*given, **named))
    )
    for _ in range(2):
        Sender().close()
        with Client("https://dav.example", "", "", Rules()):
            pass
        open_graph("https://graph.example", "token").close()
    # with and without the settings of the environment
    assert len(read) == 2
