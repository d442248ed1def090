"""coterie mcp: connects an assistant that starts programs (stdio) with the MCP door of an instance."""

import base64
import os
import sys
from typing import Annotated, Any

import httpx
import msgspec
import typer

from coterie.errors import Invalid, invalid
from coterie.mcp.envelope import INTERNAL, PARSE_ERROR, VERSION_KEY
from coterie.mcp.urls import MCP_PATH

TOKEN_VARIABLE = "COTERIE_TOKEN"  # noqa: S105 - the name of a variable
TIMEOUT_SECONDS = 60.0
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


def register(application: typer.Typer) -> None:
    application.command("mcp")(connect)


def connect(
    url: Annotated[
        str, typer.Option(metavar="URL", help="Address of the instance, such as https://people.example.org.")
    ] = "http://127.0.0.1:8000",
) -> None:
    """Connect an assistant on this computer with an instance.

    Reads JSON-RPC messages from standard input, one a line, sends them to /mcp of the instance and writes the
    responses to standard output. The environment variable COTERIE_TOKEN must hold an API token, which `coterie tokens
    create` makes.
    """
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise invalid(TOKEN_VARIABLE, "must be set to an API token; `coterie tokens create` makes one")
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        for line in sys.stdin.buffer:
            if line.strip():
                answer = forward(client, mcp_url(url), token, line)
                if answer is not None:
                    sys.stdout.buffer.write(answer + b"\n")
                    sys.stdout.buffer.flush()


def mcp_url(url: str) -> str:
    """The address of the door, of that of the instance or of the door itself. Raises Invalid if it is not http(s)."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise invalid("--url", "is not an address") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise invalid("--url", "must begin with http:// or https://")
    return url.rstrip("/") if parsed.path.rstrip("/").endswith(MCP_PATH) else url.rstrip("/") + MCP_PATH


def forward(client: httpx.Client, url: str, token: str, line: bytes) -> bytes | None:
    """The response to one message as one line; None to a notification. An error of the connection is a response too."""
    try:
        message = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return _error(None, PARSE_ERROR, "The line is not a JSON object")
    id_ = message.get("id")
    try:
        response = client.post(url, content=line, headers=_headers(message, token))
        if not response.content or ("method" in message and "id" not in message):
            return None
        answer = msgspec.json.decode(response.content, type=dict[str, Any])
    except httpx.HTTPError as error:
        return _error(id_, INTERNAL, f"{url} does not answer: {error}") if "id" in message else None
    except (msgspec.DecodeError, Invalid):
        return _error(id_, INTERNAL, f"{url} is not the MCP door of Coterie: HTTP {response.status_code}")
    if answer.get("id") is None:
        answer["id"] = id_
    return msgspec.json.encode(answer)


def _headers(message: dict[str, Any], token: str) -> dict[str, str]:
    """The headers of a message; those that repeat its body are of modern messages only."""
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
    }
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
    if not isinstance(params, dict) or not isinstance(version, str):
        return headers
    method = str(message.get("method"))
    headers |= {"mcp-protocol-version": _encoded(version), "mcp-method": _encoded(method)}
    name = params.get(_NAMED.get(method, ""))
    return headers | ({"mcp-name": _encoded(str(name))} if name is not None else {})


def _encoded(value: str) -> str:
    """A value of a header: as it is, or in base64 if a header cannot have it."""
    if value.isascii() and value.isprintable() and value == value.strip() and not value.startswith("=?"):
        return value
    return f"=?base64?{base64.b64encode(value.encode('utf-8', 'replace')).decode()}?="


def _error(id_: Any, code: int, message: str) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}})
