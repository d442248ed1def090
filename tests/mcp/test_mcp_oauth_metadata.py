"""Clients whose id is the URL of their metadata: the document, and how it is fetched."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest

from coterie.actions.oauth_clients import read_metadata
from coterie.model.oauth import OAuthError
from coterie.outgoing import NotAllowed, fetch, parse_rules

ID = "https://assistant.example/oauth/client.json"
GOOD: dict[str, Any] = {
    "client_id": ID,
    "client_name": "Assistant",
    "redirect_uris": ["https://assistant.example/back"],
}


def test_a_document_names_its_client() -> None:
    client = read_metadata(ID, msgspec.json.encode(GOOD))
    assert (client.id, client.name, client.is_by_url) == (ID, "Assistant", True)
    assert client.redirect_uris == ("https://assistant.example/back",)


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "https://other.example/c.json"}, {"client_id": f"{ID}/"}, {"client_id": None},
     {"redirect_uris": ["http://evil.example/"]}, {"redirect_uris": None},
     {"token_endpoint_auth_method": "client_secret_basic"}, {"token_endpoint_auth_method": None}],
)  # fmt: skip
def test_a_document_that_lies_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(OAuthError):
        read_metadata(ID, msgspec.json.encode(GOOD | changes))


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"<html>", b"[" * 100_000])
def test_a_document_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(OAuthError):
        read_metadata(ID, body)


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {"/ok": (200, b"{}"), "/large": (200, b"x" * 2_000), "/moved": (302, b"")}.get(
            self.path, (404, b"")
        )
        self.send_response(status)
        self.send_header("location", "/ok")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_document_is_fetched_within_its_limits(pages: str) -> None:
    rules = parse_rules("127.0.0.1")
    assert fetch(f"{pages}/ok", rules, bytes_max=1_000, seconds=5) == b"{}"
    for path in ("/large", "/moved", "/nothing"):
        with pytest.raises(NotAllowed):
            fetch(f"{pages}{path}", rules, bytes_max=1_000, seconds=5)


def test_a_private_address_is_not_fetched(pages: str) -> None:
    with pytest.raises(NotAllowed, match="not public"):
        fetch(f"{pages}/ok", parse_rules(""), bytes_max=1_000, seconds=5)
