"""The headers of a download, the base URL, and how a handler's result is encoded."""

import pytest
from msgspec.structs import replace

from coterie.http.responses import Response, base_url, encode_response, file_headers
from coterie.settings import Settings


@pytest.mark.parametrize(
    ("filename", "disposition"),
    [
        ("photo.png", "attachment; filename=\"photo.png\"; filename*=UTF-8''photo.png"),
        ("Übung 1.pdf", "attachment; filename=\"_bung 1.pdf\"; filename*=UTF-8''%C3%9Cbung%201.pdf"),
        ('a"b\\c.pdf', "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%5Cc.pdf"),
    ],
)
def test_a_download_has_a_plain_name_and_the_real_one_and_runs_nothing(filename: str, disposition: str) -> None:
    headers = dict(file_headers(filename))
    assert headers["Content-Disposition"] == disposition
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_base_url_is_that_of_the_settings_else_of_the_host_header() -> None:
    scope, settings = {"scheme": "https"}, Settings()
    assert base_url(settings, scope, {b"host": b"people.example:8443"}) == "https://people.example:8443"
    assert base_url(settings, scope, {b"host": b"[::1]:8000"}) == "https://[::1]:8000"
    for bad in (b'"><script>', b"evil.example/path", b""):
        assert base_url(settings, scope, {b"host": bad}) == "https://localhost"
    named = replace(settings, base_url="https://people.example.org/here")
    assert base_url(named, scope, {b"host": b"other"}) == "https://people.example.org/here"


def test_a_result_is_encoded_as_json_unless_it_is_bytes_or_204() -> None:
    json_header = (b"content-type", b"application/json")
    assert encode_response({"a": 1}, 201) == (201, [json_header], b'{"a":1}')
    assert encode_response(None, 204) == (204, [], b"")
    assert encode_response(Response(status=204, headers=(("Allow", "GET"),))) == (204, [(b"allow", b"GET")], b"")
    file = Response(body=b"x", media_type="image/png", headers=(("X-A", "ü"),))
    assert encode_response(file) == (200, [(b"x-a", "ü".encode("latin-1")), (b"content-type", b"image/png")], b"x")


def test_no_two_responses_share_their_list_of_headers() -> None:
    encode_response({}, 200)[1].append((b"x", b"y"))
    assert encode_response({}, 200)[1] == [(b"content-type", b"application/json")]
