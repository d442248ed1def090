"""`coterie mcp`: what it forwards, and what it answers itself."""

import json
from typing import Any

import httpx
import pytest

from coterie.cli.mcp import forward, mcp_url
from coterie.errors import Invalid
from coterie.settings import load_settings

URL = "http://door.example/mcp"


def call(line: bytes, response: httpx.Response | Exception) -> tuple[Any, list[httpx.Request]]:
    """(the response line, the requests that were sent)"""
    sent = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if isinstance(response, Exception):
            raise response
        return response

    with httpx.Client(transport=httpx.MockTransport(handle)) as client:
        line_back = forward(client, URL, "secret", line)
    return (json.loads(line_back) if line_back is not None else None), sent


def test_headers_repeat_a_modern_body() -> None:
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
    params = {"_meta": meta, "name": "prépare"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": params}
    response, (request,) = call(json.dumps(message).encode(), httpx.Response(200, json={"id": 1, "result": {}}))
    assert response == {"id": 1, "result": {}}
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["mcp-protocol-version"] == "2026-07-28"
    assert request.headers["mcp-method"] == "prompts/get"
    assert request.headers["mcp-name"] == "=?base64?cHLDqXBhcmU=?="


def test_a_legacy_message_has_none_of_them() -> None:
    _, (request,) = call(b'{"jsonrpc":"2.0","id":1,"method":"ping"}', httpx.Response(200, json={"id": 1}))
    assert not [name for name in request.headers if name.startswith("mcp-")]


def test_a_notification_has_no_response() -> None:
    refused = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Unauthorized"}}
    for response in (httpx.Response(202), httpx.Response(401, json=refused), httpx.Response(502, text="<html>")):
        assert call(b'{"jsonrpc":"2.0","method":"notifications/initialized"}', response)[0] is None


@pytest.mark.parametrize("line", [b"x", b"[]", b"\xff", b"[" * 100_000, b"1"])
def test_a_line_that_is_no_message_is_answered(line: bytes) -> None:
    response, sent = call(line, httpx.Response(200))
    assert (response["error"]["code"], response["id"], sent) == (-32700, None, [])


def test_errors_of_the_connection_are_responses() -> None:
    line = b'{"jsonrpc":"2.0","id":"a","method":"ping"}'
    for failure in (httpx.ConnectError("refused"), httpx.Response(502, text="<html>"), httpx.Response(200, json=[1])):
        response, _ = call(line, failure)
        assert (response["error"]["code"], response["id"]) == (-32603, "a")
    refused = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Unauthorized"}}
    response, _ = call(line, httpx.Response(401, json=refused))
    assert (response["id"], response["error"]["message"]) == ("a", "Unauthorized")


def test_other_commands_ignore_the_token() -> None:
    assert load_settings({"COTERIE_TOKEN": "x"}) == load_settings({})


def test_the_address_may_be_of_the_instance_or_of_the_door() -> None:
    assert mcp_url("https://a.example/") == "https://a.example/mcp"
    assert mcp_url("https://a.example/mcp/") == "https://a.example/mcp"
    for wrong in ("ftp://a", "a.example", "", "http://"):
        with pytest.raises(Invalid):
            mcp_url(wrong)
