"""The headers that every response has, and the headers of a request."""

from client import Client
from msgspec.structs import replace

from coterie.app import create_app
from coterie.http.asgi import headers_of
from coterie.settings import Settings
from coterie.store.database import open_database

PATHS = ("/", "/healthz", "/metrics", "/nowhere", "/static/nothing", "/openapi/inro.json", "/api/v1/contacts", "/api/x")


def responses(settings: Settings, **headers: str) -> dict[str, dict[str, str]]:
    client = Client(create_app(open_database(settings), settings))
    try:
        return {path: client.call("GET", path, headers=headers).headers for path in PATHS}
    finally:
        client.close()


def test_every_response_forbids_guessing_types_and_running_scripts(settings: Settings) -> None:
    for path, headers in responses(settings).items():
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "strict-transport-security" not in headers, path


def test_https_stays_https_where_the_base_url_says_so(settings: Settings) -> None:
    for path, headers in responses(replace(settings, base_url="https://crm.example.org")).items():
        assert headers["strict-transport-security"].startswith("max-age="), path


def test_no_redirect_repeats_the_host(settings: Settings) -> None:
    client = Client(create_app(open_database(settings), settings))
    response = client.call("GET", "/reference/", headers={"host": "evil.example"})
    client.close()
    assert response.status == 404
    assert "location" not in response.headers


def test_of_a_repeated_header_the_last_value_counts_unless_it_is_a_list() -> None:
    names = (b"if-match", b"if-none-match", b"idempotency-key", b"accept")
    headers = headers_of({"headers": [(name, value) for value in (b'"1"', b'"2"') for name in names]})
    assert headers.pop(b"accept") == b'"2"'
    assert set(headers.values()) == {b'"1", "2"'}
