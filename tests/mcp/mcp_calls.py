"""Calls the door as clients of both eras do."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from client import Client, Response

MODERN, LEGACY = "2026-07-28", "2025-11-25"
META = "io.modelcontextprotocol/"
_ids = itertools.count(1)
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


@dataclass
class Mcp:
    """An assistant with a token."""

    client: Client
    token: str | None
    is_modern: bool = True
    capabilities: dict[str, Any] = field(default_factory=dict)

    def post(
        self, method: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        """One request. headers: override ours."""
        params = dict(params or {})
        ours = {"accept": "application/json, text/event-stream", "mcp-protocol-version": LEGACY}
        if self.is_modern:
            params["_meta"] = {f"{META}protocolVersion": MODERN, f"{META}clientCapabilities": self.capabilities}
            ours |= {"mcp-protocol-version": MODERN, "mcp-method": method}
            if method in _NAMED:
                ours["mcp-name"] = str(params.get(_NAMED[method]))
        message = {"jsonrpc": "2.0", "id": next(_ids), "method": method, "params": params}
        client = self.client.with_token(self.token)
        return client.call("POST", "/mcp", json_body=message, headers=ours | (headers or {}))

    def result(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self.post(method, params)
        assert response.status == 200, response.body
        assert "result" in response.json, response.body
        result: dict[str, Any] = response.json["result"]
        return result

    def tool(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The data of a tool that succeeds."""
        result = self.result("tools/call", {"name": name, "arguments": arguments})
        assert result["isError"] is False, result
        data: dict[str, Any] = result["structuredContent"]
        return data

    def refused(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The data of a tool that refuses its arguments."""
        result = self.result("tools/call", {"name": name, "arguments": arguments})
        assert result["isError"] is True, result
        data: dict[str, Any] = result["structuredContent"]
        return data
