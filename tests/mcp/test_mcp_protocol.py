"""The protocol in both eras: versions, headers, errors, tokens, origins."""

import json
from dataclasses import replace
from typing import Any

import pytest
from client import Client, Response
from mcp.mcp_calls import LEGACY, META, MODERN, Mcp
from world import World

LIST = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {}}


def post(mcp: Mcp, message: Any, **headers: str) -> Response:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    client = mcp.client.with_token(mcp.token)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.call("POST", "/mcp", body=body, headers=given)


def code_of(response: Response) -> tuple[int, int]:
    return response.status, response.json["error"]["code"]


def test_a_legacy_client_begins_with_initialize_and_gets_its_version(mcp: Mcp) -> None:
    legacy = replace(mcp, is_modern=False)
    for asked, given in (("2024-11-05", "2024-11-05"), (LEGACY, LEGACY), ("1999-01-01", LEGACY), (MODERN, LEGACY)):
        result = legacy.result("initialize", {"protocolVersion": asked, "capabilities": {}})
        assert result["protocolVersion"] == given
        assert result["serverInfo"]["name"] == "coterie"
        assert "resultType" not in result
    assert legacy.result("ping") == {}


def test_a_legacy_client_needs_no_header(mcp: Mcp) -> None:
    assert post(mcp, LIST).status == 200


def test_a_modern_client_discovers(mcp: Mcp) -> None:
    result = mcp.result("server/discover")
    assert MODERN in result["supportedVersions"]
    assert result["resultType"] == "complete"
    assert result["cacheScope"] == "private"
    assert result["_meta"][f"{META}serverInfo"]["name"] == "coterie"


@pytest.mark.parametrize("method", ["ping", "initialize2", "tools/drop", ""])
def test_an_unknown_method_of_a_modern_client_is_404(mcp: Mcp, method: str) -> None:
    assert code_of(mcp.post(method)) == (404, -32601)


def test_an_unknown_method_of_a_legacy_client_is_200(mcp: Mcp) -> None:
    assert code_of(replace(mcp, is_modern=False).post("server/nothing")) == (200, -32601)


def test_headers_must_repeat_the_body(mcp: Mcp) -> None:
    for headers in ({"mcp-method": "tools/call"}, {"mcp-protocol-version": LEGACY}):
        assert code_of(mcp.post("tools/list", {}, headers)) == (400, -32020)
    call = {"name": "about", "arguments": {}}
    assert code_of(mcp.post("tools/call", call, {"mcp-name": "find_contacts"})) == (400, -32020)
    assert code_of(mcp.post("tools/call", call, {"mcp-name": "=?base64?!!!?="})) == (400, -32020)
    assert mcp.post("tools/call", call, {"mcp-name": "=?base64?YWJvdXQ=?="}).status == 200


def test_an_unsupported_version_names_those_that_are(mcp: Mcp) -> None:
    meta = {f"{META}protocolVersion": "2030-01-01", f"{META}clientCapabilities": {}}
    message = LIST | {"params": {"_meta": meta}}
    response = post(mcp, message, mcp_protocol_version="2030-01-01", mcp_method="tools/list")
    assert code_of(response) == (400, -32022)
    assert response.json["error"]["data"]["supported"][0] == MODERN
    assert response.json["id"] == 7
    assert code_of(post(mcp, LIST, mcp_protocol_version="2030-01-01")) == (400, -32022)


def test_a_modern_request_without_its_meta_is_400(mcp: Mcp) -> None:
    for params in ({}, {"_meta": {}}, {"_meta": {f"{META}protocolVersion": MODERN}}, {"_meta": 1}):
        response = post(mcp, LIST | {"params": params}, mcp_protocol_version=MODERN, mcp_method="tools/list")
        assert code_of(response) == (400, -32602)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"1", b'"x"', b"\xff", b"[" * 100_000, json.dumps([LIST]).encode(), b'{"id": 1}',
     b'{"jsonrpc": "2.0", "id": 1, "method": 3}', b'{"jsonrpc": "2.0", "id": true, "method": "ping"}',
     b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}',
     b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}'],
)  # fmt: skip
def test_a_body_that_is_no_message_is_400(mcp: Mcp, body: bytes) -> None:
    response = post(mcp, body)
    assert response.status == 400
    assert response.json["error"]["code"] in (-32700, -32600, -32602)


def test_a_compressed_body_is_415(mcp: Mcp) -> None:
    response = mcp.post("ping", {}, {"content-encoding": "gzip"})
    assert response.status == 415
    assert "uncompressed" in response.json["error"]["message"]


def test_a_notification_is_202_without_a_body(mcp: Mcp) -> None:
    for version in (LEGACY, MODERN):
        message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        response = post(mcp, message, mcp_protocol_version=version)
        assert (response.status, response.body) == (202, b"")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
def test_other_methods_of_http_are_405(mcp: Mcp, method: str) -> None:
    response = mcp.client.with_token(mcp.token).call(method, "/mcp")
    assert (response.status, response.headers["allow"]) == (405, "POST")


def test_without_a_token_clients_learn_where_to_get_one(client: Client) -> None:
    for token in (None, "wrong"):
        response = Mcp(client, token).post("tools/list")
        assert response.status == 401
        challenge = response.headers["www-authenticate"]
        assert 'resource_metadata="http://testserver/.well-known/oauth-protected-resource/mcp"' in challenge
        assert 'scope="contacts:read"' in challenge
        assert ("invalid_token" in challenge) == (token is not None)
        assert response.json["error"]["message"]


def test_a_token_in_the_query_does_not_count(client: Client, world: World) -> None:
    assert client.with_token(None).call("POST", f"/mcp?access_token={world.alice_token}", json_body=LIST).status == 401


def test_pages_of_other_origins_are_refused(mcp: Mcp) -> None:
    assert mcp.post("tools/list", {}, {"origin": "https://evil.example"}).status == 403
    assert mcp.post("tools/list", {}, {"origin": "null"}).status == 403
    # a name that leads to this computer may be anybody's
    assert mcp.post("tools/list", {}, {"origin": "http://testserver"}).status == 403
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert mcp.post("tools/list", {}, {"host": host, "origin": f"http://{host}"}).status == 200
        assert mcp.post("tools/list", {}, {"host": host, "origin": "http://evil.example"}).status == 403


def test_an_unknown_tool_is_an_error_of_the_protocol(mcp: Mcp) -> None:
    for name in ("drop_table", 3, None, ["about"]):
        response = replace(mcp, is_modern=False).post("tools/call", {"name": name, "arguments": {}})
        assert response.json["error"]["code"] == -32602
